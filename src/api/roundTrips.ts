/**
 * The Pings that are under way, and how long their answers took: Ping frames, or messages in their place.
 * Must not judge a silence: that is the chart's.
 */
import type { Transport } from '../machine/port.js';
import { reportUncaught } from './announcer.js';
import type { Clock, WebSocketOptions } from './options.js';
import type { SendData, WebSocketMessage } from './types.js';

export class RoundTrips {
  readonly #options: WebSocketOptions;
  readonly #clock: Clock;
  #sentAt: number | undefined;
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
    this.#sentAt = this.#clock.now();
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

  /** Whether `message` answers the heartbeat that is under way. */
  isReply(message: WebSocketMessage): boolean {
    if (this.#sentAt === undefined) return false;
    const { heartbeatMessage, isHeartbeatReply } = this.#options;
    if (heartbeatMessage === undefined) return false;
    try {
      return isHeartbeatReply?.(message) ?? true;
    } catch (error) {
      reportUncaught(error);
      return false;
    }
  }

  /** The answer came: the round trip in ms, or undefined where none was waited for. */
  end(): number | undefined {
    if (this.#sentAt === undefined) return undefined;
    this.#last = Math.max(0, this.#clock.now() - this.#sentAt);
    this.#sentAt = undefined;
    return this.#last;
  }

  /** The connection is gone, and with it the answer. */
  forget(): void {
    this.#sentAt = undefined;
  }
}
