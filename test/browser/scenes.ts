/**
 * The contract of test/routes, as far as a native `WebSocket` can keep it: the same events in the same order,
 * written down in the same form. Where a page is told less than Node, the scene says so.
 *
 * The client lives at a place of its own: in a page, in a worker, or in this process. So it is driven by text.
 */
import { expect } from 'vitest';
import type { FaultServer } from '../../src/testing/faultServer.js';

/** What each place loads first: a client that writes everything down. */
export const PRELUDE = `
  import * as recker from 'recker';
  const shown = (data) => typeof data === 'string'
    ? (data.length <= 40 ? JSON.stringify(data) : data.length + ' characters')
    : data.constructor.name + ' ' + data.length;
  globalThis.recker = recker;
  globalThis.make = (url, options, make = (u, o) => new recker.ReckerWebSocket(u, o)) => {
    const ws = make(url, options);
    const lines = [];
    const named = (error) => error === undefined ? '' : error.name + (error.phase ? ' ' + error.phase : '');
    ws.on('state', (state) => lines.push('state ' + state));
    ws.on('open', ({ reconnected, attempt }) => lines.push('open ' + reconnected + ' ' + attempt));
    ws.on('message', ({ data, isBinary }) => lines.push('message ' + isBinary + ' ' + shown(data)));
    ws.on('close', (code, reason, { wasClean, willReconnect, error }) =>
      lines.push(('close ' + code + ' "' + reason + '" ' + wasClean + ' ' + willReconnect + ' ' + named(error)).trimEnd()));
    ws.on('error', (error) => lines.push('error ' + named(error)));
    ws.on('reconnecting', (attempt, delay) => lines.push('reconnecting ' + attempt + ' ' + delay));
    ws.on('reconnect-error', (error) => lines.push('reconnect-error ' + named(error)));
    ws.on('max-reconnect-attempts', () => lines.push('max-reconnect-attempts'));
    ws.on('heartbeat-timeout', () => lines.push('heartbeat-timeout'));
    ws.on('pong', () => { globalThis.pongs = (globalThis.pongs ?? 0) + 1; });
    globalThis.ws = ws;
    globalThis.lines = lines;
    return ws;
  };
`;

/** Where the client lives. */
export interface Place {
  evaluate(code: string): Promise<unknown>;
  /** What binary messages are there. */
  readonly binary: 'Uint8Array' | 'Buffer';
  /** Firefox 140 keeps the TCP connection of a dial that was given up while the server was silent, for 25 s and more. */
  readonly keepsSilentDials?: boolean;
  /** Given to every client. */
  readonly options: string;
}

export const lines = (place: Place, expected: readonly string[]) =>
  expect.poll(() => place.evaluate('lines'), { timeout: 8000, interval: 20 }).toEqual(expected);

/** The dial was given up: its socket is closed. */
const noSockets = async (place: Place, server: FaultServer): Promise<void> => {
  if (place.keepsSilentDials) return;
  await expect.poll(() => server.sockets, { timeout: 8000 }).toBe(0);
};

/** Makes a client at the place. */
export const make = (place: Place, server: FaultServer, options = '', path = '/') =>
  place.evaluate(`void make('${server.url(path)}', { ${place.options} ${options} })`);

const OPENING = ['state connecting', 'state open', 'open false 0'];
const CLOSING = ['state closing', 'state closed', 'close 1000 "" true false'];
const FAILED = 'error ConnectionError';

type Scene = (place: Place, server: FaultServer) => Promise<void>;

