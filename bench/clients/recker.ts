/** This library, as built. Only what the adapter uses of it is typed here, so that the bench runs without it. */
import { pathToFileURL } from 'node:url';
import type { Client, Connection, ConnectOptions, Consumption } from './client.js';

interface Message {
  readonly data: string | Buffer;
  readonly isBinary: boolean;
}

interface Socket extends AsyncIterable<Message> {
  connect(): Promise<void>;
  send(data: string | Buffer, options?: { awaitDrain?: boolean }): Promise<void>;
  close(): Promise<void>;
  on(event: 'message', listener: (message: Message) => void): unknown;
  on(event: 'undelivered', listener: (data: unknown, error: Error) => void): unknown;
}

interface Module {
  createClient(): { websocket(url: string, options?: Record<string, unknown>): Socket };
}

export async function load(entry: string): Promise<Client> {
  const recker = (await import(pathToFileURL(entry).href)) as Module;
  const factory = recker.createClient();
  return {
    async connect(url, options = {}) {
      const socket = factory.websocket(url, toOptions(options));
      await socket.connect();
      return wrap(socket);
    },
  };
}

function toOptions({ heartbeatMs, reconnect }: ConnectOptions): Record<string, unknown> {
  return {
    // A beat is judged when its timeout is over, so a timeout above the interval would make beats rarer.
    ...(heartbeatMs === undefined
      ? {}
      : { heartbeatInterval: heartbeatMs, heartbeatTimeout: heartbeatMs / 2 }),
    ...(reconnect === undefined
      ? {}
      : {
          reconnect: true,
          reconnectDelay: 1000,
          maxReconnectAttempts: 0,
          reconnectJitter: reconnect === 'jitter' ? 'full' : 'none',
        }),
  };
}

function wrap(socket: Socket): Connection {
  return {
    onMessage: (listener) => {
      socket.on('message', (message) => listener(message.data));
    },
    send: (data) => {
      void socket.send(data);
    },
    close: () => socket.close(),
    async consume({ count, start, pause }: Consumption) {
      const messages = socket[Symbol.asyncIterator]();
      start();
      let seen = 0;
      let bytes = 0;
      for await (const { data } of { [Symbol.asyncIterator]: () => messages }) {
        bytes += data.length;
        if (++seen === count) break;
        if (pause !== undefined) await pause();
      }
      if (bytes === 0) throw new Error('nothing arrived');
    },
    async pump(chunk, next) {
      while (next()) await socket.send(chunk, { awaitDrain: true });
    },
  };
}
