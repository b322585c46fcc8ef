/**
 * What the chart is given of the client: methods only. An inspector shows what the chart's input and context
 * hold, and of this it sees nothing. All code of users that the chart asks is wrapped here: it never throws.
 */
import { type ConnectionEnvironment, type DialAttempt, defaultShouldReconnect } from '../../machine/index.js';
import type { Failure, SocketFact, SocketPort } from '../../port/index.js';
import { isOffline } from '../../services/runtime/index.js';
import type { Clock, WebSocketOptions } from '../options/index.js';
import { errorOf, isPromise, kindOf } from '../values/index.js';
import { wallTime } from './clock.js';

/** Who dials for the chart. */
export interface EnvironmentClient {
  dial(attempt: DialAttempt, report: (fact: SocketFact) => void): SocketPort;
  /** Sends Close 1000 on the connection that is about to be replaced. */
  farewell(): void;
  /** A function of the user's threw, and the default counts. */
  onUserError(error: Error): void;
}

export class Environment implements ConnectionEnvironment {
  readonly #client: EnvironmentClient;
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;

  constructor(client: EnvironmentClient, options: WebSocketOptions, clock: Clock) {
    this.#client = client;
    this.#options = options;
    this.#clock = clock;
  }

  dial(attempt: DialAttempt, report: (fact: SocketFact) => void): SocketPort {
    return this.#client.dial(attempt, report);
  }

  farewell(): void {
    this.#client.farewell();
  }

  shouldReconnect(failure: Failure): boolean | number {
    const { shouldReconnect } = this.#options;
    if (shouldReconnect === undefined) return defaultShouldReconnect(failure);
    try {
      const answer: unknown = shouldReconnect(failure);
      if (typeof answer === 'boolean' || (typeof answer === 'number' && !Number.isNaN(answer))) return answer;
      isPromise(answer);
      throw new TypeError(
        `shouldReconnect must return true, false or a number of milliseconds, not ${kindOf(answer)}`,
      );
    } catch (thrown) {
      this.#client.onUserError(errorOf(thrown, 'shouldReconnect'));
      return defaultShouldReconnect(failure);
    }
  }

  isOffline(): boolean {
    return isOffline();
  }

  random(): number {
    const { random } = this.#options;
    if (random === undefined) return Math.random();
    try {
      const drawn: unknown = random();
      if (typeof drawn === 'number' && drawn >= 0 && drawn <= 1) return drawn;
      isPromise(drawn);
      throw new TypeError('random must return a number from 0 to below 1');
    } catch (thrown) {
      this.#client.onUserError(errorOf(thrown, 'random'));
      return Math.random();
    }
  }

  now(): number {
    return this.#clock.now();
  }

  wallTime(): number {
    return wallTime(this.#clock);
  }
}
