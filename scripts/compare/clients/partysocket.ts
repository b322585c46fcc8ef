/** partysocket over ws, as its README shows for Node, with its delays and its connection timeout set. */
import { WebSocket as PartySocket } from 'partysocket';
import { type Client, DEFAULTS, type Settings } from '../client.js';
import { type Target, TargetSession } from '../recorded.js';
import { wsWith } from './overWs.js';

/** The options that it shares with reconnecting-websocket, of which it is a fork. */
export const optionsOf = (settings: Settings) => {
  const { reconnectDelay, maxReconnectDelay, connectTimeout, stableAfter, jitter, maxQueued, maxAttempts } = {
    ...DEFAULTS,
    ...settings,
  };
  return {
    WebSocket: wsWith(settings),
    // Its own jitter is in its default: 1000 + Math.random() * 4000.
    minReconnectionDelay: jitter === true ? reconnectDelay * (1 + Math.random() * 4) : reconnectDelay,
    ...(stableAfter === undefined ? {} : { minUptime: stableAfter }),
    ...(maxQueued === undefined ? {} : { maxEnqueuedMessages: maxQueued }),
    ...(maxAttempts === undefined ? {} : { maxRetries: maxAttempts }),
    maxReconnectionDelay: maxReconnectDelay,
    connectionTimeout: connectTimeout,
  };
};

export interface ReconnectingTarget extends Target {
  reconnect(): void;
}

export class ReconnectingSession extends TargetSession<ReconnectingTarget> {
  reconnect(): void {
    this.target.reconnect();
  }
}

export const client: Client = {
  name: 'partysocket',
  has: { heartbeat: false, queue: true, headers: false, reconnect: true },
  offers: ['url', 'stableAfter', 'jitter', 'maxQueued', 'maxAttempts', 'maxPayload'],
  open: (url, settings = {}) =>
    new ReconnectingSession(
      new PartySocket(
        settings.urlOf ?? url,
        [...(settings.protocols ?? [])],
        optionsOf(settings),
      ) as unknown as ReconnectingTarget,
    ),
};
