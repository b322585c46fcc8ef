/**
 * What the chart is given of the client: methods only. An inspector shows what the chart's input and context
 * hold, and of this it sees nothing. All code of users that the chart asks is wrapped here: it never throws.
 */
import type { ConnectionEnvironment, DialAttempt } from '../machine/policy.js';
import type { Failure, SocketFact, SocketPort } from '../machine/port.js';
import { wallTime } from './clock.js';
import { DEFAULT_DECISION } from './optionRules.js';
import type { Clock, WebSocketOptions } from './options.js';

/** Who dials for the chart. */
export interface EnvironmentOwner {
  dial(attempt: DialAttempt, report: (fact: SocketFact) => void): SocketPort;
  /** Sends Close 1000 on the connection that is about to be replaced. */
  farewell(): void;
  /** The user's decision failed, and the default one counts. */
  onDecisionError(error: Error): void;
}

export class Environment implements ConnectionEnvironment {
  readonly #owner: EnvironmentOwner;
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;

  constructor(owner: EnvironmentOwner, options: WebSocketOptions, clock: Clock) {
    this.#owner = owner;
    this.#options = options;
    this.#clock = clock;
  }

  dial(attempt: DialAttempt, report: (fact: SocketFact) => void): SocketPort {
    return this.#owner.dial(attempt, report);
  }

  farewell(): void {
    this.#owner.farewell();
  }

  shouldReconnect(failure: Failure): boolean | number {
    const { shouldReconnect } = this.#options;
    if (shouldReconnect === undefined) return DEFAULT_DECISION(failure);
    try {
      const answer = shouldReconnect(failure);
      if (typeof answer === 'boolean' || (typeof answer === 'number' && !Number.isNaN(answer))) return answer;
      throw new TypeError('shouldReconnect must return true, false or a number of milliseconds');
    } catch (thrown) {
      this.#owner.onDecisionError(
        thrown instanceof Error ? thrown : new Error('shouldReconnect threw', { cause: thrown }),
      );
      return DEFAULT_DECISION(failure);
    }
  }

  random(): number {
    return (this.#options.random ?? Math.random)();
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return wallTime(this.#clock);
  }
}
