/**
 * This library's build for pages, from the source of this tree, as docs/in-a-page.md shows: a heartbeat by message, jitter, and a
 * connection that counts once it has lasted.
 */
import type { Client } from '../../client.js';
import { ReckerSession } from '../../clients/recker.js';

export const client: Client = {
  name: 'recker',
  has: { heartbeat: true, queue: true, headers: false, reconnect: true },
  open: (url, settings = {}) =>
    new ReckerSession(url, settings, {
      heartbeatMessage: 'ping',
      reconnectJitter: 'equal',
      minUptime: 5000,
    }),
};
