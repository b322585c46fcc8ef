/**
 * The option `clock`. What it throws is an `error` of the client, and the platform's time stands in: a chart whose
 * delays are not armed would wait for ever.
 */
import { ConfigurationError } from '../../port/index.js';
import type { UserErrorSink } from '../link/index.js';
import type { Clock } from '../options/index.js';
import { errorOf, isPromise } from '../values/index.js';
import { realClock } from './clock.js';

/** A timer of the platform's. */
class StandIn {
  readonly id: unknown;

  constructor(id: unknown) {
    this.id = id;
  }
}

export class GuardedClock implements Clock {
  readonly #clock: Clock;
  readonly #errors: UserErrorSink;
  #last: number;

  /** @throws ConfigurationError where the clock does not say what time it is */
  constructor(clock: Clock, errors: UserErrorSink) {
    this.#clock = clock;
    this.#errors = errors;
    try {
      this.#last = checked(clock.now());
    } catch (cause) {
      throw new ConfigurationError('clock', `clock.now() failed: ${errorOf(cause, 'clock.now()').message}`, {
        cause,
      });
    }
  }

  now(): number {
    try {
      this.#last = checked(this.#clock.now());
    } catch (thrown) {
      this.#errors.onUserError(errorOf(thrown, 'clock.now()'));
    }
    return this.#last;
  }

  setTimeout(callback: () => void, milliseconds: number): unknown {
    try {
      return this.#clock.setTimeout(callback, milliseconds);
    } catch (thrown) {
      this.#errors.onUserError(errorOf(thrown, 'clock.setTimeout()'));
      return new StandIn(realClock.setTimeout(callback, milliseconds));
    }
  }

  clearTimeout(id: unknown): void {
    try {
      if (id instanceof StandIn) realClock.clearTimeout(id.id);
      else this.#clock.clearTimeout(id);
    } catch (thrown) {
      this.#errors.onUserError(errorOf(thrown, 'clock.clearTimeout()'));
    }
  }
}

function checked(now: unknown): number {
  if (typeof now === 'number' && Number.isFinite(now)) return now;
  isPromise(now);
  throw new TypeError('clock.now() must return a number of milliseconds');
}
