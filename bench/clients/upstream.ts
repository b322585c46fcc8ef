/** The published `recker@1`, whose WebSocket this library replaces. It stands on undici's WebSocket. */
import { ReckerWebSocket, type WebSocketMessage } from 'recker-upstream';
import type { Client, Connection, ConnectOptions, Consumption } from './client.js';

export const client: Client = {
  async connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
    const socket = new ReckerWebSocket(url, {
      ...(options.heartbeatMs === undefined ? {} : { heartbeatInterval: options.heartbeatMs }),
      ...(options.reconnect === undefined
        ? {}
        : { reconnect: true, reconnectDelay: 1000, maxReconnectAttempts: 0 }),
    });
    await socket.connect();
    socket.on('error', () => {});
    return wrap(socket);
  },
};

function wrap(socket: ReckerWebSocket): Connection {
  return {
    onMessage: (listener) => {
      socket.on('message', (message: WebSocketMessage) => listener(message.data));
    },
    send: (data) => {
      void socket.send(data);
    },
    close() {
      return new Promise((resolve) => {
        socket.once('close', () => resolve());
        socket.close();
      });
    },
    async consume({ count, start, pause }: Consumption) {
      const messages = socket[Symbol.asyncIterator]();
      // Its generator subscribes on the first next(), not before.
      const first = messages.next();
      start();
      let seen = 0;
      for (let step = await first; !step.done; step = await messages.next()) {
        if (++seen === count) break;
        if (pause !== undefined) await pause();
      }
      await messages.return(undefined);
    },
    async pump(chunk, next) {
      while (next()) await socket.send(chunk, { awaitDrain: true });
    },
  };
}
