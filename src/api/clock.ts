/**
 * The real time, and the clock that the chart is given. The one place of the api that touches timers: every
 * use of them is a named delay of the chart.
 */
import { MAX_DELAY } from '../machine/backoff.js';
import type { Clock } from './options.js';

const ORIGIN = performance.timeOrigin;

/** The platform's timers, and its monotonic time counted from the epoch. */
export const realClock: Clock = Object.freeze({
  // biome-ignore lint/style/noRestrictedGlobals: this is the clock seam.
  setTimeout: (callback: () => void, milliseconds: number) => setTimeout(callback, milliseconds),
  // biome-ignore lint/style/noRestrictedGlobals: this is the clock seam.
  clearTimeout: (id: unknown) => clearTimeout(id as ReturnType<typeof setTimeout>),
  now: () => ORIGIN + performance.now(),
});

/** What XState takes. */
export interface ChartClock {
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(id: unknown): void;
}

/**
 * The clock of one chart: every timer that fires is one step of the client, and a delay that stands for
 * "never" arms none.
 */
export function chartClock(clock: Clock, step: (act: () => void) => void): ChartClock {
  return {
    setTimeout: (callback, milliseconds) =>
      milliseconds >= MAX_DELAY ? undefined : clock.setTimeout(() => step(callback), milliseconds),
    clearTimeout: (id) => {
      if (id !== undefined) clock.clearTimeout(id);
    },
  };
}
