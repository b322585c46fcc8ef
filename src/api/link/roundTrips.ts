/**
 * The Pings that are under way, and how long their answers took: Ping frames, or messages in their place.
 * Must not judge a silence: that is the chart's.
 */
import type { Transport } from '../../port/index.js';
import type { Clock, WebSocketOptions } from '../options/index.js';
import type { SendData, WebSocketMessage } from '../types.js';
import { errorOf, isPromise } from '../values/index.js';

/** Shared by all that wait for no answer. Never pushed to. */
const NONE: number[] = [];

/** How many Pings are remembered: a peer that sends data and answers none must not fill the memory. */
const MOST_UNDER_WAY = 1024;

/** Emits an `error` of the client. */
export interface UserErrorSink {
  onUserError(error: Error): void;
}

export class RoundTrips {
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  readonly #owner: UserErrorSink;
  /** When the Pings were sent whose answer has not come, the oldest first. */
  #sentAt = NONE;
  #last: number | undefined;

  /** @param owner is given what the user's functions throw */
  constructor(options: WebSocketOptions, clock: Clock, owner: UserErrorSink) {
    this.#options = options;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** The newest round trip in ms. */
  get last(): number | undefined {
    return this.#last;
  }

  /**
   * A heartbeat leaves: `heartbeatMessage` through `send`, or a Ping frame where there is none.
   *
   * @returns whether it left: one that did not is no question that silence answers
   */
  begin(transport: Transport, send: (transport: Transport, data: SendData) => void): boolean {
    const sentAt = this.#clock.now();
    const { heartbeatMessage } = this.#options;
    try {
      if (heartbeatMessage === undefined) transport.ping();
      else
        send(transport, typeof heartbeatMessage === 'function' ? made(heartbeatMessage) : heartbeatMessage);
    } catch (thrown) {
      this.#owner.onUserError(
        errorOf(thrown, heartbeatMessage === undefined ? 'ping()' : 'heartbeatMessage'),
      );
      return false;
    }
    if (this.#sentAt === NONE) this.#sentAt = [];
    else if (this.#sentAt.length === MOST_UNDER_WAY) this.#sentAt.shift();
    this.#sentAt.push(sentAt);
    return true;
  }

  /** Whether `message` answers the heartbeats that are under way. */
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
      this.#owner.onUserError(errorOf(thrown, 'isHeartbeatReply'));
      return false;
    }
  }

  /**
   * An answer came: the round trips in ms of all the Pings that it answers, the oldest first. A Pong answers its own
   * Ping and all older ones (RFC 6455 §5.5.3).
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

  /** The connection is gone, and with it the answers. */
  forget(): void {
    this.#sentAt = NONE;
  }
}

/** What the user's function gives; a promise is refused by the sender. */
function made(heartbeatMessage: () => SendData): SendData {
  const data = heartbeatMessage();
  isPromise(data);
  return data;
}
