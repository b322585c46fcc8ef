/**
 * The contract that every dial keeps: the lifecycle and the messages of a client, as a script of scenes. Each
 * scene writes down all that the client emits, and ends with what must have been reported, whatever the route to the
 * server is: same events, same order, same bytes.
 *
 * Knows nothing of vitest, so that a child process on another version of Node can play it, too.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { HandshakeError, ReckerWebSocket, TimeoutError, type WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';

/** One route to the server. */
export interface TestRoute {
  /** The server's end of it, e.g. with TLS. */
  readonly server?: Parameters<typeof FaultServer.start>[0];
  /** What the client is given for it. */
  options(server: FaultServer): WebSocketOptions;
  /** The URL by which the client reaches the server. Default: the server's own. */
  url?(server: FaultServer, path: string): string;
  /** Connections that a pool of the route keeps for itself. Default: 0. */
  readonly idle?: number;
  /** Frees what `options()` made. */
  end?(): Promise<void>;
}

/** What a scene plays with. */
class Stage {
  readonly lines: string[] = [];
  readonly server: FaultServer;
  readonly #route: TestRoute;
  readonly #clients: ReckerWebSocket[] = [];
  #waiting: (() => void)[] = [];

  constructor(server: FaultServer, route: TestRoute) {
    this.server = server;
    this.#route = route;
  }

