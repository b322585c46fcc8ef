/** Reconnection over real sockets in virtual time: which events come, how often, in which order, and when. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReckerWebSocket, ReconnectExhaustedError, type WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { VirtualClock } from '../../src/testing/virtualClock.js';
import { type Journal, keepJournal } from '../support/journal.js';

let server: FaultServer;
let clock: VirtualClock;
const made: ReckerWebSocket[] = [];

beforeEach(async () => {
  server = await FaultServer.start();
  clock = new VirtualClock(1_000_000);
});
afterEach(async () => {
  const closed = made.splice(0).map((ws) => ws.close());
  await server.stop();
  await Promise.all(closed);
});

function client(options: WebSocketOptions = {}): { ws: ReckerWebSocket; journal: Journal } {
  const ws = new ReckerWebSocket(server.url(), { reconnect: true, clock, ...options });
  made.push(ws);
  return { ws, journal: keepJournal(ws) };
}

/** Lets the wait before attempt `attempt` pass: not a millisecond less than `delay` is enough. */
async function passDelay(
  ws: ReckerWebSocket,
  journal: Journal,
  attempt: number,
  delay: number,
): Promise<void> {
  await journal.seen(`reconnecting ${attempt} `);
  await clock.advanceAsync(delay - 1);
  expect(ws.state).toBe('backoff');
  await clock.advanceAsync(1);
}

const FAILED_DIAL = ['reconnect-error ERR_RECKER_HANDSHAKE', 'close 1006'];

describe('the delays', () => {
  it('are 1000, 2000, 4000, 8000 and 16000 ms by default, and no sixth', async () => {
    const { ws, journal } = client();
    await ws.connect();
    server.refuse(503);
    server.terminateAll();
    const delays = [1000, 2000, 4000, 8000, 16_000];
    for (const [index, delay] of delays.entries()) await passDelay(ws, journal, index + 1, delay);
    await journal.seen('max-reconnect-attempts');
    expect(journal.lines).toEqual([
      'open',
      'close 1006',
      ...delays.flatMap((delay, index) => [`reconnecting ${index + 1} ${delay}`, ...FAILED_DIAL]),
      'error ERR_RECKER_RECONNECT_EXHAUSTED',
      'max-reconnect-attempts',
    ]);
    expect(clock.pending).toEqual([]);
  });

  it('double from reconnectDelay and stop at maxReconnectDelay', async () => {
    const { ws, journal } = client({ reconnectDelay: 30, maxReconnectDelay: 100, maxReconnectAttempts: 0 });
    await ws.connect();
    server.refuse(503);
    server.terminateAll();
    for (const [index, delay] of [30, 60, 100, 100].entries()) {
      await passDelay(ws, journal, index + 1, delay);
    }
    await journal.seen('reconnecting 5 100');
  });

  it('are counted from the loss: open tells the attempt and the downtime', async () => {
    const { ws, journal } = client();
    const infos: unknown[] = [];
    ws.on('open', (info) => infos.push(info));
    await ws.connect();
    server.refuse(503);
    server.terminateAll();
    await passDelay(ws, journal, 1, 1000);
    await journal.seen('reconnecting 2');
    server.accept();
    await clock.advanceAsync(2000);
    await journal.seen('open', 2);
    expect(infos).toEqual([
      { reconnected: false, attempt: 0, downtime: 0 },
      { reconnected: true, attempt: 2, downtime: 3000 },
    ]);
  });
});

