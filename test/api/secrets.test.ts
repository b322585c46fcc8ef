/**
 * What must never be shown, wherever something is shown: `util.inspect`, JSON and the text of clients and errors.
 * And what each error is: its class, name, code, cause and details.
 */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AbortError,
  ConfigurationError,
  ConnectionClosedError,
  ConnectionError,
  createClient,
  HandshakeError,
  QueueFullError,
  ReckerError,
  ReckerWebSocket,
  ReconnectExhaustedError,
  StateError,
  TimeoutError,
  type WebSocketOptions,
} from '../../src/index.js';
import { FaultServer, fakeTransport, VirtualClock } from '../../src/testing/index.js';

const SECRETS = ['us3r', 'p4ssword', 't0ken', 'c00kie', 'pr0xy', 's3ssion', 'b4sic'];
const basic = Buffer.from('us3r:p4ssword').toString('base64');
const URL_WITH_ALL = (port: number, scheme = 'ws') =>
  `${scheme}://us3r:p4ssword@127.0.0.1:${port}/room?access=t0ken`;

const OPTIONS: WebSocketOptions = {
  headers: { Authorization: 'Bearer b4sic', Cookie: 'sid=c00kie' },
  protocols: ['chat'],
};

/** Everything that a log may make of `value`. */
function shows(value: unknown): string {
  const error = value instanceof Error ? `${value.message}\n${value.stack}\n${String(value)}` : '';
  return [
    ...[{}, { depth: null, showHidden: false }, { depth: null, compact: false, breakLength: 1 }].map(
      (options) => inspect(value, options),
    ),
    inspect({ nested: [value] }, { depth: null }),
    JSON.stringify({ nested: value }),
    JSON.stringify(Object.entries(value as object)),
    error,
  ].join('\n');
}

function expectNoSecret(value: unknown): void {
  const shown = shows(value);
  for (const secret of [...SECRETS, basic]) expect(shown).not.toContain(secret);
}

describe('a client', () => {
  it('shows its state and its URL without user info and query values', async () => {
    await using server = await FaultServer.start();
    const ws = new ReckerWebSocket(URL_WITH_ALL(server.port), OPTIONS);
    const shown = `ws://127.0.0.1:${server.port}/room?access=***`;
    expect(JSON.parse(JSON.stringify(ws))).toEqual({ state: 'idle', url: shown });
    expect(inspect(ws)).toBe(`ReckerWebSocket { state: 'idle', url: '${shown}' }`);
    expectNoSecret(ws);
    expect(ws.url).toBe(`ws://127.0.0.1:${server.port}/room?access=t0ken`);
    await ws.connect();
    void ws.send('text');
    expectNoSecret(ws);
    expect(ws.url).toBe(`ws://127.0.0.1:${server.port}/room?access=t0ken`);
    expect(
      server.seen.handshakes.map(({ url, headers }) => [url, headers.authorization, headers.cookie]),
    ).toEqual([['/room?access=t0ken', 'Bearer b4sic', 'sid=c00kie']]);
    await ws.close();
    expectNoSecret(ws);
  });

  it('shows none with a provider either', async () => {
    const transport = fakeTransport();
    const ws = new ReckerWebSocket(async () => URL_WITH_ALL(1), { ...OPTIONS, transport });
    expectNoSecret(ws);
    void ws.connect();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expectNoSecret(ws);
    expect(ws.url).toBe('ws://127.0.0.1:1/room?access=t0ken');
    // User info travels as a header; one that was given wins.
    expect(transport.last.request).toMatchObject({ url: ws.url, headers: { Authorization: 'Bearer b4sic' } });
  });

  it('made by createClient() shows none', () => {
    const client = createClient({
      baseUrl: 'http://us3r:p4ssword@127.0.0.1/?t0ken',
      headers: { Cookie: 'c00kie' },
      websocket: { proxy: 'http://us3r:pr0xy@127.0.0.1:1', transport: fakeTransport(), autoConnect: false },
    });
    expectNoSecret(client);
    expectNoSecret(client.ws('/?access=t0ken'));
  });
});

