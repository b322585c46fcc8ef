/**
 * What becomes of whatever is handed in and throws, or returns what is no value: the table of docs/errors.md, cell by
 * cell. After each the client must go on: what has nothing to do with it arrives. An uncaught error fails the run.
 */
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type Clock,
  ConnectionError,
  type PipeSink,
  type PipeSource,
  type Provider,
  ReckerWebSocket,
  type Transport,
  type TransportFactory,
  type WebSocketOptions,
} from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { tableWith } from '../support/tables.js';
import { testTls } from '../support/tls.js';

/** What the function does, and what it gives where it does not throw. */
type Mode = 'throws' | 'invalid';
const boom = (): never => {
  throw new Error('boom');
};
/** Throws; or returns a promise that rejects, which is no value where none is awaited. */
const bad = (mode: Mode): never =>
  mode === 'throws' ? boom() : (Promise.reject(new Error('late')) as never);
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const clients: ReckerWebSocket[] = [];
afterEach(async () => {
  for (const ws of clients.splice(0)) ws.terminate();
});

/** A client in virtual time, with what it emits on record. */
function made(options: WebSocketOptions = {}, url: string | Provider<string> = 'ws://example.test/') {
  const transport = fakeTransport();
  const clock = new VirtualClock(1_000_000);
  const ws = new ReckerWebSocket(url, { transport, clock, reconnect: true, reconnectDelay: 100, ...options });
  clients.push(ws);
  const errors: Error[] = [];
  const closes: number[] = [];
  const undelivered: unknown[] = [];
  ws.on('error', (error) => errors.push(error));
  ws.on('reconnect-error', (error) => errors.push(error));
  ws.on('close', (code) => closes.push(code));
  ws.on('undelivered', (data) => undelivered.push(data));
  return { ws, transport, clock, errors, closes, undelivered };
}
type Made = ReturnType<typeof made>;

async function opened(client: Made): Promise<Made> {
  const connected = client.ws.connect();
  await settled();
  client.transport.last.open();
  await connected;
  return client;
}

/** The verdict, from what was emitted. */
async function verdict({ ws, transport, errors, closes, clock }: Made): Promise<string> {
  await settled();
  const [error] = errors;
  if (error === undefined) return 'nothing';
  if (closes.length === 0) {
    // Nothing else has changed: messages still go both ways.
    ws.send('still there');
    expect(transport.last.sent.at(-1)).toBe('still there');
    const message = new Promise((resolve) => ws.once('message', resolve));
    transport.last.message('and back');
    await message;
    return 'error';
  }
  expect(closes).toEqual([1006]);
  if (ws.state === 'closed') return error.name === 'ConfigurationError' ? 'client ended' : `ended: ${error}`;
  expect(ws.state).toBe('backoff');
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error.message).toMatch(/boom|late|must|failed|gave/);
  const dialsAgain = new Promise<void>((resolve) => {
    ws.on('state', (state) => state === 'reconnecting' && resolve());
  });
  clock.advance(100);
  await dialsAgain;
  return ws.stats().opens > 0 ? 'connection lost' : 'failed attempt';
}

/** A transport that throws in one place once it is told to. */
function failing(
  at: keyof Transport,
  give: () => unknown,
  options: WebSocketOptions = {},
): Made & { fail(): void } {
  let fails = false;
  const fake = fakeTransport({ autoAnswer: 'dead' });
  const transport: TransportFactory = {
    name: 'failing',
    supports: fake.supports,
    dial: (request, observer) =>
      new Proxy(fake.dial(request, observer), {
        get(connection, name) {
          const value: unknown = Reflect.get(connection, name, connection);
          if (fails && name === at) return typeof value === 'function' ? give : give();
          return typeof value === 'function' ? value.bind(connection) : value;
        },
      }),
  };
  return Object.assign(made({ transport, heartbeatInterval: 1000, heartbeatTimeout: 500, ...options }), {
    transport: fake,
    fail() {
      fails = true;
    },
  });
}

/** Opens, lets it fail, and acts. */
async function during(at: keyof Transport, act: (client: Made) => unknown): Promise<string> {
  const client = failing(at, boom);
  await opened(client);
  client.fail();
  await act(client);
  return verdict(client);
}

