/** Moments are the time of day, which passes while the machine sleeps and may be corrected; a user's clock is asked alone. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { type FakeTransport, fakeTransport, VirtualClock } from '../../src/testing/index.js';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 28, 12);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A client with `transport`, and the `downtime` of each `open`. */
function client(transport: FakeTransport, options: WebSocketOptions = {}) {
  const ws = new ReckerWebSocket('ws://example.test/', { transport, reconnect: true, ...options });
  const downtimes: number[] = [];
  ws.on('open', ({ downtime }) => downtimes.push(downtime));
  void ws.connect();
  transport.last.open();
  return { ws, downtimes };
}

it('stats() gives moments of Date.now()', () => {
  const transport = fakeTransport();
  const { ws } = client(transport);
  expect(ws.stats()).toMatchObject({ since: NOON, lastReceivedAt: undefined });
  vi.setSystemTime(NOON + 8 * HOUR);
  ws.ping();
  transport.last.pong();
  expect(ws.stats()).toMatchObject({ since: NOON, lastReceivedAt: NOON + 8 * HOUR });
  vi.setSystemTime(NOON - HOUR);
  transport.last.end();
  expect(ws.stats()).toMatchObject({ since: NOON - HOUR, lastReceivedAt: NOON + 8 * HOUR });
  ws.terminate();
});

it('lastReceivedAt is that of the newest message, anew for each read', async () => {
  const transport = fakeTransport();
  const { ws } = client(transport);
  for (const hours of [1, 9, -2]) {
    vi.setSystemTime(NOON + hours * HOUR);
    transport.last.message('x');
    await null;
    expect(ws.stats().lastReceivedAt).toBe(NOON + hours * HOUR);
  }
  ws.terminate();
});

it('since is the moment at which the client was made, until it leaves idle', () => {
  const ws = new ReckerWebSocket('ws://example.test/', { transport: fakeTransport() });
  vi.setSystemTime(NOON + HOUR);
  expect(ws.stats().since).toBe(NOON);
  ws.terminate();
  expect(ws.stats().since).toBe(NOON + HOUR);
});

it.each([
  ['sleep counts', 8 * HOUR, 8 * HOUR],
  ['a clock that was set back gives 0', -HOUR, 0],
])('downtime: %s', (_, step, downtime) => {
  const transport = fakeTransport();
  const { ws, downtimes } = client(transport);
  transport.last.end();
  vi.setSystemTime(NOON + step);
  void ws.reconnect();
  transport.last.open();
  expect(downtimes).toEqual([0, downtime]);
  ws.terminate();
});

it.each([
  ['a virtual clock', (clock: VirtualClock) => clock],
  ['one that throws, which is asked again', throwing],
])('with the option clock the time is its own, whatever Date.now() says: %s', async (_, given) => {
  const transport = fakeTransport();
  const clock = new VirtualClock(1_000_000);
  const { ws, downtimes } = client(transport, { clock: given(clock) });
  ws.on('error', () => {});
  vi.setSystemTime(NOON + 8 * HOUR);
  clock.advance(5);
  transport.last.message('x');
  clock.advance(2);
  transport.last.end();
  expect(ws.stats()).toMatchObject({ since: 1_000_007, lastReceivedAt: 1_000_005 });
  vi.setSystemTime(NOON - HOUR);
  clock.advance(1000);
  transport.last.open();
  expect(downtimes).toEqual([0, 1000]);
  ws.terminate();
});

/** Every timer is refused: the platform's stand in for them, and the readings stay the user's. */
function throwing(clock: VirtualClock): NonNullable<WebSocketOptions['clock']> {
  let refusals = 1;
  return {
    clearTimeout: clock.clearTimeout,
    now: clock.now,
    setTimeout: (callback, milliseconds) => {
      if (refusals > 0) {
        refusals -= 1;
        throw new Error('no timers');
      }
      return clock.setTimeout(callback, milliseconds);
    },
  };
}
