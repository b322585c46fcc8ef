/** websocket-ts over ws, which it takes from the global `WebSocket`: with a buffer and an exponential back-off. */
import { ArrayQueue, ExponentialBackoff, type Websocket, WebsocketBuilder } from 'websocket-ts';
import { WebSocket } from 'ws';
import { type Client, DEFAULTS, type Settings } from '../client.js';
import { type Target, type TargetEvent, TargetSession } from '../recorded.js';

/** Its listeners get the socket first and the event second. */
function build(url: string, settings: Settings): Target {
  Object.assign(globalThis, { WebSocket });
  const { reconnectDelay, maxReconnectDelay } = { ...DEFAULTS, ...settings };
  const doublings = Math.floor(Math.log2(maxReconnectDelay / reconnectDelay));
  const builder = new WebsocketBuilder(url)
    .withBuffer(new ArrayQueue())
    .withBackoff(new ExponentialBackoff(reconnectDelay, Math.max(1, doublings)));
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
  open: (url, settings = {}) => new TargetSession(build(url, settings)),
};