const refusal = async (client: Made, sent: Promise<void>, data: unknown): Promise<string> => {
  const error = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await settled();
  if (error === undefined) return 'sent';
  expect(error).toBeInstanceOf(ConnectionError);
  expect(client.undelivered).toEqual([data]);
  expect([client.errors, client.closes]).toEqual([[], []]);
  return 'message refused';
};

const heartbeat = async (options: WebSocketOptions): Promise<string> => {
  const client = await opened(made({ heartbeatInterval: 1000, heartbeatTimeout: 500, ...options }));
  // A heartbeat that left is answered by what arrives; of one that did not, silence says nothing.
  if (options.isHeartbeatReply === undefined) client.transport.last.autoAnswer = 'dead';
  client.clock.advance(1000);
  client.transport.last.message('reply');
  client.clock.advance(500);
  return verdict(client);
};

const clockWith = (name: keyof Clock, mode: Mode, isFailing: () => boolean): Clock => {
  const clock = new VirtualClock(1_000_000);
  const real: Clock = {
    now: () => clock.now(),
    setTimeout: (callback, milliseconds) => clock.setTimeout(callback, milliseconds),
    clearTimeout: (id) => clock.clearTimeout(id),
  };
  return {
    ...real,
    [name]: (...args: never[]) =>
      isFailing() ? bad(mode) : (real[name] as (...all: never[]) => unknown)(...args),
  };
};
const withClock =
  (name: keyof Clock) =>
  async (mode: Mode): Promise<string> => {
    let fails = false;
    const client = made({
      clock: clockWith(name, mode, () => fails),
      heartbeatInterval: 0,
      connectTimeout: 50,
    });
    if (name === 'setTimeout') fails = true;
    const connected = client.ws.connect();
    fails = true;
    client.transport.last.open();
    await connected;
    return verdict(client);
  };

const provided =
  (name: 'url' | 'headers' | 'protocols' | 'proxy' | 'tls') =>
  async (mode: Mode): Promise<string> => {
    const provider = () => (mode === 'throws' ? boom() : (5 as never));
    const client = name === 'url' ? made({}, provider) : made({ [name]: provider });
    client.ws.connect().catch(() => {});
    return verdict(client);
  };

let secure: WebSocketServer;
let secureUrl: string;
beforeAll(async () => {
  const https = createServer(testTls);
  secure = new WebSocketServer({ server: https });
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  secure.on('connection', (peer: WebSocket) => peer.on('error', () => {}));
  secureUrl = `wss://127.0.0.1:${(https.address() as AddressInfo).port}/`;
});
afterAll(() => {
  for (const peer of secure.clients) peer.terminate();
  secure.close();
  (secure.options.server as { close(): void }).close();
});

/** A real dial that fails: `error`, `close`, and the decision of any failed dial. */
async function dialled(options: WebSocketOptions, url = secureUrl): Promise<string> {
  const ws = new ReckerWebSocket(url, { ...options, reconnect: true, shouldReconnect: () => 60_000 });
  clients.push(ws);
  const failed = new Promise((resolve) => ws.once('close', resolve));
  const errors: Error[] = [];
  ws.on('error', (error) => errors.push(error));
  ws.connect().catch(() => {});
  await failed;
  expect(errors).toEqual([expect.objectContaining({ name: 'ConnectionError' })]);
  return ws.state === 'backoff' ? 'failed attempt' : ws.state;
}

