/**
 * Servers that people use. Each MUST that fails is a finding, which docs/servers.md explains by its RFC section; one that is
 * not in the list here would be a mistake of the examination.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type CheckServerOptions, checkServer, type ServerReport } from '../../../src/testing/index.js';
import { Daemon, findTool, freePort, needs, put, scratch } from '../../support/tools.js';

const QUICK: CheckServerOptions = {
  halfOpenTimeout: 0,
  timeout: 2000,
  connectionsPerSecond: 500,
  messageBytes: 2 ** 21,
  fragments: 1000,
  pings: 100,
  clients: 20,
};

const scene = (name: string): string => fileURLToPath(new URL(`scenes/${name}`, import.meta.url));
const packageOf = (name: string): string => `/usr/lib/python3/dist-packages/${name}`;

const UNMASKED = ['frames/unmasked', 'frames/unmasked-control'];
const RESERVED_CODES = ['close/code-1005', 'close/code-1006', 'close/code-1015'];
const UTF8 = ['invalid', 'split-invalid', 'unfinished', 'surrogate', 'overlong', 'beyond'].map(
  (each) => `messages/utf8-${each}`,
);

interface Examined {
  /** What it needs, as `needs()` takes it. */
  readonly needs: readonly string[];
  readonly start: () => Promise<Daemon>;
  readonly options?: CheckServerOptions;
  /** The MUSTs that fail. */
  readonly musts: readonly string[];
}

async function run(
  command: string,
  args: (port: number, folder: string) => Promise<readonly string[]> | readonly string[],
): Promise<Daemon> {
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const recipe = { args: await args(port, folder), folder, port, endWith: 'SIGKILL' } as const;
  return Daemon.start({ command: findTool(command) ?? command, ...recipe });
}

const python = (kind: string): Pick<Examined, 'needs' | 'start'> => ({
  needs: ['/usr/bin/python3', packageOf(kind), ...(kind === 'uvicorn' ? [packageOf('wsproto')] : [])],
  start: () => run('/usr/bin/python3', (port) => [scene('servers.py'), kind, String(port)]),
});

let upstream: WebSocketServer;
const upstreamPort = (): number => (upstream.address() as { readonly port: number }).port;

/** As nginx's documentation has it: https://nginx.org/en/docs/http/websocket.html */
async function nginxConfiguration(port: number, folder: string): Promise<readonly string[]> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (each) => `${each}_temp_path ${folder}/${each};`,
  );
  const text = `daemon off; ${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1;
pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 512; }
http {
  access_log off; ${temporary.join(' ')}
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstreamPort()};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`;
  return ['-c', await put(folder, 'nginx.conf', text), '-p', folder, '-e', `${folder}/error.log`];
}

async function haproxyConfiguration(port: number, folder: string): Promise<readonly string[]> {
  const text = `defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 60s
frontend front
  bind 127.0.0.1:${port}
  default_backend back
backend back
  server one 127.0.0.1:${upstreamPort()}
`;
  return ['-db', '-f', await put(folder, 'haproxy.cfg', text)];
}

const SERVERS: Readonly<Record<string, Examined>> = {
  "Python's websockets": { ...python('websockets'), musts: ['handshake/version-named'] },
  'uvicorn with wsproto': { ...python('uvicorn'), musts: [] },
  tornado: { ...python('tornado'), musts: [...UNMASKED, ...RESERVED_CODES] },
  aiohttp: {
    ...python('aiohttp'),
    musts: ['handshake/version-named', 'negotiation/deflate-control', ...UNMASKED, 'frames/length-2^63'],
  },
  Mojolicious: {
    needs: ['perl', '/usr/share/perl5/Mojolicious.pm'],
    start: () => run('perl', (port) => [scene('mojolicious.pl'), String(port)]),
    musts: [
      ...['version-refused', 'version-missing', 'key-missing', 'connection-missing'].map(
        (each) => `handshake/${each}`,
      ),
      ...UNMASKED,
      ...['rsv1', 'rsv2', 'rsv3', 'rsv-control', 'opcode-data', 'opcode-control'].map(
        (each) => `frames/${each}`,
      ),
      ...['frames/control-126', 'frames/control-fragmented'],
      ...['continuation-alone', 'continuation-after', 'interleaved'].map((each) => `messages/${each}`),
      ...UTF8,
      ...RESERVED_CODES,
      'close/data-after',
    ],
  },
  'the test server of libwebsockets': {
    needs: ['libwebsockets-test-server'],
    start: () => run('libwebsockets-test-server', (port) => ['-p', String(port), '-i', 'lo', '-d', '0']),
    options: { protocols: 'lws-mirror-protocol' },
    musts: [
      ...['version-refused', 'version-missing', 'method', 'refusal-answered'].map(
        (each) => `handshake/${each}`,
      ),
      ...UNMASKED,
      ...['ping/several', 'close/one-byte', 'limits/pings'],
    ],
  },
  'nginx before ws': {
    needs: ['nginx'],
    start: () => run('nginx', nginxConfiguration),
    musts: ['handshake/connection-missing'],
  },
  'haproxy before ws': { needs: ['haproxy'], start: () => run('haproxy', haproxyConfiguration), musts: [] },
};

/** How many are examined at a time. */
const AT_ONCE = 4;
const reports = new Map<string, ServerReport>();

async function examine({ start, options }: Examined): Promise<ServerReport> {
  const daemon = await start();
  try {
    return await checkServer(`ws://127.0.0.1:${daemon.port}/`, { ...QUICK, ...options });
  } finally {
    await daemon.stop();
  }
}

beforeAll(async () => {
  upstream = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(upstream, 'listening');
  upstream.on('connection', (socket: WebSocket) => {
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const isThere = (name: string): boolean =>
    name.includes('/') ? existsSync(name) : findTool(name) !== undefined;
  const left = Object.entries(SERVERS).filter(([, each]) => each.needs.every(isThere));
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      reports.set(next[0], await examine(next[1]));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}, 120_000);
afterAll(() => {
  for (const client of upstream.clients) client.terminate();
  upstream.close();
});

for (const [name, { needs: tools, musts }] of Object.entries(SERVERS)) {
  needs(...tools)(name, () => {
    it(musts.length === 0 ? 'fails no MUST' : `fails ${musts.join(', ')}, and no other MUST`, () => {
      const { checks, passed } = reports.get(name) ?? expect.unreachable();
      const failed = checks.filter(({ level, result }) => level === 'MUST' && result === 'fail');
      expect(failed.map(({ id, got }) => (musts.includes(id) ? id : `${id}: ${got}`))).toEqual(musts);
      expect(passed).toBeGreaterThan(50);
    });
  });
}
