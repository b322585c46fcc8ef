/**
 * The Pings that are under way, and how long their answers took: Ping frames, or messages in their place.
 * Must not judge a silence: that is the chart's.
 */
import type { Transport } from '../machine/port.js';
import { reportUncaught } from './announcer.js';
import type { Clock, WebSocketOptions } from './options.js';
import type { SendData, WebSocketMessage } from './types.js';

/** Shared by all that wait for no answer. Never pushed to. */
const NONE: number[] = [];

/** How many Pings are remembered: a peer that sends data and answers none must not fill the memory. */
const MOST_UNDER_WAY = 1024;

export class RoundTrips {
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  /** When the Pings were sent whose answer has not come, the oldest first. */
  #sentAt = NONE;
  #last: number | undefined;

  constructor(options: WebSocketOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** The newest round trip in ms. */
  get last(): number | undefined {
    return this.#last;
  }

  /** A heartbeat leaves: `heartbeatMessage` through `send`, or a Ping frame where there is none. */
  begin(transport: Transport, send: (transport: Transport, data: SendData) => void): void {
    if (this.#sentAt === NONE) this.#sentAt = [];
    else if (this.#sentAt.length === MOST_UNDER_WAY) this.#sentAt.shift();
    this.#sentAt.push(this.#clock.now());
    const { heartbeatMessage } = this.#options;
    if (heartbeatMessage === undefined) {
      transport.ping();
      return;
    }
    try {
      send(transport, typeof heartbeatMessage === 'function' ? heartbeatMessage() : heartbeatMessage);
    } catch (error) {
      reportUncaught(error);
    }
  }

  /** Whether `message` answers the heartbeats that are under way. */
  isReply(message: WebSocketMessage): boolean {
    if (this.#sentAt === NONE) return false;
    const { heartbeatMessage, isHeartbeatReply } = this.#options;
    if (heartbeatMessage === undefined) return false;
    try {
      return isHeartbeatReply?.(message) ?? true;
    } catch (error) {
      reportUncaught(error);
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