  /** A client over this route that writes everything down. */
  client(extra: WebSocketOptions = {}, path = '/chat?room=1'): ReckerWebSocket {
    const url = this.#route.url?.(this.server, path) ?? this.server.url(path);
    const ws = new ReckerWebSocket(url, { ...this.#route.options(this.server), ...extra });
    ws.on('state', (state) => this.#write(`state ${state}`));
    ws.on('open', ({ reconnected, attempt }) => this.#write(`open ${reconnected} ${attempt}`));
    ws.on('message', ({ data, isBinary }) => this.#write(`message ${isBinary} ${shown(data)}`));
    ws.on('close', (code, reason, { wasClean, willReconnect, error }) =>
      this.#write(`close ${code} ${shown(reason)} ${wasClean} ${willReconnect} ${named(error)}`.trimEnd()),
    );
    ws.on('error', (error) => this.#write(`error ${named(error)}`));
    ws.on('reconnecting', (attempt, delay) => this.#write(`reconnecting ${attempt} ${delay}`));
    ws.on('reconnect-error', (error) => this.#write(`reconnect-error ${named(error)}`));
    ws.on('max-reconnect-attempts', () => this.#write('max-reconnect-attempts'));
    ws.on('heartbeat-timeout', () => this.#write('heartbeat-timeout'));
    this.#clients.push(ws);
    return ws;
  }

  /** Waits for the n-th line that begins with `text`. */
  async line(text: string, n = 1): Promise<void> {
    while (this.lines.filter((each) => each.startsWith(text)).length < n) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Waits until the server has no connection left that a dial made. */
  async gone(): Promise<void> {
    while (this.server.sockets > (this.#route.idle ?? 0))
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  async end(): Promise<void> {
    for (const ws of this.#clients) await ws.close().catch(() => {});
    await this.server.stop();
  }

  #write(line: string): void {
    this.lines.push(line);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function shown(data: string | Uint8Array): string {
  if (data.length <= 40) return typeof data === 'string' ? `"${data}"` : Buffer.from(data).toString('hex');
  return `${data.length}:${createHash('sha256').update(data).digest('hex').slice(0, 16)}`;
}

function named(error: Error | undefined): string {
  if (error instanceof HandshakeError) return `HandshakeError ${error.status} ${error.hop}`;
  if (error instanceof TimeoutError) return `TimeoutError ${error.phase}`;
  // Codes of cut connections differ with the kernel's timing, on one and the same route.
  return error === undefined ? '' : error.name;
}

const BIG = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256));
const TEXTS = ['hello', '', 'Příliš žluťoučký kůň 🐎', 'x'.repeat(20_000)];
const OPENING = ['state connecting', 'state open', 'open false 0'];
const CLOSING = ['state closing', 'state closed'];

/** Plays on a fresh server; resolves with what must have been reported. */
type Scene = (stage: Stage) => Promise<readonly string[]>;

export const SCENES: Readonly<Record<string, Scene>> = {
  async 'messages of every kind come back as they went, in order'(stage) {
    stage.server.echo();
    const ws = stage.client({ headers: { 'X-Test': 'yes' } });
    await ws.connect();
    for (const text of TEXTS) ws.send(text);
    ws.send(Buffer.alloc(0));
    ws.send(BIG);
    ws.sendJSON({ a: [1, null] });
    await stage.line('message', 7);
    await ws.close(1000, 'bye');
    const { messages, closes, handshakes } = stage.server.seen;
    deepStrictEqual(
      messages.map(({ data }) => data),
      [...TEXTS, Buffer.alloc(0), BIG, '{"a":[1,null]}'],
    );
    deepStrictEqual(closes, [{ code: 1000, reason: 'bye' }]);
    const { url = '', headers = {} } = handshakes[0] ?? {};
    deepStrictEqual(url, '/chat?room=1');
    deepStrictEqual(new Map(Object.entries(headers)).get('x-test'), 'yes');
    deepStrictEqual(new Map(Object.entries(headers)).get('sec-websocket-extensions'), undefined);
    // Nothing of a proxy's hop reaches the server.
    deepStrictEqual(
      Object.keys(headers).filter((name) => name.startsWith('proxy-')),
      [],
    );
    return [
      ...OPENING,
      ...TEXTS.map((text) => `message false ${shown(text)}`),
      'message true ',
      `message true ${shown(BIG)}`,
      'message false "{"a":[1,null]}"',
      ...CLOSING,
      'close 1000 "bye" true false',
    ];
  },

  async 'what comes with the upgrade waits for a listener that comes after connect()'(stage) {
    stage.server.sendOnAccept(['first', Buffer.from([1, 2])]);
    const ws = stage.client();
    await ws.connect();
    const late: unknown[] = [];
    ws.on('message', ({ data }) => late.push(data));
    await stage.line('message', 2);
    await ws.close();
    deepStrictEqual(late, ['first', Buffer.from([1, 2])]);
    return [...OPENING, 'message false "first"', 'message true 0102', ...CLOSING, 'close 1000 "" true false'];
  },

  async 'the Close of the peer ends the connection with its code'(stage) {
    const ws = stage.client();
    await ws.connect();
    await stage.server.waitForConnection();
    stage.server.closeAll(4001, 'moved');
    await stage.line('close');
    return [...OPENING, ...CLOSING, 'close 4001 "moved" true false'];
  },

  async 'close(null) sends a Close without a code, which the peer returns'(stage) {
    const ws = stage.client();
    await ws.connect();
    await ws.close(null);
    await stage.server.waitFor(({ closes }) => closes.length > 0);
    deepStrictEqual(stage.server.seen.closes, [{ code: 1005, reason: '' }]);
    return [...OPENING, ...CLOSING, 'close 1005 "" true false'];
  },

  async 'a cut connection comes back'(stage) {
    const ws = stage.client({ reconnect: true, reconnectDelay: 10 });
    await ws.connect();
    (await stage.server.waitForConnection(1)).terminate();
    await stage.line('open', 2);
    await ws.close();
    return [
      ...OPENING,
      'state backoff',
      'close 1006 "" false true',
      'reconnecting 1 10',
      'state reconnecting',
      'state open',
      'open true 1',
      ...CLOSING,
      'close 1000 "" true false',
    ];
  },

  async 'a refusal of the server is reported with its status, and 401 is final'(stage) {
    stage.server.refuse(401, { 'WWW-Authenticate': 'Bearer' });
    const ws = stage.client({ reconnect: true });
    await ws.connect().then(
      () => {
        throw new Error('it opened');
      },
      (error) => deepStrictEqual(error.headers['www-authenticate'], 'Bearer'),
    );
    return [
      'state connecting',
      'state closed',
      'error HandshakeError 401 server',
      'close 1006 "" false false HandshakeError 401 server',
    ];
  },

  async 'a redirect is final, with its target'(stage) {
    stage.server.refuse(302, { Location: 'ws://127.0.0.1:1/elsewhere' });
    const ws = stage.client({ reconnect: true });
    const error = await ws.connect().catch((cause) => cause);
    deepStrictEqual(error.headers.location, 'ws://127.0.0.1:1/elsewhere');
    return [
      'state connecting',
      'state closed',
      'error HandshakeError 302 server',
      'close 1006 "" false false HandshakeError 302 server',
    ];
  },

  async '503 is tried again until the attempts are used up'(stage) {
    stage.server.refuse(503);
    const ws = stage.client({ reconnect: true, reconnectDelay: 5, maxReconnectAttempts: 1 });
    await ws.connect().catch(() => {});
    await stage.line('max-reconnect-attempts');
    deepStrictEqual(stage.server.seen.handshakes.length, 2);
    return [
      'state connecting',
      'state backoff',
      'error HandshakeError 503 server',
      'close 1006 "" false true HandshakeError 503 server',
      'reconnecting 1 5',
      'state reconnecting',
      'state exhausted',
      'reconnect-error HandshakeError 503 server',
      'close 1006 "" false false HandshakeError 503 server',
      'error ReconnectExhaustedError',
      'max-reconnect-attempts',
    ];
  },

  async 'a subprotocol is agreed on, and one that nobody asked for is refused'(stage) {
    const ws = stage.client({ protocols: ['b', 'a'] });
    await ws.connect();
    deepStrictEqual(ws.protocol, 'b');
    await ws.close();
    stage.server.wrongProtocol();
    const other = stage.client({ protocols: ['b', 'a'], reconnect: true });
    await other.connect().catch(() => {});
    return [
      ...OPENING,
      ...CLOSING,
      'close 1000 "" true false',
      'state connecting',
      'state closed',
      'error HandshakeError 101 server',
      'close 1006 "" false false HandshakeError 101 server',
    ];
  },

  async 'permessage-deflate is agreed on where it is asked for'(stage) {
    stage.server.echo();
    const ws = stage.client({ perMessageDeflate: { threshold: 0 } });
    await ws.connect();
    deepStrictEqual(ws.extensions.startsWith('permessage-deflate'), true);
    ws.send('z'.repeat(5_000));
    await stage.line('message');
    await ws.close();
    return [...OPENING, `message false ${shown('z'.repeat(5_000))}`, ...CLOSING, 'close 1000 "" true false'];
  },

  async 'a frame that breaks the protocol ends it with 1002, for good'(stage) {
    const ws = stage.client({ reconnect: true });
    await ws.connect();
    await stage.server.waitForConnection();
    stage.server.sendGarbage(Buffer.from([0xf1, 0x00]));
    await stage.line('close');
    await stage.server.waitFor(({ closes }) => closes.length > 0);
    deepStrictEqual(stage.server.seen.closes[0]?.code, 1002);
    return [
      ...OPENING,
      'state closing',
      'state closed',
      'error ConnectionError',
      'close 1006 "" false false ConnectionError',
    ];
  },

  async 'close() while the server is silent ends the dial and its socket'(stage) {
    stage.server.stall();
    const ws = stage.client();
    const connecting = ws.connect().catch((error) => error.name);
    await stage.server.waitFor(({ handshakes }) => handshakes.length > 0);
    await ws.close();
    deepStrictEqual(await connecting, 'AbortError');
    await stage.gone();
    return ['state connecting', 'state closed', 'close 1006 "" false false'];
  },

  async 'the deadline ends the dial and its socket'(stage) {
    stage.server.stall();
    const ws = stage.client({ connectTimeout: 200 });
    const error = await ws.connect().catch((cause) => cause);
    deepStrictEqual(error.name, 'TimeoutError');
    await stage.gone();
    return [
      'state connecting',
      'state closed',
      'error TimeoutError connect',
      'close 1006 "" false false TimeoutError connect',
    ];
  },

  async 'Pings are answered; a peer that stops answering is given up'(stage) {
    const ws = stage.client({ heartbeatInterval: 30, heartbeatTimeout: 250 });
    await ws.connect();
    await stage.server.waitFor(({ pings }) => pings >= 3);
    stage.server.freeze();
    await stage.line('close');
    return [
      ...OPENING,
      'state closed',
      'heartbeat-timeout',
      'close 1006 "" false false TimeoutError heartbeat',
    ];
  },

  async 'iteration sees every message once, in order, and reads no faster than it is read'(stage) {
    const ws = stage.client({ receiveQueue: { maxMessages: 4 } });
    const iterator = ws[Symbol.asyncIterator]();
    const first = iterator.next();
    const connection = await stage.server.waitForConnection(1);
    const payload = 'm'.repeat(16_384);
    for (let n = 0; n < 40; n += 1) connection.send(`${n} ${payload}`);
    const seen = [await first];
    while (seen.length < 40) {
      if (seen.length % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      seen.push(await iterator.next());
    }
    await ws.close();
    deepStrictEqual(
      seen.map(({ value }) => Number.parseInt(String(value?.data), 10)),
      seen.map((_, index) => index),
    );
    return [
      ...OPENING,
      ...Array.from({ length: 40 }, (_, n) => `message false ${shown(`${n} ${payload}`)}`),
      ...CLOSING,
      'close 1000 "" true false',
    ];
  },
};

/** Plays one scene on one route. @throws AssertionError where anything differs */
export async function play(name: string, route: TestRoute): Promise<void> {
  const scene = SCENES[name];
  if (scene === undefined) throw new Error(`No scene ${name}`);
  const server = await FaultServer.start({ perMessageDeflate: true, ...route.server });
  const stage = new Stage(server, route);
  try {
    const expected = await scene(stage);
    deepStrictEqual([...stage.lines], expected);
  } finally {
    await stage.end();
    await route.end?.();
  }
}
