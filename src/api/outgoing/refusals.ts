/**
 * The errors of messages that are refused.
 *
 * All that are refused for one reason in one run of synchronous code share the error and the rejected promise: a loop
 * over a million messages would else hold a million errors, with their stack traces, until it ends.
 */
import { ignore, type ReckerError } from '../../port/index.js';

/** Why messages are refused. */
export interface Refusal {
  readonly reason: string;
  readonly error: ReckerError;
  /** Rejected with it, and no unhandled rejection where nobody awaits it. */
  readonly promise: Promise<void>;
}

/** Rejected, and no unhandled rejection where nobody awaits it. */
export function refused<Value = void>(error: Error): Promise<Value> {
  const promise = Promise.reject<Value>(error);
  promise.catch(ignore);
  return promise;
}

export class Refusals {
  #present: Refusal | undefined;

  /** @param reason the error's message, too */
  for(reason: string, make: (message: string) => ReckerError): Refusal {
    if (this.#present?.reason === reason) return this.#present;
    const error = make(reason);
    const refusal = { reason, error, promise: refused(error) };
    this.#present = refusal;
    const forget = (): void => {
      if (this.#present === refusal) this.#present = undefined;
    };
    refusal.promise.catch(forget);
    return refusal;
  }
}
