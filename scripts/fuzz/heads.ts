/**
 * Answers to the opening handshake, valid and not, of a server and of a proxy, through each route to the server. Each
 * dial must end by itself with one `close`: open, or with an error of this library. Nothing may be thrown past it.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Agent } from 'undici';
import { ReckerError, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { Random } from '../../test/support/random.js';
import { acceptOf } from '../../test/support/rawServer.js';

export interface HeadsOptions {
  readonly cases: number;
  readonly seed: number;
  /** The first case. Default 0. */
  readonly from?: number;
  /** How many at a time. Default 16. */
  readonly abreast?: number;
}

export interface HeadsReport {
  readonly opened: number;
  /** How the dials ended, by route and error. */
  readonly endings: Readonly<Record<string, number>>;
  /** What broke a rule, with its case. */
  readonly findings: readonly string[];
}

/** The routes; the last but one answers CONNECT with what is fuzzed, in place of the server. */
export const ROUTES = ['direct', 'tunnel', 'proxy', 'dispatcher'] as const;
type RouteName = (typeof ROUTES)[number];

const HANGS_AFTER = 10_000;

const STATUS_LINES = [
  'HTTP/1.1 101 Switching Protocols',
  'HTTP/1.1 200 OK',
  'HTTP/1.1 101',
  'HTTP/1.0 101 Switching Protocols',
  'HTTP/1.1 204 No Content',
  'HTTP/1.1 304 Not Modified',
  'HTTP/1.1 302 Found',
  'HTTP/1.1 401 Unauthorized',
  'HTTP/1.1 407 Proxy Authentication Required',
  'HTTP/1.1 426 Upgrade Required',
  'HTTP/1.1 503 Service Unavailable',
  'HTTP/1.1 099 x',
  'HTTP/1.1 600 x',
  'HTTP/2 101 x',
  'SIP/2.0 200 OK',
];

const INFORMATIONAL = ['100 Continue', '102 Processing', '103 Early Hints', '199 x'];

/** Names that mean something to an http client or to the handshake, with values that are odd and even. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Upgrade: ['websocket', 'WebSocket', 'h2c', '', 'websocket, h2c', 'websocket\tx'],
  Connection: ['Upgrade', 'upgrade, keep-alive', 'close', '', 'keep-alive', 'Upgrade, close'],
  'Sec-WebSocket-Accept': ['', 'AAAA', '='],
  'Sec-WebSocket-Protocol': ['', 'chat', 'other', 'chat, chat', ',', 'a b'],
  'Sec-WebSocket-Extensions': [
    '',
    'permessage-deflate',
    'x; y="',
    ';',
    'permessage-deflate; server_max_window_bits=1',
  ],
  'Content-Length': ['0', '5', '-1', '5, 5', '99999999999999999999', ''],
  'Transfer-Encoding': ['chunked', 'chunked, chunked', 'gzip', ''],
  'Retry-After': ['1', '', '-1', 'x', 'Fri, 31 Dec 9999 23:59:59 GMT', '1e9'],
  'Set-Cookie': ['a=1', '', 'a=1; Path=/', '=', ';'],
  Location: ['', '/', 'http://[', 'ws://127.0.0.1:1/'],
  'Proxy-Authenticate': ['Basic realm="x"', ''],
  __proto__: ['x'],
  constructor: ['x'],
  toString: ['x'],
  'Keep-Alive': ['timeout=0', 'timeout=x', ''],
  Trailer: ['X', ''],
  Date: ['x', ''],
};

function fields(random: Random, head: string): string[] {
  const lines: string[] = [];
  const isSane = random.chance(0.5);
  if (isSane) {
    lines.push('Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${acceptOf(head)}`);
    if (random.chance(0.5)) lines.splice(random.int(3), 1);
  }
  const names = Object.keys(FIELDS);
  for (let count = random.int(isSane ? 4 : 8); count > 0; count -= 1) {
    const name = random.pick(names);
    const value = random.pick(FIELDS[name] ?? ['']);
    const line = `${random.chance(0.3) ? name.toLowerCase() : name}: ${value}`;
    // Twice the same, or twice the name.
    for (let times = random.chance(0.4) ? 2 : 1; times > 0; times -= 1) lines.push(line);
  }
  if (random.chance(0.05)) lines.push('no colon');
  if (random.chance(0.05)) lines.push(' folded');
  if (random.chance(0.05))
    lines.push(
      `X-Odd: ${random
        .bytes(8)
        .toString('latin1')
        .replace(/[\r\n]/g, '')}`,
    );
  if (random.chance(0.03)) lines.push(`X-Long: ${'x'.repeat(random.int(20_000))}`);
  return lines;
}

/** One answer; the same for the same numbers. */
function answer(random: Random, head: string): Buffer {
  const parts: string[] = [];
  for (let count = random.chance(0.2) ? 1 + random.int(3) : 0; count > 0; count -= 1) {
    const lines = random.chance(0.5) ? fields(random, head) : [];
    parts.push([`HTTP/1.1 ${random.pick(INFORMATIONAL)}`, ...lines, '', ''].join('\r\n'));
  }
  const status = random.chance(0.6) ? 'HTTP/1.1 101 Switching Protocols' : random.pick(STATUS_LINES);
  parts.push([status, ...fields(random, head), '', ''].join(random.chance(0.03) ? '\n' : '\r\n'));
  const bodies = ['', 'hello', '5\r\nhello\r\n0\r\n\r\n', 'zz\r\n', '\x81\x02hi\x88\x00', '{"a":'];
  parts.push(random.pick(bodies));
  const bytes = Buffer.from(parts.join(''), 'latin1');
  if (random.chance(0.05)) bytes[random.int(bytes.length)] = random.int(256);
  return random.chance(0.05) ? bytes.subarray(0, random.int(bytes.length)) : bytes;
}

