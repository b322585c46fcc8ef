/** reconnecting-websocket over ws, as its README shows for Node, with its delays and its connection timeout set. */
import { createRequire } from 'node:module';
import type { Client } from '../client.js';
import { type Target, TargetSession } from '../recorded.js';
import { optionsOf } from './partysocket.js';

/** Its types say `export default`, its CommonJS says `module.exports`. */
const ReconnectingWebSocket = createRequire(import.meta.url)('reconnecting-websocket') as new (
  url: string,
  protocols: readonly string[],
  options: object,
) => Target;

export const client: Client = {
  name: 'reconnecting-websocket',
  has: { heartbeat: false, queue: true, headers: false, reconnect: true },
  open: (url, settings = {}) =>
    new TargetSession(new ReconnectingWebSocket(url, settings.protocols ?? [], optionsOf(settings))),
};
