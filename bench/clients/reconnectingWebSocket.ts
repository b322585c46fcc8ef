/** reconnecting-websocket over `ws`. Unmaintained, and still the one most installed. */
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import type { Client } from './client.js';
import { connectTarget } from './eventTarget.js';

// Its types speak of a default export, its CommonJS build has none: require says what is really there.
const ReconnectingWebSocket = createRequire(import.meta.url)('reconnecting-websocket') as new (
  url: string,
  protocols: string[],
  options: { WebSocket: typeof WebSocket },
) => unknown;

export const client: Client = {
  connect: (url) => connectTarget(new ReconnectingWebSocket(url, [], { WebSocket })),
};
