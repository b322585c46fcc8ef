/**
 * The wait for the next message, which a signal may end: of an iterator, and of a session.
 */
import { AbortError } from '../../port/index.js';
import { onAbort } from '../values/index.js';

/** A call that waits. */
export interface MessageWait<Result> {
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Why it was given up. */
export const waitAborted = (signal: AbortSignal): AbortError =>
  new AbortError('The wait for the next message was aborted', { cause: signal.reason });

/**
 * The same wait, which `signal` ends.
 *
 * @param leave takes it out of those that wait
 */
export function abortable<Result>(
  wait: MessageWait<Result>,
  signal: AbortSignal,
  leave: () => void,
): MessageWait<Result> {
  const stop = onAbort(signal, () => {
    leave();
    wait.reject(waitAborted(signal));
  });
  return {
    resolve(result) {
      stop();
      wait.resolve(result);
    },
    reject(error) {
      stop();
      wait.reject(error);
    },
  };
}
