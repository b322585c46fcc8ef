/**
 * Time that moves only when a test says so.
 *
 * Owns: a list of timers and the present time. Fits the client's `clock` option and XState's `clock`. Must not know:
 * sockets, the chart, or what its timers do. `advanceAsync()` uses the real `setImmediate`, so that promises and
 * sockets get a turn between two virtual timers.
 */
import { MAX_DELAY } from '../port/index.js';

/** More timers than this at one instant count as a loop that sets itself again with 0 ms without end. */
const MAX_TIMERS_AT_ONE_INSTANT = 10_000;

/** Taken at import, so that a test runner's fake timers cannot stop `advanceAsync()`. */
const { setImmediate: realSetImmediate = globalThis.setTimeout as (task: () => void) => unknown } =
  globalThis as { readonly setImmediate?: (task: () => void) => unknown };

/** A timer that has not fired. All times in milliseconds. */
export interface PendingTimer {
  /** When it is due, on the scale of `now()`. */
  readonly at: number;
  /** The delay it was set with. */
  readonly delay: number;
}

interface Timer extends PendingTimer {
  readonly id: number;
  readonly fn: () => void;
}

/**
 * A clock for tests: timers fire in the order of their time, then of their creation, when the test advances it.
 *
 * `setTimeout`, `clearTimeout` and `now` are bound: they work without the clock as their receiver.
 *
 * @example
 * ```ts
 * import { VirtualClock } from 'recker/testing';
 *
 * const clock = new VirtualClock();
 * const { setTimeout } = clock;
 * const seen: number[] = [];
 * setTimeout(() => seen.push(clock.now()), 1000);
 * clock.advance(999); // seen: []
 * clock.advance(1); // seen: [1000]
 * ```
 */
export class VirtualClock {
  /** Sorted by `at`, then by `id`. */
  readonly #timers: Timer[] = [];
  #now: number;
  #nextId = 1;

  /**
   * @param start the time at first, in milliseconds. Default 0
   * @throws RangeError where `start` is not finite
   */
  constructor(start = 0) {
    if (!Number.isFinite(start)) throw new RangeError(`VirtualClock cannot start at ${start}`);
    this.#now = start;
  }

  /**
   * Sets a timer.
   *
   * @param ms the delay in milliseconds. A timer of 0 fires at the next advance, also of 0 ms
   * @returns what `clearTimeout()` takes
   * @throws RangeError where `ms` is NaN, negative or above 2^31 - 1, which Node's own timers fire at once
   */
  readonly setTimeout = (fn: () => void, ms: number): unknown => {
    if (typeof ms !== 'number' || !(ms >= 0 && ms <= MAX_DELAY)) {
      throw new RangeError(`A delay must be 0 to ${MAX_DELAY} ms, got ${String(ms)}`);
    }
    const timer: Timer = { id: this.#nextId++, at: this.#now + ms, delay: ms, fn };
    // After all timers that are due at the same time.
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#timers[middle]?.at ?? 0) <= timer.at) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return timer.id;
  };

  /** Stops a timer. Ignores `undefined`, an unknown id and a timer that has fired, as Node does. */
  readonly clearTimeout = (id: unknown): void => {
    const index = this.#timers.findIndex((timer) => timer.id === id);
    if (index >= 0) this.#timers.splice(index, 1);
  };

  /** The virtual time in milliseconds. In a timer's callback it is the time at which that timer was due. */
  readonly now = (): number => this.#now;

  /** A copy of the list of timers that have not fired, the next one first. */
  get pending(): readonly PendingTimer[] {
    return this.#timers.map(({ at, delay }) => ({ at, delay }));
  }

  /**
   * Advances the time and fires the timers that come due, including those that are set meanwhile. What a timer throws
   * is thrown here: that timer is gone, the clock stands at its time, and the next call continues with the rest.
   *
   * @param ms milliseconds; 0 fires what is due now
   * @throws RangeError where `ms` is NaN, negative or infinite
   * @throws Error where timers set themselves again with 0 ms without end
   */
  advance(ms: number): void {
    const target = this.#target(ms);
    const storm = stormGuard();
    while (this.#fireNext(target)) storm(this.#now);
    this.#now = Math.max(this.#now, target);
  }

  /**
   * As `advance()`. Before the first timer, between timers and after the last one it lets promises run, and a
   * `setImmediate` that they set. So a chain such as timer → promise → timer runs in its order.
   *
   * @param ms milliseconds; 0 fires what is due now
   * @throws as `advance()`: the promise rejects
   */
  async advanceAsync(ms: number): Promise<void> {
    const target = this.#target(ms);
    const storm = stormGuard();
    await turn();
    while (this.#fireNext(target)) {
      storm(this.#now);
      await turn();
    }
    this.#now = Math.max(this.#now, target);
  }

  /** Advances to the earliest timer and fires that one alone. Returns false, and changes nothing, where there is none. */
  next(): boolean {
    return this.#fireNext(Number.POSITIVE_INFINITY);
  }

  #target(ms: number): number {
    if (typeof ms !== 'number' || !(ms >= 0 && ms < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`Time can be advanced by 0 ms or more, got ${String(ms)}`);
    }
    return this.#now + ms;
  }

  #fireNext(latest: number): boolean {
    const timer = this.#timers[0];
    if (timer === undefined || timer.at > latest) return false;
    this.#timers.shift();
    // An advance() inside a callback may be further: time never runs backwards.
    this.#now = Math.max(this.#now, timer.at);
    timer.fn();
    return true;
  }
}

/** Counts the timers of one instant and throws when they do not end. */
function stormGuard(): (now: number) => void {
  let instant = Number.NaN;
  let fired = 0;
  return (now) => {
    fired = now === instant ? fired + 1 : 1;
    instant = now;
    if (fired > MAX_TIMERS_AT_ONE_INSTANT) {
      throw new Error(
        `More than ${MAX_TIMERS_AT_ONE_INSTANT} timers fired at ${now} ms: they re-arm themselves with 0 ms`,
      );
    }
  };
}

/**
 * Lets microtasks run, and the immediates that they set. Two rounds: an immediate that a microtask sets is queued
 * behind the one that is set here.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    realSetImmediate(() => realSetImmediate(resolve));
  });
}