/** Listens on a free port; `onHead` gets each connection with the head of its first request. */
async function listen(onHead: (socket: Socket, head: string) => void): Promise<[Server, number]> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    let head = '';
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read).resume();
      onHead(socket, head);
    };
    socket.on('data', read);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return [server, (server.address() as AddressInfo).port];
}

export async function fuzzHeads(options: HeadsOptions): Promise<HeadsReport> {
  const { cases, seed, from = 0, abreast = 16 } = options;
  const findings: string[] = [];
  const endings: Record<string, number> = {};
  let opened = 0;
  const stray = (error: unknown): void => {
    findings.push(`thrown past the client: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on('uncaughtException', stray).on('unhandledRejection', stray);

  const say = (socket: Socket, head: string): void => {
    const random = Random.ofCase(seed, Number(/case-(\d+)/.exec(head)?.[1] ?? 0));
    socket.write(answer(random, head));
    if (random.chance(0.9)) socket.end();
  };
  const [server, port] = await listen(say);
  const [proxy, proxyPort] = await listen(say);
  const [relay, relayPort] = await listen((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const target = connect(port, '127.0.0.1');
    target.on('error', () => {});
    socket.pipe(target).pipe(socket);
    socket.on('close', () => target.destroy());
    target.on('close', () => socket.destroy());
  });
  const agent = new Agent();
  const settings: Readonly<Record<RouteName, (index: number) => WebSocketOptions>> = {
    direct: () => ({}),
    tunnel: () => ({ proxy: `http://127.0.0.1:${relayPort}` }),
    proxy: (index) => ({
      proxy: { url: `http://127.0.0.1:${proxyPort}`, headers: { 'X-Case': `case-${index}` } },
    }),
    dispatcher: () => ({ dispatcher: agent as never }),
  };

  const play = async (index: number): Promise<void> => {
    const route = ROUTES[index % ROUTES.length] as RouteName;
    const found = (what: string): void => void findings.push(`case ${index}, ${route}: ${what}`);
    const ws = new ReckerWebSocket(`ws://127.0.0.1:${port}/case-${index}`, {
      connectTimeout: 500,
      closeTimeout: 50,
      heartbeatInterval: 0,
      ...(index % 3 === 0 ? { protocols: ['chat'] } : {}),
      ...(index % 5 === 0 ? { perMessageDeflate: true } : {}),
      ...settings[route](index),
    });
    let closes = 0;
    ws.on('close', () => {
      closes += 1;
    });
    ws.on('error', (error) => {
      if (!(error instanceof ReckerError)) found(`an error of another kind: ${error.stack}`);
    });
    const hanging = setTimeout(() => found('it hangs'), HANGS_AFTER);
    const ending = await ws.connect().then(
      () => 'open',
      (error: ReckerError) => `${error.name} ${error.code}`,
    );
    if (ending === 'open') opened += 1;
    await ws.close();
    clearTimeout(hanging);
    if (closes !== 1) found(`${closes} close events after ${ending}`);
    const key = `${route}: ${ending}`;
    endings[key] = (endings[key] ?? 0) + 1;
  };

  let next = from;
  const work = async (): Promise<void> => {
    while (next < from + cases) {
      const index = next;
      next += 1;
      await play(index);
    }
  };
  await Promise.all(Array.from({ length: abreast }, work));
  // What a dial left behind may still throw.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await agent.destroy();
  for (const each of [server, proxy, relay]) each.close();
  process.off('uncaughtException', stray).off('unhandledRejection', stray);
  return { opened, endings, findings };
}
