/**
 * For how long the present turn of Node's event loop has been busy.
 *
 * Node's timers count from the time that the loop has cached, which is that of the beginning of the turn: a delay that begins
 * after half a second of work fires half a second early. No public function gives that time, but each new timer shows it.
 */

/** Taken at import: a test's fake timers have no such loop. */
const {
  setTimeout: realSetTimeout,
  clearTimeout: realClearTimeout,
  performance: realPerformance,
} = globalThis;
const realNow = realPerformance.now.bind(realPerformance);

/** It never fires. */
const LONG = 1_000_000_000;

/** How far `performance` is ahead of the loop's own time, in ms: the least that was seen. */
let ahead = Number.POSITIVE_INFINITY;

/** In ms; 0 where the runtime is not Node. */
export function loopLag(): number {
  const timer = realSetTimeout(() => {}, LONG) as { readonly _idleStart?: unknown };
  realClearTimeout(timer as never);
  const { _idleStart: cached } = timer;
  if (typeof cached !== 'number') return 0;
  const difference = realNow() - cached;
  ahead = Math.min(ahead, difference);
  return difference - ahead;
}