export const SCENES: Readonly<Record<string, Scene>> = {
  async 'messages of every kind come back as they went, in order'(place, server) {
    server.echo();
    await make(place, server);
    await place.evaluate(`(async () => {
      await ws.connect();
      for (const text of ['hello', '', 'Příliš žluťoučký kůň 🐎', 'x'.repeat(20000)]) ws.send(text);
      ws.send(new Uint8Array(0));
      const reused = new Uint8Array(70000).fill(7);
      ws.send(reused);
      reused.fill(0);
      ws.send(new Blob(['blob']));
      ws.sendJSON({ a: [1, null] });
    })()`);
    const messages = [
      'message false "hello"',
      'message false ""',
      'message false "Příliš žluťoučký kůň 🐎"',
      'message false 20000 characters',
      `message true ${place.binary} 0`,
      `message true ${place.binary} 70000`,
      `message true ${place.binary} 4`,
      'message false "{\\"a\\":[1,null]}"',
    ];
    await lines(place, [...OPENING, ...messages]);
    expect(server.seen.messages[5]?.data).toEqual(Buffer.alloc(70_000, 7));
    expect(await place.evaluate('ws.stats().bytesOut')).toBe(
      90_023 + Buffer.byteLength('Příliš žluťoučký kůň 🐎'),
    );
    await place.evaluate(`ws.close(3000, 'bye')`);
    await lines(place, [
      ...OPENING,
      ...messages,
      'state closing',
      'state closed',
      'close 3000 "bye" true false',
    ]);
    expect(server.seen.closes).toEqual([{ code: 3000, reason: 'bye' }]);
  },

  async 'what comes with the upgrade waits for a listener that comes after connect()'(place, server) {
    server.sendOnAccept(['first', 'second']);
    await make(place, server);
    await place.evaluate(`(async () => {
      await ws.connect();
      globalThis.late = [];
      ws.on('message', ({ data }) => late.push(data));
    })()`);
    await expect.poll(() => place.evaluate('late')).toEqual(['first', 'second']);
    await place.evaluate('ws.close()');
  },

  async 'the Close of the peer ends the connection with its code; that it came is not told before'(
    place,
    server,
  ) {
    await make(place, server);
    await place.evaluate('ws.connect()');
    server.closeAll(4001, 'moved');
    await lines(place, [...OPENING, 'state closed', 'close 4001 "moved" true false']);
  },

  async 'close(null) sends a Close without a code'(place, server) {
    await make(place, server);
    await place.evaluate('ws.connect()');
    await place.evaluate('ws.close(null)');
    await lines(place, [...OPENING, 'state closing', 'state closed', 'close 1005 "" true false']);
    expect(server.seen.closes).toEqual([{ code: 1005, reason: '' }]);
  },

  async 'a cut connection comes back, and what was sent meanwhile goes out'(place, server) {
    server.echo();
    await make(place, server, 'reconnect: true, reconnectDelay: 10');
    await place.evaluate('ws.connect()');
    await place.evaluate(`void ws.once('close', () => ws.send('queued'))`);
    (await server.waitForConnection(1)).terminate();
    await expect.poll(() => place.evaluate('lines.at(-1)')).toBe('message false "queued"');
    await place.evaluate('ws.close()');
    const told = (await place.evaluate('lines')) as string[];
    expect(told.filter((line) => line !== FAILED && !line.startsWith('close 1006'))).toEqual([
      ...OPENING,
      'state backoff',
      'reconnecting 1 10',
      'state reconnecting',
      'state open',
      'open true 1',
      'message false "queued"',
      ...CLOSING,
    ]);
  },

  async 'a refusal is a failed dial like any other, since its status is not told'(place, server) {
    server.refuse(401);
    await make(place, server, 'reconnect: true, reconnectDelay: 5, maxReconnectAttempts: 1');
    await place.evaluate('ws.connect().catch(() => {})');
    await lines(place, [
      'state connecting',
      'state backoff',
      FAILED,
      'close 1006 "" false true ConnectionError',
      'reconnecting 1 5',
      'state reconnecting',
      'state exhausted',
      'reconnect-error ConnectionError',
      'close 1006 "" false false ConnectionError',
      'error ReconnectExhaustedError',
      'max-reconnect-attempts',
    ]);
  },

  async 'a subprotocol is agreed on'(place, server) {
    await make(place, server, `protocols: ['b', 'a']`);
    await place.evaluate('ws.connect()');
    expect(await place.evaluate('ws.protocol')).toBe('b');
    await place.evaluate('ws.close()');
    await lines(place, [...OPENING, ...CLOSING]);
  },

  async 'a frame that breaks the protocol is a loss'(place, server) {
    await make(place, server);
    await place.evaluate('ws.connect()');
    server.sendGarbage(Buffer.from([0xf1, 0x00]));
    await expect.poll(() => place.evaluate('ws.state')).toBe('closed');
    expect(await place.evaluate('lines.at(-1)')).toMatch(/^close 1006 "" false false/);
  },

  async 'close() while the server is silent ends the dial and its socket'(place, server) {
    server.stall();
    await make(place, server);
    await place.evaluate('void ws.connect().catch(() => {})');
    await server.waitFor(({ handshakes }) => handshakes.length > 0);
    await place.evaluate('ws.close()');
    await lines(place, ['state connecting', 'state closed', 'close 1006 "" false false']);
    await noSockets(place, server);
  },

  async 'the deadline ends the dial and its socket'(place, server) {
    server.stall();
    await make(place, server, 'connectTimeout: 100');
    await place.evaluate('ws.connect().catch(() => {})');
    await lines(place, [
      'state connecting',
      'state closed',
      'error TimeoutError connect',
      'close 1006 "" false false TimeoutError connect',
    ]);
    await noSockets(place, server);
  },

  async 'a heartbeat by message is answered; a peer that stops answering is given up'(place, server) {
    server.echo();
    await place.evaluate('void (globalThis.pongs = 0)');
    await make(
      place,
      server,
      `heartbeatInterval: 30, heartbeatTimeout: 250, heartbeatMessage: 'ping', isHeartbeatReply: ({ data }) => data === 'ping'`,
    );
    await place.evaluate('ws.connect()');
    await expect.poll(() => place.evaluate('pongs >= 3')).toBe(true);
    expect(await place.evaluate('ws.latency >= 0')).toBe(true);
    server.freeze();
    await expect.poll(() => place.evaluate('ws.state'), { timeout: 8000 }).toBe('closed');
    const told = (await place.evaluate('lines')) as string[];
    expect(told.filter((line) => line !== 'message false "ping"')).toEqual([
      ...OPENING,
      'state closed',
      'heartbeat-timeout',
      'close 1006 "" false false TimeoutError heartbeat',
    ]);
  },

  async 'prepare logs in before open: what next() takes reaches no listener, and the queue leaves last'(
    place,
    server,
  ) {
    server.echo();
    await make(
      place,
      server,
      `prepare: async ({ send, next }) => {
        send('login');
        send('state');
        await next(({ data }) => data === 'login');
      }`,
    );
    await place.evaluate(`void ws.send('queued')`);
    await place.evaluate('ws.connect()');
    await lines(place, [
      'state connecting',
      'state preparing',
      'state open',
      'open false 0',
      'message false "state"',
      'message false "queued"',
    ]);
    await place.evaluate('ws.close()');
  },

  async 'iteration sees every message once, in order'(place, server) {
    server.sendOnAccept(Array.from({ length: 40 }, (_, n) => `${n}`));
    await make(place, server);
    const seen = await place.evaluate(`(async () => {
      const seen = [];
      for await (const { data } of ws) {
        seen.push(Number(data));
        if (seen.length === 40) break;
      }
      await ws.close();
      return seen;
    })()`);
    expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => n));
  },

  async 'awaitDrain waits until the socket has let go of the bytes'(place, server) {
    await make(place, server, 'maxInFlight: 200000');
    const left = await place.evaluate(`(async () => {
      await ws.connect();
      const chunk = new Uint8Array(100000);
      for (let n = 0; n < 50; n += 1) ws.send(chunk);
      const queued = ws.stats().queuedMessages;
      await ws.send(chunk, { awaitDrain: true, highWaterMark: 1000 });
      return [queued > 0, ws.bufferedAmount <= 1000];
    })()`);
    expect(left).toEqual([true, true]);
    await server.waitFor(({ messages }) => messages.length === 51);
    await place.evaluate('ws.close()');
  },
};
