/**
 * The network of the scenes about names, in network and mount namespaces of its own: a DNS server, addresses that
 * each behave differently, an echoing server at all of them, and proxies.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket, { WebSocketServer } from 'ws';
import { ReckerWebSocket, type WebSocketOptions } from '../../../src/index.js';
import { type DnsAnswer, DnsServer, type RecordType } from '../../support/dnsServer.js';

/** Where everything listens. */
export const PORT = 8080;
export const HTTP_PROXY_PORT = 3128;
export const SOCKS_PROXY_PORT = 1080;

/** The last part of an address of 10.9.0.0/24, and of 2001:db8::/64. What they do: see {@link RULES}. */
export const BEHAVIOUR = { fine: 1, slow: 2, dead: 3, refusing: 4, silent: 5, alsoRefusing: 6 } as const;

export type Behaviour = keyof typeof BEHAVIOUR;

/** The addresses of a kind: the IPv4 one and the IPv6 one. */
export const v4 = (behaviour: Behaviour): string => `10.9.0.${BEHAVIOUR[behaviour]}`;
export const v6 = (behaviour: Behaviour): string => `2001:db8::${BEHAVIOUR[behaviour]}`;

/** Slow: the first SYN of each connection is lost, so that the handshake takes the kernel's 1 s. */
const RULES = `
table inet world {
  set seen { type inet_service; flags dynamic, timeout; timeout 30s; }
  set served { type inet_service; elements = { ${PORT}, ${HTTP_PROXY_PORT}, ${SOCKS_PROXY_PORT} }; }
  chain input {
    type filter hook input priority 0;
    ip daddr 10.9.0.2 tcp flags & (syn|ack) == syn tcp sport != @seen add @seen { tcp sport } drop
    ip6 daddr 2001:db8::2 tcp flags & (syn|ack) == syn tcp sport != @seen add @seen { tcp sport } drop
    ip daddr 10.9.0.3 tcp flags & (syn|ack) == syn drop
    ip6 daddr 2001:db8::3 tcp flags & (syn|ack) == syn drop
    ip daddr { 10.9.0.4, 10.9.0.6 } tcp dport @served reject with tcp reset
    ip6 daddr { 2001:db8::4, 2001:db8::6 } tcp dport @served reject with tcp reset
  }
}`;

const run = (line: string): void => void execFileSync('sh', ['-c', line]);

/** Builds it. Called once, before anything else. */
export function buildNetwork(hosts = ''): void {
  process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
  const folder = mkdtempSync(join(tmpdir(), 'recker-names-'));
  const bind = (name: string, text: string): void => {
    writeFileSync(join(folder, name), text);
    run(`mount --bind ${join(folder, name)} /etc/${name}`);
  };
  bind('hosts', `127.0.0.1 localhost\n${hosts}`);
  bind('resolv.conf', 'nameserver 127.0.0.1\n');
  bind('nsswitch.conf', 'hosts: files dns\n');
  writeFileSync(join(folder, 'rules'), RULES);
  run('ip link set lo up');
  // A lookup asks for the families of which the machine has an address that is not a loopback one.
  for (const last of Object.values(BEHAVIOUR)) {
    run(`ip addr add 10.9.0.${last}/32 dev lo; ip addr add 2001:db8::${last}/128 dev lo nodad`);
  }
  run(`nft -f ${join(folder, 'rules')}; rm -r ${folder} 2>/dev/null || true`);
}

/** What a name has, by type. */
export type Zone = Readonly<Record<string, Readonly<Partial<Record<RecordType, DnsAnswer>>>>>;

/** Answers from `zone`; nothing else is there. */
export const serveZone = (zone: Zone): Promise<DnsServer> =>
  DnsServer.start(53, (name, type) => {
    const records = zone[name];
    return records === undefined ? 'no such name' : (records[type] ?? []);
  });

/** The server of the scenes. It never answers an upgrade that came to a silent address. */
export class EchoServer {
  /** Where each connection came from and went to. */
  readonly connections: { readonly from: string; readonly to: string }[] = [];
  readonly clients: Set<WebSocket>;
  readonly #server: Server = createServer();

