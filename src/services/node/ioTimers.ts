/**
 * The only place of the services that uses timers. They are for I/O only: deadlines and delays of the policy belong
 * to the chart.
 *
 * Taken at import, so that a test which fakes the timers of the process stops no I/O.
 */

/** The argument of `clearIoTimeout()`. */
export type IoTimer = NodeJS.Timeout;

const { setTimeout: start, clearTimeout: stop } = globalThis;

/** Calls `callback` after `milliseconds` of real time. */
export const ioTimeout = (callback: () => void, milliseconds: number): IoTimer =>
  start(callback, milliseconds);

/** Stops a timer. Does nothing for `undefined`. */
export const clearIoTimeout = (timer: IoTimer | undefined): void => stop(timer);

/** Milliseconds on a monotonic clock. */
export const ioNow: () => number = performance.now.bind(performance);
