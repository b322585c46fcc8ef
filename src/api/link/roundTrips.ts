/**
 * The Pings that wait for their answers, and how long the answers took: Ping frames, or messages in their place. Must not
 * judge a silence: the chart does.
 */
import type { Transport } from '../../port/index.js';
import type { Clock, WebSocketOptions } from '../options/index.js';
import type { SendData, WebSocketMessage } from '../types.js';
import { errorOf, isPromise } from '../values/index.js';

/** Shared by all clients that wait for no answer. Never pushed to. */
const NONE: number[] = [];

/** How many Pings are kept: a peer that sends data but answers no Ping must not fill the memory. */
const MOST_WAITING = 1024;

/** Emits an `error` of the client. */
export interface UserErrorSink {
  onUserError(error: Error): void;
}

export class RoundTrips {
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  readonly #errors: UserErrorSink;
  /** When the unanswered Pings were sent, oldest first. */
  #sentAt = NONE;
  #last: number | undefined;

  /** @param errors gets what functions of the user throw */
  constructor(options: WebSocketOptions, clock: Clock, errors: UserErrorSink) {
    this.#options = options;
    this.#clock = clock;
    this.#errors = errors;
  }

  /** The newest round trip in ms. */
  get last(): number | undefined {
    return this.#last;
  }

  /**
   * Sends a heartbeat: `heartbeatMessage` through `send`, or a Ping frame where there is none.
   *
   * @returns whether it was sent: only then does silence mean anything
   */
  begin(transport: Transport, send: (transport: Transport, data: SendData) => void): boolean {
    const sentAt = this.#clock.now();
    const { heartbeatMessage } = this.#options;
    try {
      if (heartbeatMessage === undefined) transport.ping();
      else
        send(transport, typeof heartbeatMessage === 'function' ? made(heartbeatMessage) : heartbeatMessage);
    } catch (thrown) {
      this.#errors.onUserError(
        errorOf(thrown, heartbeatMessage === undefined ? 'ping()' : 'heartbeatMessage'),
      );
      return false;
    }
    if (this.#sentAt === NONE) this.#sentAt = [];
    else if (this.#sentAt.length === MOST_WAITING) this.#sentAt.shift();
    this.#sentAt.push(sentAt);
    return true;
  }

  /** Whether `message` answers the heartbeats that wait. */
  isReply(message: WebSocketMessage): boolean {
    if (this.#sentAt === NONE) return false;
    const { heartbeatMessage, isHeartbeatReply } = this.#options;
    if (heartbeatMessage === undefined) return false;
    if (isHeartbeatReply === undefined) return true;
    try {
      const answer: unknown = isHeartbeatReply(message);
      if (isPromise(answer)) throw new TypeError('isHeartbeatReply must return true or false, not a Promise');
      return Boolean(answer);
    } catch (thrown) {
      this.#errors.onUserError(errorOf(thrown, 'isHeartbeatReply'));
      return false;
    }
  }

  /**
   * An answer came. Returns the round trips, in ms, of all Pings that it answers, oldest first. A Pong answers its own Ping
   * and all older ones (RFC 6455 §5.5.3).
   *
   * @param newer how many newer Pings still wait for their answer
   */
  end(newer: number): readonly number[] {
    const answered = this.#sentAt.slice(0, Math.max(0, this.#sentAt.length - newer));
    if (answered.length === 0) return answered;
    this.#sentAt = newer === 0 ? NONE : this.#sentAt.slice(answered.length);
    const now = this.#clock.now();
    const times = answered.map((sentAt) => Math.max(0, now - sentAt));
    this.#last = times.at(-1);
    return times;
  }

  /** The connection has ended: no answer comes any more. */
  forget(): void {
    this.#sentAt = NONE;
  }
}

/** What the user's function returns. A promise is refused when it is sent. */
function made(heartbeatMessage: () => SendData): SendData {
  const data = heartbeatMessage();
  isPromise(data);
  return data;
}
