/**
 * What a library that takes a WebSocket class is put through, and the servers' common part.
 */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { listenOn } from '../../src/testing/sockets.js';
import type { WebSocket } from '../../src/websocket/index.js';

/** The class that a library is given: raw `ws`'s is used in the same places, where the two are compared. */
export type Impl = typeof WebSocket;

/** A library's own server. */
export interface Backend {
  readonly port: number;
  stop(): Promise<void>;
}

/** A library's client, connected. */
export interface Client {
  /** Sends something and waits for the answer, binary where the library has binary. Waits for the library's reconnection. */
  exchange(): Promise<void>;
  /** Resolves when the library has noticed that its connection is gone. */
  readonly lost?: Promise<unknown>;
  close(): unknown;
}

export interface Library {
  readonly name: string;
  /** What it needs beside npm packages. */
  readonly needs?: string;
  /** It leaves reconnecting to the class. */
  readonly leavesReconnecting?: true;
  serve(): Promise<Backend>;
  connect(url: string, Impl: Impl): Promise<Client>;
}

export const BYTES = Uint8Array.from({ length: 300 }, (_, index) => index & 255);

/** An HTTP server on a free port, to which the library's own server is attached; stopping it destroys its sockets. */
export async function httpBackend(
  attach: (server: Server) => void,
  onRequest: RequestListener = (_, response) => void response.writeHead(404).end(),
): Promise<Backend> {
  const server = createServer(onRequest);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  });
  attach(server);
  const port = await listenOn(server, 0);
  return {
    port,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Polls what a library gives no event for. */
export async function until(holds: () => unknown, what: string, patience = 8000): Promise<void> {
  const latest = performance.now() + patience;
  while (!holds()) {
    if (performance.now() > latest) throw new Error(`Waited ${patience} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Repeats what a library refuses while it is between two connections. */
export async function retried<T>(act: () => Promise<T>, patience = 8000): Promise<T> {
  const latest = performance.now() + patience;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (performance.now() > latest) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
