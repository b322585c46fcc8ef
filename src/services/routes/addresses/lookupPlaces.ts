/**
 * Which lookups may hold one of libuv's threads.
 *
 * `getaddrinfo()` cannot be cancelled, and libuv gives it no more than half of its threads: two of four
 * (https://docs.libuv.org/en/v1.x/threadpool.html). Two names whose DNS servers are silent would hold both for
 * many seconds, and every other name of the process, whoever asks for it, would wait. So one is left free.
 */

/** A lookup that wants a thread. */
export interface Placed {
  /** True once it has taken so long that nothing should wait for it. */
  readonly isSlow: boolean;
  /** The thread is its own, until `leavePlace()`. */
  run(): void;
}

/** libuv's own default, and its limit. */
const DEFAULT_THREADS = 4;
const MAX_THREADS = 1024;

const threads = Math.min(
  Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '', 10) || DEFAULT_THREADS,
  MAX_THREADS,
);

/** One less than libuv gives to lookups, where it gives more than one. */
const PLACES = Math.max(1, ((Math.max(1, threads) + 1) >> 1) - 1);

const running = new Set<Placed>();
const waiting = new Set<Placed>();

/** Runs `lookup` now, or as soon as a place is free. */
export function takePlace(lookup: Placed): void {
  if (running.size >= PLACES) {
    waiting.add(lookup);
    return;
  }
  running.add(lookup);
  lookup.run();
}

/** `lookup` has been answered. The next one runs. */
export function leavePlace(lookup: Placed): void {
  running.delete(lookup);
  const [next] = waiting;
  if (next === undefined) return;
  waiting.delete(next);
  running.add(next);
  next.run();
}

/** `lookup` is not wanted any more. False where it runs already, and has to be waited for. */
export const stopWaiting = (lookup: Placed): boolean => waiting.delete(lookup);

/** Whether `lookup` has no thread, and all that have one are slow. */
export function isHeldUp(lookup: Placed): boolean {
  if (!waiting.has(lookup)) return false;
  for (const each of running) if (!each.isSlow) return false;
  return true;
}
