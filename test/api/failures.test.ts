/** First dials that fail: what is said, once, and that nothing is left of them. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ConnectionError,
  HandshakeError,
  ReckerWebSocket,
  TimeoutError,
  type WebSocketOptions,
} from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { TcpRelay } from '../../src/testing/relay.js';
import { VirtualClock } from '../../src/testing/virtualClock.js';
import { type Journal, keepJournal } from '../support/journal.js';

let server: FaultServer;
let clock: VirtualClock;

beforeEach(async () => {
  server = await FaultServer.start();
  clock = new VirtualClock(1_000_000);
});
afterEach(() => server.stop());

/** A client and what its `connect()` is rejected with. */
function dial(url: string, options: WebSocketOptions = {}) {
  const ws = new ReckerWebSocket(url, { clock, ...options });
  const journal: Journal = keepJournal(ws);
  const failure = ws.connect().then(
    () => undefined,
    (error: unknown) => error,
  );
  return { ws, journal, failure };
}

/** A port that was free a moment ago. */
async function deadPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

describe('a dead port', () => {
  // localhost has an address of each family where IPv6 is there: Node then fails with an AggregateError, whose
  // message is empty.
  it.each(['127.0.0.1', 'localhost', '[::1]'])('%s says ECONNREFUSED', async (host) => {
    const { ws, journal, failure } = dial(`ws://${host}:${await deadPort()}`);
    const error = await failure;
    expect(error).toBeInstanceOf(ConnectionError);
    // A machine without IPv6 has no ::1 to refuse anything.
    const said = host === '[::1]' ? /ECONNREFUSED|EADDRNOTAVAIL/ : /ECONNREFUSED/;
    expect(error).toMatchObject({
      message: expect.stringMatching(said),
      code: expect.stringMatching(said),
      cause: expect.any(Error),
    });
    expect(journal.errors).toEqual([error]);
    expect(journal.lines).toEqual([expect.stringMatching(said), 'close 1006']);
    expect(ws.state).toBe('closed');
    expect(clock.pending).toEqual([]);
  });

  it('can be dialled again, and each time says so once', async () => {
    const { ws, journal, failure } = dial(`ws://127.0.0.1:${await deadPort()}`);
    await failure;
    await expect(ws.connect()).rejects.toThrow(/ECONNREFUSED/);
    expect(journal.lines).toEqual(Array(2).fill(['error ECONNREFUSED', 'close 1006']).flat());
  });
});

describe('a server that refuses', () => {
  it.each([401, 403, 404, 500, 503])('%i is said, with what it answered', async (status) => {
    server.refuse(status, { 'X-Why': 'because' }, 'no');
    const { journal, failure } = dial(server.url());
    const error = await failure;
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).toMatchObject({
      message: expect.stringContaining(String(status)),
      status,
      headers: expect.objectContaining({ 'x-why': 'because' }),
    });
    expect(journal.errors).toEqual([error]);
    expect(journal.lines).toEqual(['error ERR_RECKER_HANDSHAKE', 'close 1006']);
    await server.waitFor(() => server.sockets === 0);
  });

  it('401 is final also with reconnect', async () => {
    server.refuse(401);
    const { ws, journal, failure } = dial(server.url(), { reconnect: true });
    await failure;
    expect(journal.lines).toEqual(['error ERR_RECKER_HANDSHAKE', 'close 1006']);
    expect(ws.state).toBe('closed');
  });
});

describe('a server that says nothing', () => {
  it('ends at connectTimeout, where the request was taken', async () => {
    server.stall();
    const { ws, journal, failure } = dial(server.url());
    await server.waitFor(({ handshakes }) => handshakes.length === 1);
    await clock.advanceAsync(9999);
    expect(ws.state).toBe('connecting');
    await clock.advanceAsync(1);
    const error = await failure;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error).toMatchObject({ phase: 'connect', message: expect.stringContaining('10000 ms') });
    expect(journal.lines).toEqual(['error ERR_RECKER_TIMEOUT', 'close 1006']);
    await server.waitFor(() => server.sockets === 0);
  });

  it('ends at connectTimeout, where not even TCP carries anything', async () => {
    await using relay = await TcpRelay.start({ port: server.port });
    relay.silent();
    const { failure } = dial(relay.url(), { connectTimeout: 250 });
    await clock.advanceAsync(250);
    expect(await failure).toMatchObject({ name: 'TimeoutError', phase: 'connect' });
  });

  it('is waited for without end where connectTimeout is 0', async () => {
    server.stall();
    const { ws, failure } = dial(server.url(), { connectTimeout: 0 });
    await server.waitFor(({ handshakes }) => handshakes.length === 1);
    await clock.advanceAsync(24 * 3_600_000);
    expect(ws.state).toBe('connecting');
    await ws.close();
    expect(await failure).toMatchObject({ name: 'AbortError' });
    await server.waitFor(() => server.sockets === 0);
  });

  it('counts as a failed dial with reconnect, and the next one is dialled', async () => {
    server.stall();
    const { ws, journal, failure } = dial(server.url(), { reconnect: true, connectTimeout: 500 });
    await server.waitFor(({ handshakes }) => handshakes.length === 1);
    await clock.advanceAsync(500);
    await journal.seen('reconnecting 1 1000');
    server.accept();
    await clock.advanceAsync(1000);
    expect(await failure).toBeUndefined();
    expect(journal.lines).toEqual(['error ERR_RECKER_TIMEOUT', 'close 1006', 'reconnecting 1 1000', 'open']);
    await ws.close();
  });
});
