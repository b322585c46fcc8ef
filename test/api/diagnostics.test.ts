/** The channels of `diagnostics_channel`: real sockets, what each event holds, and what it must not hold. */
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DiagnosticEvents, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, fakeTransport, TcpRelay, VirtualClock } from '../../src/testing/index.js';
import { foundIn, liveWithSecrets, rawText } from '../inspect/secrets.js';
import { runChild } from './childProcess.js';

const CHANNELS = [
  'recker:dial',
  'recker:open',
  'recker:close',
  'recker:retry',
  'recker:heartbeat-timeout',
  'recker:undelivered',
] as const satisfies readonly (keyof DiagnosticEvents)[];

type Published = readonly [name: string, event: Readonly<Record<string, unknown>>];

/** Everything that is published, in order. */
const published: Published[] = [];
const record = (event: unknown, name: string | symbol) => {
  published.push([String(name), event as Record<string, unknown>]);
};

let server: FaultServer;

beforeEach(async () => {
  for (const name of CHANNELS) subscribe(name, record);
  server = await FaultServer.start();
});
afterEach(async () => {
  for (const name of CHANNELS) unsubscribe(name, record);
  published.length = 0;
  await server.stop();
});

/** A client, and the id by which an inspector knows it. */
function make(url: string, options: WebSocketOptions = {}): { ws: ReckerWebSocket; connectionId: string } {
  let connectionId = '';
  const ws = new ReckerWebSocket(url, {
    ...options,
    inspect: ({ rootId }) => {
      connectionId = rootId;
    },
  });
  ws.on('error', () => {});
  return { ws, connectionId };
}

/** Not `once()` of node:events, which rejects at an `error`. */
const seen = (ws: ReckerWebSocket, event: 'close' | 'reconnecting' | 'max-reconnect-attempts') =>
  new Promise<void>((resolve) => {
    ws.once(event, () => resolve());
  });

const QUIET = { wasClean: false, unsentBytes: 0 };

describe('what is published', () => {
  it('a refused dial, an open connection, its loss and its end, with one id', async () => {
    server.refuse(503);
    const { ws, connectionId } = make(`${server.url('/room')}?token=secret`, {
      reconnect: true,
      reconnectDelay: 10,
    });
    const connected = ws.connect();
    await seen(ws, 'reconnecting');
    server.accept();
    await connected;
    const lost = seen(ws, 'reconnecting');
    server.resetAll();
    await lost;
    await ws.connect();
    await ws.close();

    const source = { connectionId, url: `${server.url('/room')}?token=***` };
    const error = expect.objectContaining({ name: 'ConnectionError', code: 'ECONNRESET' });
    expect(published).toEqual([
      ['recker:dial', { ...source, attempt: 0 }],
      [
        'recker:close',
        {
          ...source,
          ...QUIET,
          code: 1006,
          willReconnect: true,
          error: { name: 'HandshakeError', code: 'ERR_RECKER_HANDSHAKE', status: 503, hop: 'server' },
        },
      ],
      ['recker:retry', { ...source, attempt: 1, delay: 10 }],
      ['recker:dial', { ...source, attempt: 1 }],
      ['recker:open', { ...source, attempt: 1, reconnected: false, downtime: expect.any(Number) }],
      ['recker:close', { ...source, ...QUIET, code: 1006, willReconnect: true, error }],
      ['recker:retry', { ...source, attempt: 1, delay: 10 }],
      ['recker:dial', { ...source, attempt: 1 }],
      ['recker:open', { ...source, attempt: 1, reconnected: true, downtime: expect.any(Number) }],
      ['recker:close', { ...source, code: 1000, wasClean: true, unsentBytes: 0, willReconnect: false }],
    ]);
    // As many dials as the counters say.
    expect(published.filter(([name]) => name === 'recker:dial')).toHaveLength(ws.stats().dials);
  });

  it('a peer that falls silent', async () => {
    const relay = await TcpRelay.start({ port: server.port });
    const { ws, connectionId } = make(relay.url('/'), { heartbeatInterval: 30, heartbeatTimeout: 20 });
    await ws.connect();
    const ended = seen(ws, 'close');
    relay.freeze();
    await ended;
    const source = { connectionId, url: relay.url('/') };
    expect(published.slice(2)).toEqual([
      ['recker:heartbeat-timeout', source],
      [
        'recker:close',
        {
          ...source,
          ...QUIET,
          code: 1006,
          willReconnect: false,
          error: { name: 'TimeoutError', code: 'ERR_RECKER_TIMEOUT', phase: 'heartbeat' },
        },
      ],
    ]);
    await relay.close();
  });

  it('messages that are not sent: sizes, in place of what they say', async () => {
    server.refuse(401);
    const { ws, connectionId } = make(server.url('/'));
    const data = ['grüße', new Uint8Array(7), new ArrayBuffer(8), new Blob(['123456789'])];
    for (const each of data) ws.send(each).catch(() => {});
    await seen(ws, 'close');
    const error = { name: 'HandshakeError', code: 'ERR_RECKER_HANDSHAKE', status: 401, hop: 'server' };
    const source = { connectionId, url: server.url('/'), error };
    expect(published.filter(([name]) => name === 'recker:undelivered')).toEqual([
      ['recker:undelivered', { ...source, bytes: 7, isBinary: false }],
      ['recker:undelivered', { ...source, bytes: 7, isBinary: true }],
      ['recker:undelivered', { ...source, bytes: 8, isBinary: true }],
      ['recker:undelivered', { ...source, bytes: 9, isBinary: true }],
    ]);
  });

  it('two clients by two ids, and a url provider once its URL is known', async () => {
    const one = new ReckerWebSocket(server.url('/one'));
    const other = new ReckerWebSocket(async () => server.url('/other'));
    await Promise.all([one.connect(), other.connect()]);
    await Promise.all([one.close(), other.close()]);
    const urls = new Map<unknown, Set<unknown>>();
    for (const [, { connectionId, url }] of published)
      urls.set(connectionId, (urls.get(connectionId) ?? new Set()).add(url));
    expect([...urls.values()]).toEqual([new Set([server.url('/one')]), new Set([server.url('/other')])]);
  });

  it('a provider that fails: a close without a dial', async () => {
    const ws = new ReckerWebSocket(() => Promise.reject(new Error('no token')));
    await ws.connect().catch(() => {});
    const error = { name: 'ConnectionError', code: 'ERR_RECKER_PROVIDER' };
    expect(published).toEqual([
      [
        'recker:close',
        { connectionId: expect.any(String), url: '', ...QUIET, code: 1006, willReconnect: false, error },
      ],
    ]);
  });
});

