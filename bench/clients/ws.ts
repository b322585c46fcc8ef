/** Raw `ws`, the yardstick: its own events, no wrapper. */
import { on } from 'node:events';
import { type RawData, WebSocket } from 'ws';
import type { Client, Connection, ConnectOptions, Consumption } from './client.js';

export const client: Client = {
  async connect(url: string, options: ConnectOptions = {}): Promise<Connection> {
    const socket = await dial(url);
    if (options.heartbeatMs !== undefined) keepAlive(socket, options.heartbeatMs);
    return wrap(socket);
  },
};

/** Resolves with a socket that is open. */
export function dial(url: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.once('error', reject);
    socket.once('open', () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/** The heartbeat of ws's own README: a ping each interval, and no answer until the next one is a dead peer. */
function keepAlive(socket: WebSocket, intervalMs: number): void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const timer = setInterval(() => {
    if (!alive) socket.terminate();
    alive = false;
    socket.ping();
  }, intervalMs);
  socket.on('close', () => clearInterval(timer));
}

export function wrap(socket: WebSocket): Connection {
  return {
    onMessage(listener) {
      // ws hands text over as bytes; every user of text decodes it, and the other clients do it for them.
      socket.on('message', (data: RawData, isBinary: boolean) => listener(isBinary ? data : data.toString()));
    },
    send: (data) => socket.send(data),
    close() {
      return new Promise((resolve) => {
        socket.once('close', () => resolve());
        socket.close();
      });
    },
    async consume({ count, start, pause }: Consumption) {
      const messages = on(socket, 'message') as AsyncIterable<[RawData, boolean]>;
      start();
      let seen = 0;
      let bytes = 0;
      for await (const [data, isBinary] of messages) {
        const message = isBinary ? data : data.toString();
        bytes += (message as string | Buffer).length;
        if (++seen === count) break;
        if (pause !== undefined) await pause();
      }
      if (bytes === 0) throw new Error('nothing was decoded');
    },
    pump(chunk, next) {
      return new Promise((resolve, reject) => {
        const step = (error?: Error): void => {
          if (error) reject(error);
          else if (next()) socket.send(chunk, step);
          else resolve();
        };
        step();
      });
    },
  };
}
