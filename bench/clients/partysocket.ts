/** partysocket over `ws`: the maintained reconnecting-websocket. Its own spread: 1 s to 5 s for a first retry. */
import ReconnectingWebSocket from 'partysocket/ws';
import { WebSocket } from 'ws';
import type { Client } from './client.js';
import { connectTarget } from './eventTarget.js';

export const client: Client = {
  connect: (url) => connectTarget(new ReconnectingWebSocket(url, [], { WebSocket })),
};
