/** websocket-ts over ws, which it takes from the global `WebSocket`: with a buffer and an exponential back-off. */
import { ArrayQueue, ExponentialBackoff, RingQueue, type Websocket, WebsocketBuilder } from 'websocket-ts';
import { type Client, DEFAULTS, type Settings } from '../client.js';
import { type Target, type TargetEvent, TargetSession } from '../recorded.js';
import { wsWith } from './overWs.js';

/** Its listeners get the socket first and the event second. */
function build(url: string, settings: Settings): Target {
  Object.assign(globalThis, { WebSocket: wsWith(settings) });
  const { reconnectDelay, maxReconnectDelay, maxQueued, maxAttempts } = { ...DEFAULTS, ...settings };
  const doublings = Math.floor(Math.log2(maxReconnectDelay / reconnectDelay));
  const builder = new WebsocketBuilder(settings.urlOf ?? url)
    .withBuffer(maxQueued === undefined ? new ArrayQueue() : new RingQueue(maxQueued))
    .withBackoff(new ExponentialBackoff(reconnectDelay, Math.max(1, doublings)));
  if (maxAttempts !== undefined) builder.withMaxRetries(maxAttempts);
  if (settings.protocols !== undefined) builder.withProtocols([...settings.protocols]);
  const socket: Websocket = builder.build();
  return {
    set binaryType(type: BinaryType) {
      socket.binaryType = type;
    },
    get readyState() {
      return socket.readyState;
    },
    get bufferedAmount() {
      return socket.bufferedAmount;
    },
    send: (data) => socket.send(data as string),
    close: (code, reason) => socket.close(code, reason),
    addEventListener: (type, listener) =>
      socket.addEventListener(type as never, (_socket: unknown, event: unknown) =>
        listener(event as TargetEvent),
      ),
  };
}

type BinaryType = Websocket['binaryType'];

export const client: Client = {
  name: 'websocket-ts',
  has: { heartbeat: false, queue: true, headers: false, reconnect: true },
  offers: ['url', 'maxQueued', 'maxAttempts', 'maxPayload'],
  open: (url, settings = {}) => new TargetSession(build(url, settings)),
};
