/**
 * The one place of the services that touches timers. They are for I/O alone: a wait that decides nothing. Deadlines
 * and delays of the policy are the chart's.
 *
 * Taken at import: a test that fakes the timers of the process stops no I/O.
 */

/** A timer that runs, for `clearIoTimeout()`. */
export type IoTimer = NodeJS.Timeout;

const { setTimeout: start, clearTimeout: stop } = globalThis;

/** Calls `callback` after `milliseconds` of real time. */
export const ioTimeout = (callback: () => void, milliseconds: number): IoTimer =>
  start(callback, milliseconds);

/** Stops a timer; does nothing where there is none. */
export const clearIoTimeout = (timer: IoTimer | undefined): void => stop(timer);

/** Milliseconds on a monotonic clock. */
export const ioNow: () => number = performance.now.bind(performance);
