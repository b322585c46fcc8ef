/**
 * Promises that wait for the same thing. Each can be given up by a signal of its own.
 */
import { AbortError, ignore } from '../../port/index.js';
import { onAbort } from '../values/index.js';

interface Waiter {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

/** Waiters that were taken out, to be settled later. */
export interface Taken {
  resolve(): void;
  /** @param isHandled whether the promises are marked as handled */
  reject(error: Error, isHandled: boolean): void;
}

export class Waiters {
  #waiting: Set<Waiter> | undefined;

  get size(): number {
    return this.#waiting?.size ?? 0;
  }

  /** @param signal ends this wait only */
  add(signal?: AbortSignal): Promise<void> {
    let resolve = ignore;
    let reject: (error: Error) => void = ignore;
    const promise = new Promise<void>((onResolve, onReject) => {
      resolve = onResolve;
      reject = onReject;
    });
    const leave = () => {
      this.#waiting?.delete(waiter);
      // The caller has aborted it: never an unhandled rejection.
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

  /** Takes out all that wait now, if there are any. */
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
