/** reconnecting-websocket as its README shows for pages, with its delays and its connection timeout set. */
import ReconnectingWebSocket from 'reconnecting-websocket';
import type { Client } from '../../client.js';
import { optionsOf } from '../../clients/partysocket.js';
import { type Target, TargetSession } from '../../recorded.js';

/** Its types are of a CommonJS module; a page gets the other one. */
const Socket = ReconnectingWebSocket as unknown as new (
  url: string,
  protocols: readonly string[],
  options: object,
) => Target;

export const client: Client = {
  name: 'reconnecting-websocket',
  has: { heartbeat: false, queue: true, headers: false, reconnect: true },
  open: (url, settings = {}) =>
    new TargetSession(new Socket(url, settings.protocols ?? [], optionsOf(settings))),
};
