/** When messages are told to have come: once a read with the real clock, for each with a clock of the user's. */
import { describe, expect, it } from 'vitest';
import { arrivalTime, realClock, wallTime } from '../../src/api/chart/clock.js';
import { ReckerWebSocket } from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

/** The clock has certainly gone on. */
function later(): number {
  const began = wallTime(realClock);
  let now = began;
  while (now <= began) now = wallTime(realClock);
  return now;
}

describe('arrivalTime', () => {
  it('is the same for all that one read brings, and anew for the next', async () => {
    const first = arrivalTime(realClock);
    const between = later();
    expect(first).toBeLessThan(between);
    expect(arrivalTime(realClock)).toBe(first);
    await null;
    expect(arrivalTime(realClock)).toBeGreaterThanOrEqual(between);
  });

  it('asks a clock of the user for every message', async () => {
    const transport = fakeTransport();
    const clock = new VirtualClock();
    const ws = new ReckerWebSocket('ws://localhost/', { transport, clock, heartbeatInterval: 0 });
    const connected = ws.connect();
    transport.last.open();
    await connected;
    const times = [0, 5, 7].map((ms) => {
      clock.advance(ms);
      transport.last.message('message');
      return ws.stats().lastReceivedAt;
    });
    expect(times.map((time) => (time ?? Number.NaN) - (times[0] ?? Number.NaN))).toEqual([0, 5, 12]);
    ws.close();
    transport.last.end();
  });
});
