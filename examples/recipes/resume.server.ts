/** Numbered events for any number of connections. The server keeps the last ones for those that return. */
import type { WebSocket } from 'ws';
import { type EmbeddedServer, startServer } from '../server.js';

export class EventServer {
  /** The number of the newest event. */
  newest = 0;
  readonly #keep: number;
  readonly #kept: { readonly id: number; readonly data: unknown }[] = [];
  readonly #subscribers = new Set<WebSocket>();

  /** @param keep how many events are kept */
  constructor(keep: number) {
    this.#keep = keep;
  }

  listen(): Promise<EmbeddedServer> {
    return startServer((socket) => {
      socket.on('message', (text) => this.#resume(socket, JSON.parse(String(text))));
      socket.on('close', () => this.#subscribers.delete(socket));
      socket.on('error', () => {});
    });
  }

  publish(data: unknown): void {
    this.newest += 1;
    const event = { id: this.newest, data };
    this.#kept.push(event);
    if (this.#kept.length > this.#keep) this.#kept.shift();
    for (const socket of this.#subscribers) socket.send(JSON.stringify(event));
  }

  /** Names the first event that follows, then sends what was missed. New events come after these. */
  #resume(socket: WebSocket, { after = this.newest }: { after?: number }): void {
    const oldest = this.#kept[0]?.id ?? 1;
    const first = after > this.newest ? oldest : Math.max(after + 1, oldest);
    socket.send(JSON.stringify({ type: 'resumed', first }));
    for (const event of this.#kept) if (event.id >= first) socket.send(JSON.stringify(event));
    this.#subscribers.add(socket);
  }
}