describe('failed dials in a row', () => {
  it('two of them: each is told once, and the counter begins anew after the success', async () => {
    const { ws, journal } = client();
    await ws.connect();
    server.refuse(503);
    server.terminateAll();
    await passDelay(ws, journal, 1, 1000);
    await passDelay(ws, journal, 2, 2000);
    await journal.seen('reconnecting 3');
    server.accept();
    await passDelay(ws, journal, 3, 4000);
    await journal.seen('open', 2);
    server.terminateAll();
    await journal.seen('reconnecting 1', 2);
    expect(journal.lines).toEqual([
      'open',
      'close 1006',
      'reconnecting 1 1000',
      ...FAILED_DIAL,
      'reconnecting 2 2000',
      ...FAILED_DIAL,
      'reconnecting 3 4000',
      'open',
      'close 1006',
      'reconnecting 1 1000',
    ]);
  });

  it('twenty of them, against a port where nobody listens', async () => {
    const { ws, journal } = client({ maxReconnectAttempts: 0, maxReconnectDelay: 5000 });
    await ws.connect();
    await server.stop();
    const delayOf = (attempt: number): number => Math.min(1000 * 2 ** (attempt - 1), 5000);
    for (let attempt = 1; attempt <= 20; attempt += 1) {
      await passDelay(ws, journal, attempt, delayOf(attempt));
    }
    await journal.seen('reconnecting 21');
    await server.restart();
    await clock.advanceAsync(5000);
    await journal.seen('open', 2);
    expect(journal.lines).toEqual([
      'open',
      'close 1006',
      ...Array.from({ length: 20 }, (_, index) => [
        `reconnecting ${index + 1} ${delayOf(index + 1)}`,
        'reconnect-error ECONNREFUSED',
        'close 1006',
      ]).flat(),
      'reconnecting 21 5000',
      'open',
    ]);
    expect(ws.stats()).toMatchObject({ dials: 22, opens: 2 });
  });

  it('from the very first: an error, and reconnect-errors after it', async () => {
    server.refuse(503);
    const { ws, journal } = client();
    const connected = ws.connect();
    await passDelay(ws, journal, 1, 1000);
    await journal.seen('reconnecting 2');
    server.accept();
    await clock.advanceAsync(2000);
    await connected;
    expect(journal.lines).toEqual([
      'error ERR_RECKER_HANDSHAKE',
      'close 1006',
      'reconnecting 1 1000',
      ...FAILED_DIAL,
      'reconnecting 2 2000',
      'open',
    ]);
  });
});

describe('attempts used up', () => {
  it('ends with the documented events, and connect() begins anew, as often as one likes', async () => {
    const { ws, journal } = client({ maxReconnectAttempts: 2 });
    await ws.connect();
    await server.stop();
    await passDelay(ws, journal, 1, 1000);
    await passDelay(ws, journal, 2, 2000);
    await journal.seen('max-reconnect-attempts');
    expect(journal.take()).toEqual([
      'open',
      'close 1006',
      'reconnecting 1 1000',
      'reconnect-error ECONNREFUSED',
      'close 1006',
      'reconnecting 2 2000',
      'reconnect-error ECONNREFUSED',
      'close 1006',
      'error ERR_RECKER_RECONNECT_EXHAUSTED',
      'max-reconnect-attempts',
    ]);
    expect(ws.state).toBe('exhausted');

    // Still nobody there: a first dial again, so its failure is an error.
    const refused = ws.connect();
    const outcome = refused.then(
      () => undefined,
      (error: unknown) => error,
    );
    await passDelay(ws, journal, 1, 1000);
    await passDelay(ws, journal, 2, 2000);
    const error = await outcome;
    expect(error).toBeInstanceOf(ReconnectExhaustedError);
    expect(error).toMatchObject({ attempts: 2, cause: { code: 'ECONNREFUSED' } });
    expect(journal.take()).toEqual([
      'error ECONNREFUSED',
      'close 1006',
      'reconnecting 1 1000',
      'reconnect-error ECONNREFUSED',
      'close 1006',
      'reconnecting 2 2000',
      'reconnect-error ECONNREFUSED',
      'close 1006',
      'error ERR_RECKER_RECONNECT_EXHAUSTED',
      'max-reconnect-attempts',
    ]);

    await server.restart();
    await ws.connect();
    expect(journal.take()).toEqual(['open']);
    server.terminateAll();
    await journal.seen('reconnecting 1 1000');
  });

  it('refuses what still waited to be sent, in order, and tells what', async () => {
    const { ws, journal } = client({ maxReconnectAttempts: 1 });
    const undelivered: unknown[] = [];
    ws.on('undelivered', (data, error) => undelivered.push([data, error.code]));
    await ws.connect();
    await server.stop();
    await journal.seen('reconnecting 1');
    const first = expect(ws.send('first')).rejects.toThrow(ReconnectExhaustedError);
    const second = expect(ws.send('second')).rejects.toThrow(ReconnectExhaustedError);
    await clock.advanceAsync(1000);
    await Promise.all([first, second, journal.seen('max-reconnect-attempts')]);
    expect(undelivered).toEqual([
      ['first', 'ERR_RECKER_RECONNECT_EXHAUSTED'],
      ['second', 'ERR_RECKER_RECONNECT_EXHAUSTED'],
    ]);
  });

  it('says nothing of the kind after close(): no dial follows', async () => {
    const { ws, journal } = client();
    await ws.connect();
    server.terminateAll();
    await journal.seen('reconnecting 1');
    await ws.close();
    await clock.advanceAsync(60_000);
    expect(journal.lines).toEqual(['open', 'close 1006', 'reconnecting 1 1000', 'close 1000']);
    expect(server.seen.handshakes).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });
});
