/** The global WebSocket of Node 22 and newer, with a loop that dials again on `close`. It has no options. */
import type { Client } from '../client.js';
import { type Target, TargetLoopSession } from '../recorded.js';

declare const WebSocket: new (url: string, protocols: readonly string[]) => Target;

export const client: Client = {
  name: 'native',
  has: { heartbeat: false, queue: false, headers: false, reconnect: false },
  offers: ['url'],
  open: (url, settings = {}) =>
    new TargetLoopSession(
      () => new WebSocket(settings.urlOf?.() ?? url, [...(settings.protocols ?? [])]),
      settings,
    ),
};
