/** The virtual clock alone: order, exactness, limits. */
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/testing/virtualClock.js';

describe('VirtualClock', () => {
  it('fires in order of time, then of creation, with exact time inside callbacks', () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    const note = (name: string) => () => log.push(`${name}@${clock.now()}`);
    clock.setTimeout(note('b'), 20);
    clock.setTimeout(note('a'), 10);
    clock.setTimeout(note('c'), 20);
    clock.setTimeout(note('z'), 31);
    clock.advance(30);
    expect(log).toEqual(['a@10', 'b@20', 'c@20']);
    expect(clock.now()).toBe(30);
    clock.advance(1);
    expect(log).toContain('z@31');
  });

  it('includes timers that fired timers set, and clears', () => {
    const clock = new VirtualClock(1000);
    const log: number[] = [];
    const doomed = clock.setTimeout(() => log.push(-1), 15);
    clock.setTimeout(() => {
      log.push(clock.now());
      clock.clearTimeout(doomed);
      clock.setTimeout(() => log.push(clock.now()), 5);
      clock.setTimeout(() => log.push(clock.now()), 0);
      clock.setTimeout(() => log.push(clock.now()), 11);
    }, 10);
    clock.clearTimeout(undefined);
    clock.advance(20);
    expect(log).toEqual([1010, 1010, 1015]);
    expect(clock.pending).toEqual([{ at: 1021, delay: 11 }]);
  });

  it('works detached', () => {
    const clock = new VirtualClock();
    const { setTimeout, clearTimeout, now } = clock;
    let fired = 0;
    clearTimeout(setTimeout(() => fired++, 1));
    setTimeout(() => fired++, 2);
    clock.advance(5);
    expect([fired, now()]).toEqual([1, 5]);
  });

  it('next() fires exactly one timer', () => {
    const clock = new VirtualClock();
    const log: number[] = [];
    clock.setTimeout(() => log.push(1), 50);
    clock.setTimeout(() => log.push(2), 50);
    expect(clock.next()).toBe(true);
    expect([log, clock.now()]).toEqual([[1], 50]);
    expect(clock.next()).toBe(true);
    expect(clock.next()).toBe(false);
    expect([log, clock.now()]).toEqual([[1, 2], 50]);
  });

  it.each([Number.NaN, -1, 2 ** 31, Number.POSITIVE_INFINITY])('refuses a delay of %s', (ms) => {
    expect(() => new VirtualClock().setTimeout(() => {}, ms)).toThrow(RangeError);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY])('refuses to advance by %s', async (ms) => {
    expect(() => new VirtualClock().advance(ms)).toThrow(RangeError);
    await expect(new VirtualClock().advanceAsync(ms)).rejects.toThrow(RangeError);
  });

  it('takes the longest delay, and long advances', () => {
    const clock = new VirtualClock();
    let at = 0;
    clock.setTimeout(
      () => {
        at = clock.now();
      },
      2 ** 31 - 1,
    );
    clock.advance(1e12);
    expect(at).toBe(2 ** 31 - 1);
  });

  it('never runs backwards when a callback advances', () => {
    const clock = new VirtualClock();
    const log: number[] = [];
    clock.setTimeout(() => clock.advance(100), 10);
    clock.setTimeout(() => log.push(clock.now()), 50);
    clock.advance(20);
    expect([log, clock.now()]).toEqual([[50], 110]);
  });

  it('lets what a timer throws come out, and goes on afterwards', () => {
    const clock = new VirtualClock();
    let fired = false;
    clock.setTimeout(() => {
      throw new Error('boom');
    }, 1);
    clock.setTimeout(() => {
      fired = true;
    }, 2);
    expect(() => clock.advance(5)).toThrow('boom');
    expect([clock.now(), fired]).toEqual([1, false]);
    clock.advance(4);
    expect([clock.now(), fired]).toEqual([5, true]);
  });

  it('ends a loop of 0 ms timers', async () => {
    const clock = new VirtualClock();
    const again = (): void => void clock.setTimeout(again, 0);
    again();
    expect(() => clock.advance(1)).toThrow(/re-arm/);
  });

  it('advanceAsync lets promises and immediates run between timers', async () => {
    const clock = new VirtualClock();
    const log: string[] = [];
    clock.setTimeout(async () => {
      await Promise.resolve();
      log.push(`promise@${clock.now()}`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`immediate@${clock.now()}`);
      clock.setTimeout(() => log.push(`second@${clock.now()}`), 10);
    }, 10);
    clock.setTimeout(() => log.push('third'), 25);
    await clock.advanceAsync(30);
    expect(log).toEqual(['promise@10', 'immediate@10', 'second@20', 'third']);
    expect(clock.now()).toBe(30);
  });
});
