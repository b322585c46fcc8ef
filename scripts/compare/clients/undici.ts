/** undici's WebSocket, with an Agent that bounds the dial, and a loop that dials again on `close`. */
import { Agent, WebSocket } from 'undici';
import { type Client, DEFAULTS } from '../client.js';
import { type Target, TargetLoopSession } from '../recorded.js';

export const client: Client = {
  name: 'undici',
  has: { heartbeat: false, queue: false, headers: true, reconnect: false },
  open(url, settings = {}) {
    const { connectTimeout: timeout, headers, protocols = [] } = { ...DEFAULTS, ...settings };
    const dispatcher = new Agent({ connect: { timeout }, headersTimeout: timeout });
    const make = (): Target =>
      new WebSocket(url, {
        dispatcher,
        protocols: [...protocols],
        ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
      }) as unknown as Target;
    return new TargetLoopSession(make, settings);
  },
};
