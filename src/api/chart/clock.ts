/**
 * The real time, and the clock that the chart is given. The one place of the api that touches timers: every
 * use of them is a named delay of the chart.
 */
import { NEVER } from '../../port/index.js';
import type { Clock } from '../options/index.js';

/** Older versions of React Native have no `timeOrigin`. */
// biome-ignore lint/style/noRestrictedGlobals: this is the clock seam.
const ORIGIN = performance.timeOrigin ?? Date.now() - performance.now();

/** The platform's timers, and its monotonic time counted from the epoch. */
export const realClock: Clock = Object.freeze({
  // biome-ignore lint/style/noRestrictedGlobals: this is the clock seam.
  setTimeout: (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds),
  // biome-ignore lint/style/noRestrictedGlobals: this is the clock seam.
  clearTimeout: (id: unknown) => clearTimeout(id as ReturnType<typeof setTimeout>),
  now: () => ORIGIN + performance.now(),
});

/**
 * Whole ms since the epoch, by the time of day: it also passes while the machine sleeps, and may be corrected. With a
 * clock of the user's (any other than {@link realClock}, so a guarded one too), its time: a test moves no other.
 */
export function wallTime(clock: Clock): number {
  // biome-ignore lint/style/noRestrictedGlobals: this is the clock seam.
  return clock === realClock ? Date.now() : Math.round(clock.now());
}

let arrivedAt = 0;
let isFresh = false;
const SETTLED = Promise.resolve();
const expire = (): void => {
  isFresh = false;
};

/**
 * The {@link wallTime} at which what is being delivered arrived. One read of a socket often brings a thousand messages, and
 * asking for each cost more than the rest of its way through the api (bench: receive): so it is asked once until the
 * microtasks have run. A clock of the user's is always asked: it may stand in between.
 */
export function arrivalTime(clock: Clock): number {
  if (clock !== realClock) return wallTime(clock);
  if (!isFresh) {
    isFresh = true;
    arrivedAt = wallTime(clock);
    SETTLED.then(expire);
  }
  return arrivedAt;
}

/** Whoever runs what moves the chart as one step. */
interface Stepper {
  step(act: () => void): void;
}

/**
 * The clock of one chart, as XState takes it: every timer that fires is one step of the client, and a delay
 * that stands for "never" arms none.
 */
export class ChartClock {
  readonly #clock: Clock;
  readonly #stepper: Stepper;

  constructor(clock: Clock, stepper: Stepper) {
    this.#clock = clock;
    this.#stepper = stepper;
  }

  setTimeout(callback: () => void, milliseconds: number): unknown {
    if (milliseconds >= NEVER) return undefined;
    return this.#clock.setTimeout(() => this.#stepper.step(callback), milliseconds);
  }

  clearTimeout(id: unknown): void {
    if (id !== undefined) this.#clock.clearTimeout(id);
  }
}
