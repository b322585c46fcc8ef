/**
 * A small chat server, as one might write it: a line that a member says goes to every member, and who comes in
 * with `?after=7` is first told the lines after the seventh.
 *
 * It stands for your own server. In a project of yours it knows nothing of recker.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

export interface Line {
  /** From 1, without a gap. */
  readonly number: number;
  readonly text: string;
}

export class ChatServer {
  readonly lines: Line[] = [];
  readonly #sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' });

  static async start(): Promise<ChatServer> {
    const server = new ChatServer();
    await once(server.#sockets, 'listening');
    return server;
  }

  private constructor() {
    this.#sockets.on('connection', (socket, request) => {
      const after = Number(new URL(request.url ?? '/', 'ws://chat').searchParams.get('after') ?? 0);
      for (const line of this.lines.slice(after)) socket.send(JSON.stringify(line));
      socket.on('message', (text) => this.say(String(text)));
      socket.on('error', () => socket.terminate());
    });
  }

  get port(): number {
    return (this.#sockets.address() as AddressInfo).port;
  }

  get members(): number {
    return this.#sockets.clients.size;
  }

  say(text: string): void {
    const line: Line = { number: this.lines.length + 1, text };
    this.lines.push(line);
    for (const socket of this.#sockets.clients) socket.send(JSON.stringify(line));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    await new Promise((resolve) => this.#sockets.close(resolve));
  }
}
