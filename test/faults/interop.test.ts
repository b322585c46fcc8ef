/**
 * Servers and proxies that nobody here wrote: Python's `websockets`, and nginx and haproxy with idle time-outs
 * of 5 s, which a heartbeat of 2 s keeps from running out.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/index.js';
import { Daemon, findTool, freePort, needs, put, scratch } from '../support/tools.js';
import { client, type Diary, endAll, kept, note, sleep } from './support.js';

afterAll(endAll);

const PYTHON_PACKAGE = '/usr/lib/python3/dist-packages/websockets';

async function startPython(options: object = {}): Promise<{ url: string; process: ChildProcess }> {
  const script = fileURLToPath(new URL('scenes/echo.py', import.meta.url));
  const process = spawn('/usr/bin/python3', [script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  kept({
    async [Symbol.asyncDispose]() {
      process.kill('SIGKILL');
    },
  });
  const [line] = await once(process.stdout as NonNullable<typeof process.stdout>, 'data');
  return { url: `ws://127.0.0.1:${JSON.parse(String(line)).port}/`, process };
}

needs('/usr/bin/python3', PYTHON_PACKAGE)("Python's websockets", () => {
  it.concurrent.each([false, true])(
    'text, binary, large, empty, its Pings and its Close; compressed: %s',
    async (deflate) => {
      const { url } = await startPython();
      const { ws, diary } = client(url, {
        protocols: ['x', 'chat'],
        perMessageDeflate: deflate,
        reconnect: false,
      });
      await ws.connect();
      expect([ws.protocol, ws.extensions.includes('deflate')]).toEqual(['chat', deflate]);
      const large = 'grüße \u{1f600} '.repeat(50_000);
      const sent = ['hello', '', Buffer.from([0, 255]), large, Buffer.alloc(0)];
      for (const data of sent) void ws.send(data);
      await diary.seen('message', sent.length);
      expect(diary.of('message').map(({ args: [message] }) => (message as { data: unknown }).data)).toEqual(
        sent,
      );
      ws.ping();
      await diary.seen('pong');
      void ws.send('ping me');
      await diary.seen('message', sent.length + 1);
      void ws.send('close me');
      const closed = await diary.seen('close');
      expect(closed.args).toMatchObject([4000, 'as asked', { wasClean: true }]);
    },
  );

  it.concurrent('close() is answered, and a killed server is noticed', async () => {
    const { url, process } = await startPython();
    const first = client(url);
    await first.ws.connect();
    await first.ws.close(3001, 'done');
    expect(first.diary.of('close')[0]?.args).toMatchObject([3001, 'done', { wasClean: true }]);
    const second = client(url);
    await second.ws.connect();
    process.kill('SIGKILL');
    await second.diary.seen('close 1006');
  });

  it.concurrent('its own keepalive, tighter than ours, finds this client alive', {
    timeout: 10_000,
  }, async () => {
    const { url } = await startPython({ ping_interval: 0.3, ping_timeout: 0.3 });
    const { ws, diary } = client(url, { heartbeatInterval: 0 });
    await ws.connect();
    await sleep(3000);
    expect(diary.reported).toEqual(['open']);
  });

  it.concurrent('its limit of a message’s size is reported as it says', async () => {
    const { url } = await startPython({ max_size: 1000 });
    const { ws, diary } = client(url);
    await ws.connect();
    void ws.send('x'.repeat(2000)).catch(() => {});
    const closed = await diary.seen('close');
    expect(closed.args).toMatchObject([1009, expect.stringContaining(''), { willReconnect: false }]);
  });
});

/** The idle time-out of both, in seconds, and how long is watched. */
const IDLE = 5;
const WATCHED = 12_000;

async function startNginxIdle(upstream: number): Promise<Daemon> {
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const conf = await put(
    folder,
    'nginx.conf',
    `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log info;
    ${process.getuid?.() === 0 ? 'user root;' : ''}
    events { worker_connections 64; }
    http {
      access_log off; ${paths.join(' ')}
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_pass http://127.0.0.1:${upstream};
          proxy_http_version 1.1;
          proxy_set_header Upgrade $http_upgrade;
          proxy_set_header Connection upgrade;
          proxy_read_timeout ${IDLE}s;
          proxy_send_timeout ${IDLE}s;
        }
      }
    }`,
  );
  const args = ['-c', conf, '-p', folder, '-e', `${folder}/error.log`];
  return Daemon.start({ command: findTool('nginx') ?? 'nginx', args, folder, port, logs: ['error.log'] });
}

async function startHaproxyIdle(upstream: number): Promise<Daemon> {
  const [folder, port] = await Promise.all([scratch(), freePort()]);
  const conf = await put(
    folder,
    'haproxy.cfg',
    `global
  log stdout format raw local0
defaults
  mode http
  timeout connect 2s
  timeout client ${IDLE}s
  timeout server ${IDLE}s
  timeout tunnel ${IDLE}s
frontend plain
  bind 127.0.0.1:${port}
  default_backend upstream
backend upstream
  server one 127.0.0.1:${upstream}
`,
  );
  return Daemon.start({ command: findTool('haproxy') ?? 'haproxy', args: ['-db', '-f', conf], folder, port });
}

needs('nginx', 'haproxy')('idle time-outs of 5 s between', () => {
  it.concurrent.each([
    ['nginx', startNginxIdle],
    ['haproxy', startHaproxyIdle],
  ])(
    '%s: a heartbeat of 2 s defeats it; without one the connection is cut',
    { timeout: 40_000 },
    async (name, start) => {
      const server = kept(await FaultServer.start());
      const proxy = await start(server.port);
      kept({ [Symbol.asyncDispose]: () => proxy.stop() });
      const url = `ws://127.0.0.1:${proxy.port}/`;
      // A time-out larger than the interval is the default's shape: Pings go on while an answer is awaited.
      const [quick, patient, none] = [
        { heartbeatInterval: 2000, heartbeatTimeout: 1000 },
        { heartbeatInterval: 2000, heartbeatTimeout: 10_000 },
        { heartbeatInterval: 0 },
      ].map((settings) => client(url, { ...settings, reconnect: false }));
      const all = [quick, patient, none] as { ws: { connect(): Promise<void> }; diary: Diary }[];
      await Promise.all(all.map(({ ws }) => ws.connect()));
      const opened = performance.now();
      await sleep(WATCHED);
      const [first, second, third] = all.map(({ diary }) => diary);
      expect([first?.reported, second?.reported]).toEqual([['open'], ['open']]);
      const cut = third?.of('close')[0];
      expect(cut?.line).toBe('close 1006');
      note(
        `${name}, idle time-out 5 s, heartbeat 2 s`,
        `open after ${WATCHED / 1000} s`,
        `open; without a heartbeat cut after ${Math.round((cut?.at ?? 0) - opened)} ms`,
      );
    },
  );
});
