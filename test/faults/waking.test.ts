/**
 * Waking in virtual time: from every moment of the heartbeat, for sleeps of every length. A process that was
 * stopped finds a clock that has jumped, and all timers that came due meanwhile fire at once, late.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Clock, ReckerWebSocket } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { EXAMPLE } from './support.js';

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

/** A virtual clock on which one can oversleep: the kit's own fires each timer at exactly its time. */
class SleepyClock implements Clock {
  #now = 1_000_000;
  readonly #timers = new Set<Timer>();

  readonly now = (): number => this.#now;

  readonly setTimeout = (fire: () => void, ms: number): unknown => {
    const timer = { at: this.#now + ms, fire };
    this.#timers.add(timer);
    return timer;
  };

  readonly clearTimeout = (timer: unknown): void => {
    this.#timers.delete(timer as Timer);
  };

  /** Time passes, and timers fire when they are due. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (let timer = this.#next(end); timer !== undefined; timer = this.#next(end)) {
      this.#now = timer.at;
      await this.#fire(timer);
    }
    this.#now = end;
  }

  /** Time passes while the process does not run: what was due fires afterwards, not what that sets anew. */
  async oversleep(ms: number): Promise<void> {
    this.#now += ms;
    const late = [...this.#timers].filter(({ at }) => at <= this.#now).sort((a, b) => a.at - b.at);
    for (const timer of late) if (this.#timers.has(timer)) await this.#fire(timer);
  }

  #next(end: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.delete(timer);
    timer.fire();
    // The answer of the transport is a promise away.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function opened(settings: { heartbeatInterval: number; heartbeatTimeout: number }) {
  const clock = new SleepyClock();
  const transport = fakeTransport();
  const ws = new ReckerWebSocket('ws://h/', { ...EXAMPLE, ...settings, clock, transport });
  const connected = ws.connect();
  transport.last.open();
  await connected;
  return { clock, ws, peer: transport.last };
}

const SETTINGS = [
  { heartbeatInterval: 1000, heartbeatTimeout: 500 },
  { heartbeatInterval: 30_000, heartbeatTimeout: 10_000 },
  { heartbeatInterval: 500, heartbeatTimeout: 1000 },
] as const;
/** Where in the first rounds of the heartbeat it falls asleep, as a share of the interval. */
const MOMENTS = [0.1, 0.9, 1.05, 1.3, 1.6, 2.1, 2.4];

describe.each(SETTINGS)('interval $heartbeatInterval, timeout $heartbeatTimeout', (settings) => {
  const { heartbeatInterval: interval, heartbeatTimeout: timeout } = settings;

  it.each(MOMENTS)(
    'asleep at %d intervals: asks at once, once; a dead peer is found by that',
    async (moment) => {
      for (const answersFromBefore of [false, true]) {
        const { clock, ws, peer } = await opened(settings);
        let answered = 0;
        // The peer answers each Ping within a tenth of the time-out, until it is dead.
        for (let passed = 0; passed < moment * interval; passed += timeout / 10) {
          await clock.pass(Math.min(timeout / 10, moment * interval - passed));
          if (answersFromBefore && passed + timeout / 10 >= moment * interval) break;
          for (; answered < peer.pings; answered += 1) peer.message('here');
        }
        const before = peer.pings;
        await clock.oversleep(2 * interval + 2 * timeout);
        // What the kernel held while nobody read it.
        for (; answered < before; answered += 1) peer.message('here');
        await clock.pass(0);
        const asked = peer.pings - before;
        expect(ws.state).toBe('open');
        expect(asked, 'Pings on waking').toBeGreaterThanOrEqual(1);
        expect(asked, 'Pings on waking').toBeLessThanOrEqual(interval < timeout ? 2 : 1);
        await clock.pass(timeout + 1);
        expect(ws.state, 'the peer is dead').toBe('backoff');
        void ws.close();
      }
    },
  );

  it.each(MOMENTS)('asleep at %d intervals: a peer that answers is kept', async (moment) => {
    const { clock, ws, peer } = await opened(settings);
    let answered = 0;
    const live = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += timeout / 10) {
        await clock.pass(Math.min(timeout / 10, ms - passed));
        for (; answered < peer.pings; answered += 1) peer.message('here');
      }
    };
    await live(moment * interval);
    for (const nap of [interval, 3 * interval, 100 * interval]) {
      await clock.oversleep(nap);
      await live(2.2 * interval);
      expect(ws.state).toBe('open');
    }
    // About one Ping an interval, and not one for each that was slept through.
    expect(peer.pings).toBeLessThan(30);
    void ws.close();
  });
});

/** Many systems stop the clock of intervals, and the timers with it, while the machine sleeps: Linux and macOS do. */
describe('where timers stand still while the machine sleeps', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance', 'setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** A client whose first Ping is in progress, and the time of day moves by so much. */
  async function moved(by: number) {
    const transport = fakeTransport();
    const ws = new ReckerWebSocket('ws://h/', {
      ...EXAMPLE,
      heartbeatInterval: 30_000,
      heartbeatTimeout: 10_000,
      transport,
    });
    void ws.connect();
    transport.last.open();
    await vi.advanceTimersByTimeAsync(30_000 + 9900);
    expect(transport.last.pings).toBe(1);
    vi.setSystemTime(Date.now() + by);
    return { ws, peer: transport.last };
  }

  it('asleep with a Ping in progress: asks anew; a peer that answers is kept, a dead one is found', async () => {
    for (const answers of [true, false]) {
      const { ws, peer } = await moved(8 * 3_600_000);
      await vi.advanceTimersByTimeAsync(100);
      expect(ws.state).toBe('open');
      expect(peer.pings).toBe(2);
      if (answers) peer.message('here');
      await vi.advanceTimersByTimeAsync(10_000);
      expect(ws.state).toBe(answers ? 'open' : 'backoff');
      expect(peer.pings).toBe(2);
      ws.terminate();
    }
  });

  it('a clock that is set back fakes no sleep: a dead peer is found in time', async () => {
    const { ws, peer } = await moved(-8 * 3_600_000);
    await vi.advanceTimersByTimeAsync(100);
    expect(ws.state).toBe('backoff');
    expect(peer.pings).toBe(1);
    ws.terminate();
  });

  it('a clock that is set forward costs one Ping', async () => {
    const { ws, peer } = await moved(60_000);
    peer.message('here');
    await vi.advanceTimersByTimeAsync(100);
    expect(peer.pings).toBe(2);
    peer.message('here');
    await vi.advanceTimersByTimeAsync(29_999);
    expect([ws.state, peer.pings]).toEqual(['open', 2]);
    ws.terminate();
  });
});