describe('secrets', () => {
  it('none of a whole life with a secret in every place is published', async () => {
    await liveWithSecrets(() => {});
    expect(new Set(published.map(([name]) => name))).toEqual(
      new Set(CHANNELS.filter((name) => name !== 'recker:undelivered')),
    );
    expect(foundIn(rawText(published))).toEqual([]);
  });

  it('not the reason of a Close, a refused message, or what a function of the user throws', async () => {
    const { ws } = make(server.url('/'), {
      prepare: () => Promise.reject(new Error('s3cret-thrown')),
      reconnect: true,
      reconnectDelay: 1,
      maxReconnectAttempts: 1,
    });
    ws.send('s3cret-sent').catch(() => {});
    await seen(ws, 'max-reconnect-attempts');
    const { ws: open } = make(server.url('/'));
    await open.connect();
    const connection = await server.waitForConnection();
    connection.close(4000, 's3cret-reason');
    await seen(open, 'close');
    expect(published.map(([name]) => name)).toContain('recker:undelivered');
    expect(published.at(-1)?.[1]).toMatchObject({ code: 4000 });
    expect(rawText(published)).not.toContain('s3cret');
  });
});

describe('subscribers', () => {
  it('act like listeners: a call from inside acts at once, and what it causes comes after', async () => {
    const transport = fakeTransport();
    const clock = new VirtualClock();
    const ws = new ReckerWebSocket('ws://localhost/', { transport, clock, reconnect: true });
    ws.on('error', () => {});
    const settled: string[] = [];
    const onClose = () => {
      unsubscribe('recker:close', onClose);
      expect(ws.state).toBe('backoff');
      void ws.close().then(() => settled.push(ws.state));
      expect(ws.state).toBe('closed');
    };
    subscribe('recker:close', onClose);
    ws.connect().catch(() => {});
    transport.last.open();
    transport.last.end();
    await clock.advanceAsync(0);
    expect(settled).toEqual(['closed']);
    expect(published.map(([name, { code }]) => [name, code])).toEqual([
      ['recker:dial', undefined],
      ['recker:open', undefined],
      ['recker:close', 1006],
      // Back-off was left before `reconnecting` was delivered.
      ['recker:close', 1000],
    ]);
  });

  it('that throw are reported as uncaught errors, and disturb neither the client nor each other', async () => {
    const { out, err, code } = await runChild(`
      const { subscribe } = await import('node:diagnostics_channel');
      process.on('uncaughtException', ({ message }) => print('uncaught', message));
      for (const name of ${JSON.stringify(CHANNELS)}) {
        subscribe(name, () => { throw new Error(name); });
        subscribe(name, () => print(name));
      }
      const server = await kit.FaultServer.start();
      const ws = new recker.ReckerWebSocket(server.url('/'));
      ws.on('open', () => print('open'));
      ws.on('close', (code) => print('close', code));
      await ws.connect();
      await ws.close();
      await server.stop();
    `);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out.filter((line) => !line.startsWith('uncaught'))).toEqual([
      'recker:dial',
      'recker:open',
      'open',
      'recker:close',
      'close 1000',
    ]);
    expect(out.filter((line) => line.startsWith('uncaught')).sort()).toEqual([
      'uncaught recker:close',
      'uncaught recker:dial',
      'uncaught recker:open',
    ]);
  });

  it('of one channel get that alone, and the others build nothing', async () => {
    for (const name of CHANNELS) unsubscribe(name, record);
    subscribe('recker:open', record);
    const ws = new ReckerWebSocket(server.url('/'));
    await ws.connect();
    await ws.close();
    expect(published.map(([name]) => name)).toEqual(['recker:open']);
    expect(CHANNELS.filter((name) => channel(name).hasSubscribers)).toEqual(['recker:open']);
    unsubscribe('recker:open', record);
  });
});