const ROWS: Readonly<Record<string, (mode: Mode) => Promise<string>>> = {
  'url provider': provided('url'),
  'headers provider': provided('headers'),
  'protocols provider': provided('protocols'),
  'proxy provider': provided('proxy'),
  'tls provider': provided('tls'),
  lookup: (mode) => dialled({ lookup: () => bad(mode) }, secureUrl.replace('127.0.0.1', 'localhost')),
  async shouldReconnect(mode) {
    const client = await opened(made({ shouldReconnect: () => bad(mode) }));
    client.transport.last.end();
    expect(client.ws.state).toBe('backoff');
    client.clock.advance(100);
    client.transport.last.open();
    client.closes.length = 0;
    return verdict(client);
  },
  async random(mode) {
    const client = await opened(made({ reconnectJitter: 'full', random: () => bad(mode) }));
    client.transport.last.end();
    expect(client.ws.state).toBe('backoff');
    client.clock.advance(100);
    client.transport.last.open();
    client.closes.length = 0;
    return verdict(client);
  },
  'clock.now': withClock('now'),
  'clock.setTimeout': withClock('setTimeout'),
  'clock.clearTimeout': withClock('clearTimeout'),
  inspect: async (mode) => verdict(await opened(made({ inspect: () => bad(mode) }))),
  heartbeatMessage: (mode) => heartbeat({ heartbeatMessage: () => bad(mode) }),
  isHeartbeatReply: (mode) => heartbeat({ heartbeatMessage: 'ping', isHeartbeatReply: () => bad(mode) }),
  async 'transport.dial()'(mode) {
    const fake = fakeTransport();
    const client = made({ transport: { name: 'x', supports: fake.supports, dial: () => bad(mode) } });
    client.ws.connect().catch(() => {});
    return verdict({ ...client, transport: fake });
  },
  async 'transport.canCloseWith()'() {
    const fake = fakeTransport();
    const transport = { name: 'x', supports: fake.supports, dial: fake.dial, canCloseWith: boom };
    const client = await opened({ ...made({ transport }), transport: fake });
    expect(() => client.ws.close()).toThrow('boom');
    expect(client.ws.state).toBe('open');
    return 'thrown';
  },
  async "a transport's send()"() {
    const client = failing('send', boom);
    client.fail();
    const queued = client.ws.send('queued');
    await opened(client);
    const told = await refusal(client, queued, 'queued');
    client.undelivered.length = 0;
    expect(await refusal(client, client.ws.send('now'), 'now')).toBe(told);
    return told;
  },
  "a transport's ping()": () =>
    during('ping', ({ clock }) => {
      clock.advance(1000);
      clock.advance(500);
    }),
  "a transport's mark()": () =>
    during('mark', ({ clock, transport }) => {
      transport.last.autoAnswer = 'alive';
      clock.advance(1000);
    }),
  async "a transport's flush()"() {
    const client = failing('flush', boom, { heartbeatMessage: 'ping' });
    await opened(client);
    client.fail();
    client.ws.ping();
    return verdict(client);
  },
  "a transport's askLiveness()": () =>
    during('askLiveness', ({ clock }) => {
      clock.advance(1000);
      clock.advance(500);
    }),
  "a transport's pause()": () => during('pause', (client) => fill(client)),
  async "a transport's resume()"() {
    const client = await opened(failing('resume', boom));
    const reader = fill(client);
    (client as Made & { fail(): void }).fail();
    await reader.return?.(undefined);
    return verdict(client);
  },
  "a transport's close()": async () => {
    const own = await opened(failing('close', boom));
    (own as Made & { fail(): void }).fail();
    const info = once(own.ws, 'close');
    await own.ws.close();
    expect((await info)[2]).toMatchObject({ error: { name: 'ConnectionError' } });
    return 'connection lost';
  },
  async "a transport's destroy()"() {
    const client = await opened(failing('destroy', boom));
    (client as Made & { fail(): void }).fail();
    client.transport.last.end();
    client.clock.advance(100);
    client.transport.last.open();
    client.closes.length = 0;
    return verdict(client);
  },
  "a transport's isWritable": () => during('isWritable', ({ ws }) => void ws.send('x')),
  "a transport's bufferedAmount": () => during('bufferedAmount', ({ ws }) => ws.bufferedAmount),
  async "a transport's unsentBytes"() {
    const client = await opened(failing('unsentBytes', boom));
    (client as Made & { fail(): void }).fail();
    client.transport.last.end();
    client.clock.advance(100);
    client.transport.last.open();
    client.closes.length = 0;
    return verdict(client);
  },
  'tls.checkServerIdentity': (mode) =>
    dialled({ tls: { ca: testTls.cert, checkServerIdentity: () => bad(mode) } }),
  'dispatcher.dispatch()': () => dialled({ dispatcher: { dispatch: boom } }),
  async 'a Blob'(mode) {
    const blob = Object.assign(new Blob(['x']), {
      arrayBuffer: mode === 'throws' ? boom : async () => 'no bytes',
    });
    const client = await opened(made());
    const sent = client.ws.send(blob);
    client.ws.send('behind');
    const told = await refusal(client, sent, blob);
    expect(client.transport.last.sent).toEqual(['behind']);
    return told;
  },
  async 'toJSON() of a value for sendJSON()'() {
    const client = await opened(made());
    expect(() => client.ws.sendJSON({ toJSON: boom })).toThrow('boom');
    return 'thrown';
  },
  'read() of a stream for pipeFrom()': (mode) =>
    pipedFrom(
      new Readable({
        objectMode: true,
        read() {
          if (mode === 'throws') boom();
          this.push(5);
        },
      }),
    ),
  'getReader() of a web stream for pipeFrom()': () =>
    pipedFrom(Object.assign(new ReadableStream(), { getReader: boom })),
  'a web stream for pipeFrom()': (mode) =>
    pipedFrom(
      new ReadableStream({
        pull: (controller) => (mode === 'throws' ? boom() : controller.enqueue(5 as never)),
      }),
    ),
  'a generator for pipeFrom()': (mode) =>
    pipedFrom(
      (function* () {
        yield mode === 'throws' ? boom() : (5 as never);
      })(),
    ),
  'destroy() of a stream for pipeFrom()': () =>
    pipedFrom(Object.assign(new PassThrough(), { destroy: boom }), AbortSignal.abort()),
  'write() of a stream for pipeTo()': () => pipedTo(Object.assign(new PassThrough(), { write: boom })),
  'end() of a stream for pipeTo()': () => pipedTo(Object.assign(new PassThrough(), { end: boom }), 'end'),
  'destroy() of a stream for pipeTo()': () =>
    pipedTo(Object.assign(new PassThrough(), { destroy: boom }), AbortSignal.abort()),
  'a web stream for pipeTo()': () => pipedTo(new WritableStream({ write: boom })),
};

