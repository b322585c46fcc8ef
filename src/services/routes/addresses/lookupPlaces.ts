/**
 * Limits how many of libuv's threads lookups hold.
 *
 * `getaddrinfo()` cannot be cancelled, and libuv runs it on at most half of its threads: two of four
 * (https://docs.libuv.org/en/v1.x/threadpool.html). Two names whose DNS servers do not answer would hold both for many
 * seconds, and every other lookup of the process would wait. So one thread is left free.
 */

/** A lookup that needs a thread. */
export interface Placed {
  /** True once nothing should wait for it any longer. */
  readonly isSlow: boolean;
  /** Begins: it has a thread until `leavePlace()`. */
  run(): void;
}

/** libuv's default, and its limit. */
const DEFAULT_THREADS = 4;
const MAX_THREADS = 1024;

const threads = Math.min(
  Number.parseInt(process.env.UV_THREADPOOL_SIZE ?? '', 10) || DEFAULT_THREADS,
  MAX_THREADS,
);

/** One less than libuv uses for lookups, but at least one. */
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

/** `lookup` has ended. The next one runs. */
export function leavePlace(lookup: Placed): void {
  running.delete(lookup);
  const [next] = waiting;
  if (next === undefined) return;
  waiting.delete(next);
  running.add(next);
  next.run();
}

/** `lookup` is no longer needed. Returns false where it runs already, and cannot be stopped. */
export const stopWaiting = (lookup: Placed): boolean => waiting.delete(lookup);

/** Whether `lookup` waits for a thread, and all lookups that have one are slow. */
export function isHeldUp(lookup: Placed): boolean {
  if (!waiting.has(lookup)) return false;
  for (const each of running) if (!each.isSlow) return false;
  return true;
}
