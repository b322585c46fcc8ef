/** What the clients with the browser's interface share. */
import type { Connection } from './client.js';

/** As much of the WHATWG interface as every one of them has. */
export interface TargetSocket {
  binaryType: string;
  send(data: string | Buffer): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

/** Resolves with an open connection. */
export function connectTarget(candidate: unknown): Promise<Connection> {
  // The libraries' own types differ in small ways (DOM names, branded events) that do not matter here.
  const socket = candidate as TargetSocket;
  // The default, Blob, cannot be read without another await; who wants speed asks for ArrayBuffer.
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    let settled = false;
    socket.addEventListener('error', () => {
      if (!settled) reject(new Error('the connection failed'));
    });
    socket.addEventListener('open', () => {
      // Reconnecting ones open again: once is enough.
      settled = true;
      resolve(wrapTarget(socket));
    });
  });
}

export function wrapTarget(socket: TargetSocket): Connection {
  return {
    onMessage: (listener) => socket.addEventListener('message', (event) => listener(event.data)),
    send: (data) => socket.send(data),
    close() {
      return new Promise((resolve) => {
        socket.addEventListener('close', () => resolve());
        socket.close();
      });
    },
  };
}
