/** undici's WebSocket, the one that Node ships as a global. */
import { WebSocket } from 'undici';
import type { Client } from './client.js';
import { connectTarget } from './eventTarget.js';

export const client: Client = {
  connect: (url) => connectTarget(new WebSocket(url)),
};
