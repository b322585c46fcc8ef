/** websocket-ts over `ws`, which it finds as the global WebSocket. */
import { ConstantBackoff, WebsocketBuilder } from 'websocket-ts';
import { WebSocket } from 'ws';
import type { Client } from './client.js';
import { connectTarget, type TargetSocket } from './eventTarget.js';

Object.assign(globalThis, { WebSocket });

/** Its listeners get the socket first and the event second. */
interface Unusual extends Omit<TargetSocket, 'addEventListener'> {
  addEventListener(type: string, listener: (socket: unknown, event: { data: unknown }) => void): void;
}

export const client: Client = {
  connect(url, options = {}) {
    const builder = new WebsocketBuilder(url);
    // It reconnects only when given a back-off, and has none with jitter.
    if (options.reconnect !== undefined) builder.withBackoff(new ConstantBackoff(1000));
    const socket = builder.build() as unknown as Unusual;
    const usual: TargetSocket = {
      set binaryType(type: string) {
        socket.binaryType = type;
      },
      send: (data) => socket.send(data),
      close: () => socket.close(),
      addEventListener(type: string, listener: (event: { data: unknown }) => void) {
        socket.addEventListener(type, (_socket, event) => listener(event));
      },
    };
    return connectTarget(usual);
  },
};
