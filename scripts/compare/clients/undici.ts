/** undici's WebSocket, with an Agent that bounds the dial, and a loop that dials again on `close`. */
import { Agent, ProxyAgent, WebSocket } from 'undici';
import { type Client, DEFAULTS } from '../client.js';
import { type Target, TargetLoopSession } from '../recorded.js';

export const client: Client = {
  name: 'undici',
  has: { heartbeat: false, queue: false, headers: true, reconnect: false },
  offers: ['url', 'maxPayload', 'proxy'],
  open(url, settings = {}) {
    const { connectTimeout: timeout, headers, protocols = [] } = { ...DEFAULTS, ...settings };
    const options = {
      connect: { timeout },
      headersTimeout: timeout,
      ...(settings.maxPayload === undefined ? {} : { webSocket: { maxPayloadSize: settings.maxPayload } }),
    };
    const dispatcher =
      settings.proxy === undefined ? new Agent(options) : new ProxyAgent({ ...options, uri: settings.proxy });
    const make = (): Target =>
      new WebSocket(settings.urlOf?.() ?? url, {
        dispatcher,
        protocols: [...protocols],
        ...(headers === undefined ? {} : { headers: headers as Record<string, string> }),
      }) as unknown as Target;
    return new TargetLoopSession(make, settings);
  },
};
