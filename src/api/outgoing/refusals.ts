/**
 * The errors of messages that are refused.
 *
 * Messages that are refused for the same reason in one run of synchronous code share the error and the rejected promise.
 * Otherwise a loop over a million messages would hold a million errors, with their stack traces, until it ends.
 */
import { ignore, type ReckerError } from '../../port/index.js';

/** Why messages are refused. */
export interface Refusal {
  readonly reason: string;
  readonly error: ReckerError;
  /** Rejected with `error`, and marked as handled. */
  readonly promise: Promise<void>;
}

/** A rejected promise that is marked as handled. */
export function refused<Value = void>(error: Error): Promise<Value> {
  const promise = Promise.reject<Value>(error);
  promise.catch(ignore);
  return promise;
}

export class Refusals {
  #present: Refusal | undefined;

  /** @param reason also the message of the error */
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