describe('an error', () => {
  const secretive: [string, (port: number) => Promise<unknown>, (server: FaultServer) => void][] = [
    ['refused port', (port) => new ReckerWebSocket(URL_WITH_ALL(port + 1), OPTIONS).connect(), () => {}],
    [
      'unknown host',
      () => new ReckerWebSocket('ws://us3r:p4ssword@[::ffff:0:0]:1/?t0ken', OPTIONS).connect(),
      () => {},
    ],
    [
      'refused handshake',
      (port) => new ReckerWebSocket(URL_WITH_ALL(port), OPTIONS).connect(),
      (server) => server.refuse(401, { 'Set-Cookie': 'sid=c00kie', Location: 'http://h/?t0ken' }, 's3ssion'),
    ],
    [
      'redirect',
      (port) => new ReckerWebSocket(URL_WITH_ALL(port), OPTIONS).connect(),
      (server) => server.refuse(302, { Location: 'http://us3r:p4ssword@h/?t0ken' }),
    ],
    [
      'broken handshake',
      (port) => new ReckerWebSocket(URL_WITH_ALL(port), OPTIONS).connect(),
      (server) => server.wrongAccept(),
    ],
    [
      'wrong subprotocol',
      (port) => new ReckerWebSocket(URL_WITH_ALL(port), OPTIONS).connect(),
      (server) => server.wrongProtocol(),
    ],
    [
      'dropped',
      (port) => new ReckerWebSocket(URL_WITH_ALL(port), OPTIONS).connect(),
      (server) => server.drop(),
    ],
    [
      'timeout',
      (port) => new ReckerWebSocket(URL_WITH_ALL(port), { ...OPTIONS, connectTimeout: 20 }).connect(),
      (server) => server.stall(),
    ],
    [
      'exhaustion, with its causes',
      (port) =>
        new ReckerWebSocket(URL_WITH_ALL(port), {
          ...OPTIONS,
          reconnect: true,
          reconnectDelay: 1,
          maxReconnectAttempts: 1,
        }).connect(),
      (server) => server.refuse(503, { 'Set-Cookie': 'sid=c00kie' }),
    ],
    [
      'TLS to a plain port',
      (port) => new ReckerWebSocket(URL_WITH_ALL(port, 'wss'), OPTIONS).connect(),
      () => {},
    ],
    [
      'dead proxy',
      (port) =>
        new ReckerWebSocket(URL_WITH_ALL(port), {
          ...OPTIONS,
          proxy: 'http://us3r:pr0xy@127.0.0.1:1',
        }).connect(),
      () => {},
    ],
  ];

  it.each(secretive)('of a %s shows no secret', async (_name, fail, prepare) => {
    await using server = await FaultServer.start();
    prepare(server);
    const error = await fail(server.port).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ReckerError);
    for (let each = error; each instanceof Error; each = each.cause) expectNoSecret(each);
  });

  it('of a refused handshake has status and headers for those who ask', async () => {
    await using server = await FaultServer.start();
    server.refuse(429, { 'Set-Cookie': 'sid=c00kie' });
    const error: HandshakeError = await new ReckerWebSocket(server.url()).connect().then(
      () => Promise.reject(new Error('connected')),
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(HandshakeError);
    expect([
      error.status,
      error.hop,
      error.headers['set-cookie'],
      Object.keys(error).includes('headers'),
    ]).toEqual([429, 'server', ['sid=c00kie'], false]);
    expect(error.message).toContain('429');
  });
});

describe('the classes of errors', () => {
  const cause = new Error('why');
  const all: [ReckerError, string, string, Record<string, unknown>][] = [
    [new ReckerError('m', 'C', { cause }), 'ReckerError', 'C', { cause }],
    [
      new ConfigurationError('tls', 'm', { cause }),
      'ConfigurationError',
      'ERR_RECKER_CONFIGURATION',
      { option: 'tls', cause },
    ],
    [new StateError('m', 'closed', { cause }), 'StateError', 'ERR_RECKER_STATE', { state: 'closed', cause }],
    [
      new ConnectionError('m', { cause }),
      'ConnectionError',
      'ERR_RECKER_CONNECTION',
      { cause, final: false },
    ],
    [
      new ConnectionError('m', { code: 'ECONNRESET', hop: 'proxy', final: true }),
      'ConnectionError',
      'ECONNRESET',
      { hop: 'proxy', final: true },
    ],
    [
      new ConnectionClosedError(4001, 'bye', { cause }),
      'ConnectionClosedError',
      'ERR_RECKER_CLOSED',
      { closeCode: 4001, reason: 'bye', cause },
    ],
    [
      new HandshakeError('m', { status: 401 }, { cause }),
      'HandshakeError',
      'ERR_RECKER_HANDSHAKE',
      { status: 401, hop: 'server', headers: {}, cause },
    ],
    [new TimeoutError('connect', 5), 'TimeoutError', 'ERR_RECKER_TIMEOUT', { phase: 'connect' }],
    [new QueueFullError('m'), 'QueueFullError', 'ERR_RECKER_QUEUE_FULL', {}],
    [
      new ReconnectExhaustedError(3, { cause }),
      'ReconnectExhaustedError',
      'ERR_RECKER_RECONNECT_EXHAUSTED',
      { attempts: 3, cause },
    ],
    [new AbortError('m', { cause }), 'AbortError', 'ABORT_ERR', { cause }],
  ];

  it.each(all)('%s', (error, name, code, details) => {
    expect(error).toBeInstanceOf(ReckerError);
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.code, error.constructor.name]).toEqual([name, code, name]);
    expect(error).toMatchObject(details);
    expect(String(error)).toBe(`${name}: ${error.message}`);
    expect(error.stack).toContain('secrets.test.ts');
  });

  it('say in words what happened', () => {
    expect(new ConnectionClosedError(1008, 'go away').message).toBe(
      'The connection closed with 1008: go away',
    );
    expect(new ReconnectExhaustedError(1).message).toBe('Gave up after 1 reconnection attempt');
    expect(new TimeoutError('heartbeat', 7).message).toContain('7 ms');
  });

  it('reach those who wait with their causes', async () => {
    const transport = fakeTransport();
    const clock = new VirtualClock();
    const abort = new AbortController();
    const ws = new ReckerWebSocket('ws://h/', { transport, clock, signal: abort.signal, reconnect: true });
    const waits = ws.connect();
    waits.catch(() => {});
    const why = new Error('shut down');
    abort.abort(why);
    await expect(waits).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: why });
  });
});
