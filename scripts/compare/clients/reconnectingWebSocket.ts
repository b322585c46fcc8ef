/** reconnecting-websocket over ws, as its README shows for Node, with its delays and its connection timeout set. */
import { createRequire } from 'node:module';
import type { Client } from '../client.js';
import { optionsOf, ReconnectingSession, type ReconnectingTarget } from './partysocket.js';

/** Its types say `export default`, its CommonJS says `module.exports`. */
const ReconnectingWebSocket = createRequire(import.meta.url)('reconnecting-websocket') as new (
  url: string | (() => string),
  protocols: readonly string[],
  options: object,
) => ReconnectingTarget;

export const client: Client = {
  name: 'reconnecting-websocket',
  has: { heartbeat: false, queue: true, headers: false, reconnect: true },
  offers: ['url', 'stableAfter', 'jitter', 'maxQueued', 'maxAttempts', 'maxPayload'],
  open: (url, settings = {}) =>
    new ReconnectingSession(
      new ReconnectingWebSocket(settings.urlOf ?? url, settings.protocols ?? [], optionsOf(settings)),
    ),
};