  private constructor() {
    const sockets = new WebSocketServer({ noServer: true });
    this.clients = sockets.clients;
    this.#server.on('connection', ({ remoteAddress = '', localAddress = '' }) =>
      this.connections.push({ from: plain(remoteAddress), to: plain(localAddress) }),
    );
    this.#server.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      if (isSilent(request.socket)) return;
      sockets.handleUpgrade(request, socket, head, (ws) => ws.on('message', (data) => ws.send(data)));
    });
  }

  static async start(): Promise<EchoServer> {
    const server = new EchoServer();
    server.#server.listen(PORT, '::');
    await once(server.#server, 'listening');
    return server;
  }
}

/** Whether a connection came to an address that never answers. */
const isSilent = ({ localAddress = '' }: { readonly localAddress?: string | undefined }): boolean =>
  [v4('silent'), v6('silent')].includes(plain(localAddress));

/** An HTTP proxy at all addresses, which connects to 127.0.0.1 whatever it is asked for. */
export async function startHttpProxy(): Promise<void> {
  const server = createServer();
  server.on('connect', (request, socket) => {
    socket.on('error', () => {});
    if (isSilent(request.socket)) return;
    const up = connect(PORT, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      up.pipe(socket).pipe(up);
    });
    up.on('error', () => socket.destroy());
    socket.on('close', () => up.destroy());
  });
  server.listen(HTTP_PROXY_PORT, '::');
  await once(server, 'listening');
}

/** A SOCKS5 proxy at all addresses (RFC 1928). @param requests gets the address of each request for a connection */
export async function startSocksProxy(requests: string[] = []): Promise<void> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    if (isSilent(socket)) return;
    socket.once('data', () => {
      socket.write(Buffer.from([5, 0]));
      socket.once('data', (request) => {
        const host = request[3] === 1 ? [...request.subarray(4, 8)].join('.') : 'not IPv4';
        requests.push(host);
        const up = connect(PORT, host === 'not IPv4' ? '127.0.0.1' : host, () => {
          socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          up.pipe(socket).pipe(up);
        });
        up.on('error', () => socket.end(Buffer.from([5, 5, 0, 1, 0, 0, 0, 0, 0, 0])));
        socket.on('close', () => up.destroy());
      });
    });
  });
  server.listen(SOCKS_PROXY_PORT, '::');
  await once(server, 'listening');
}

const plain = (address: string): string => address.replace(/^::ffff:/, '');

/** What came of a client's dials. */
export interface Outcome {
  readonly ms: number;
  readonly dials: number;
  readonly error?: string;
}

/** Connects a client, and closes it. */
export async function dial(url: string, options: WebSocketOptions = {}): Promise<Outcome> {
  const ws = new ReckerWebSocket(url, options);
  ws.on('error', () => {});
  const start = performance.now();
  const error = await ws.connect().then(
    () => undefined,
    (cause: Error & { readonly code?: string }) => `${cause.name} ${cause.code} ${cause.message}`,
  );
  const ms = Math.round(performance.now() - start);
  const { dials } = ws.stats();
  ws.terminate();
  return { ms, dials, ...(error === undefined ? {} : { error }) };
}

/** The same with `ws` alone. */
export function dialRaw(url: string, options: WebSocket.ClientOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const start = performance.now();
    const took = (): number => Math.round(performance.now() - start);
    const ws = new WebSocket(url, { handshakeTimeout: 10_000, ...options });
    ws.on('open', () => {
      ws.terminate();
      resolve({ ms: took(), dials: 1 });
    });
    ws.on('error', (cause: Error & { readonly code?: string }) => {
      resolve({ ms: took(), dials: 1, error: `${cause.code ?? ''} ${cause.message}` });
    });
  });
}

/** Few ports for outgoing connections, or the usual number. */
export const limitPorts = (first: number, last: number): void =>
  run(`echo ${first} ${last} > /proc/sys/net/ipv4/ip_local_port_range`);

/** Lookups that hold one of libuv's threads, or wait for one. */
export const lookupsPending = (): number =>
  process.getActiveResourcesInfo().filter((name) => name.startsWith('GetAddrInfo')).length;

/** A line for the test. */
export const say = (title: string, found: object): void =>
  console.log(JSON.stringify({ ...found, [title]: true }));
