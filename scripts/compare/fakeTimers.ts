/**
 * Replaces the timers of this process, as the fake timers of test frameworks do by default: `setTimeout`, `setInterval`,
 * `setImmediate` and `Date` stand still until `advance()`.
 */

const real = { setTimeout, Date };

/** Polls in real time. */
export async function inRealTime(done: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (!done()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => real.setTimeout(resolve, 10));
  }
  return true;
}

interface Pending {
  readonly run: () => void;
  readonly every?: number;
  at: number;
}

export interface FakeTimers {
  /** Lets so much time pass: what is due runs, in order. */
  advance(ms: number): void;
}

export function installFakeTimers(): FakeTimers {
  const pending = new Set<Pending>();
  const begun = real.Date.now();
  let now = 0;
  const add = (run: () => void, delay: number, every?: number): object => {
    const timer: Pending = { run, at: now + Math.max(0, delay), ...(every === undefined ? {} : { every }) };
    pending.add(timer);
    // What Node returns has these.
    return Object.assign(timer, { ref: () => timer, unref: () => timer, hasRef: () => true });
  };
  const remove = (timer: unknown): void => {
    pending.delete(timer as Pending);
  };
  type Run = (...args: unknown[]) => void;
  Object.assign(globalThis, {
    setTimeout: (run: Run, delay = 0, ...args: unknown[]) => add(() => run(...args), delay),
    setInterval: (run: Run, delay = 0, ...args: unknown[]) => add(() => run(...args), delay, delay),
    setImmediate: (run: Run, ...args: unknown[]) => add(() => run(...args), 0),
    clearTimeout: remove,
    clearInterval: remove,
    clearImmediate: remove,
    Date: class extends real.Date {
      constructor(...args: []) {
        if (args.length === 0) super(begun + now);
        else super(...args);
      }
      static override now(): number {
        return begun + now;
      }
    },
  });
  return {
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = [...pending].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        now = Math.max(now, next.at);
        if (next.every === undefined) pending.delete(next);
        else next.at = now + Math.max(1, next.every);
        next.run();
      }
      now = end;
    },
  };
}