/** What became of a pipe, whose stream throws or gives what cannot be sent. */
async function piped(client: Made, pipe: Promise<void>, reason: RegExp): Promise<string> {
  await expect(pipe).rejects.toThrow(reason);
  await settled();
  expect([client.errors, client.closes]).toEqual([[], []]);
  return 'pipe rejected';
}

async function pipedFrom(source: PipeSource, signal?: AbortSignal): Promise<string> {
  const client = await opened(made());
  const told = await piped(
    client,
    client.ws.pipeFrom(source, { signal }),
    signal === undefined ? /boom|must be|takes|not/ : /aborted/,
  );
  client.ws.send('still there');
  expect(client.transport.last.sent).toEqual(['still there']);
  return told;
}

/** @param how what happens before a message arrives */
async function pipedTo(sink: PipeSink, how?: AbortSignal | 'end'): Promise<string> {
  const client = await opened(made({ reconnect: false }));
  const signal = how === 'end' ? undefined : how;
  const pipe = client.ws.pipeTo(sink, { signal });
  if (how === 'end') {
    pipe.catch(() => {});
    client.transport.last.end({ code: 1000, wasClean: true });
    await expect(pipe).rejects.toThrow('boom');
    expect(client.closes).toEqual([1000]);
    return 'pipe rejected';
  }
  client.transport.last.message('x');
  return piped(client, pipe, signal === undefined ? /boom/ : /aborted/);
}

/** An iterator that is full: reading is paused. */
function fill(client: Made): AsyncGenerator<unknown> {
  const reader = client.ws[Symbol.asyncIterator]();
  for (let count = 0; count < 1024; count += 1) client.transport.last.message('x');
  return reader;
}

describe('what throws', () => {
  const cells = tableWith('errors.md', 'invalid').filter(({ column }) => column !== 'then');

  it('has a row for each', () => {
    expect([...new Set(cells.map(({ row }) => row))]).toEqual(Object.keys(ROWS));
  });

  for (const { row, column, text } of cells) {
    if (text === '–') continue;
    it(`${row}, ${column}: ${text}`, async () => {
      expect(await (ROWS[row] as (mode: Mode) => Promise<string>)(column as Mode)).toBe(text);
    });
  }
});
