/**
 * Callers that wait for the same thing: each has a promise of its own, and may leave early.
 */
import { AbortError, ignore } from '../../port/index.js';
import { onAbort } from '../values/index.js';

interface Waiter {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

/** Waiters that were taken out, to be told later. */
export interface Taken {
  resolve(): void;
  /** @param isHandled whether the end is reported by other means: then a promise that nobody awaits is no unhandled rejection */
  reject(error: Error, isHandled: boolean): void;
}

export class Waiters {
  #waiting: Set<Waiter> | undefined;

  get size(): number {
    return this.#waiting?.size ?? 0;
  }

  /** @param signal ends this wait, and no other */
  add(signal?: AbortSignal): Promise<void> {
    let resolve = ignore;
    let reject: (error: Error) => void = ignore;
    const promise = new Promise<void>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    const leave = () => {
      this.#waiting?.delete(waiter);
      // Who aborts knows: where nobody awaits, this is no unhandled rejection.
      promise.catch(ignore);
      reject(new AbortError('The wait was aborted', { cause: signal?.reason }));
    };
    const settled = signal === undefined ? ignore : onAbort(signal, leave);
    const waiter: Waiter = {
      promise,
      resolve() {
        settled();
        resolve();
      },
      reject(error) {
        settled();
        reject(error);
      },
    };
    this.#waiting ??= new Set();
    this.#waiting.add(waiter);
    return promise;
  }

  resolveAll(): void {
    this.takeAll()?.resolve();
  }

  /** Takes all out, if there are any: whoever is added from now on waits for the next time. */
  takeAll(): Taken | undefined {
    const waiting = this.#waiting;
    if (waiting === undefined) return undefined;
    this.#waiting = undefined;
    return {
      resolve() {
        for (const waiter of waiting) waiter.resolve();
      },
      reject(error, isHandled) {
        for (const waiter of waiting) {
          if (isHandled) waiter.promise.catch(ignore);
          waiter.reject(error);
        }
      },
    };
  }
}
