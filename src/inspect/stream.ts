/**
 * The stream of one open page: Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html).
 *
 * Owns: the collecting of changes, so that a page gets a few writes a second however much happens. Nothing is kept for a
 * page that does not read: its connection is destroyed, it connects again, and gets everything.
 */
import type { ServerResponse } from 'node:http';
import type { History, TimelineEntry } from './history.js';

/** How long changes are collected, in ms: short enough to appear at once. */
const COLLECT = 60;
/** How often the counters of the connection that is shown are read, in ms. */
const COUNT = 500;
/** A page that has left this many bytes unread is destroyed. */
const UNREAD = 4 * 1024 * 1024;

export class PageStream {
  readonly #response: ServerResponse;
  readonly #history: History;
  /** The connection that the page shows. */
  readonly #shown: string | undefined;
  readonly #changed = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #entered = new Map<number, TimelineEntry>();
  readonly #stopListening: () => void;
  readonly #counting: NodeJS.Timeout;
  #collecting: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, history: History, shown: string | undefined) {
    this.#response = response;
    this.#history = history;
    this.#shown = shown;
    this.#stopListening = history.listen({
      changed: (id) => this.#note(() => this.#changed.add(id)),
      entered: (id, entry) => {
        if (id === this.#shown) this.#note(() => this.#entered.set(entry.n, entry));
      },
      gone: (id) => this.#note(() => this.#gone.add(id)),
    });
    // The timers of a viewer must not keep the process alive.
    this.#counting = setInterval(() => this.#sendCounters(), COUNT).unref();
    response.on('close', () => this.close());
    this.#write('all', { connections: history.summaries(), now: Date.now() });
    if (shown !== undefined) this.#write('timeline', { id: shown, entries: history.timeline(shown) });
    this.#sendCounters();
  }

  /** Sends at once what has been collected. */
  flush(): void {
    clearTimeout(this.#collecting);
    if (this.#collecting !== undefined) this.#flush();
  }

  /** Ends the stream. Idempotent. */
  close(): void {
    this.#stopListening();
    clearInterval(this.#counting);
    clearTimeout(this.#collecting);
    this.#response.end();
  }

  #note(change: () => void): void {
    change();
    this.#collecting ??= setTimeout(() => this.#flush(), COLLECT).unref();
  }

  #flush(): void {
    this.#collecting = undefined;
    if (this.#response.writableLength > UNREAD) {
      this.#response.destroy();
      return;
    }
    const connections = [...this.#changed].flatMap((id) => this.#history.summary(id) ?? []);
    this.#write('changed', { connections, gone: [...this.#gone], now: Date.now() });
    if (this.#entered.size > 0) {
      this.#write('entries', { id: this.#shown, entries: [...this.#entered.values()] });
      this.#sendCounters();
    }
    this.#changed.clear();
    this.#gone.clear();
    this.#entered.clear();
  }

  #sendCounters(): void {
    if (this.#shown === undefined) return;
    const counters = this.#history.counters(this.#shown);
    if (counters !== undefined) this.#write('counters', { id: this.#shown, ...counters, now: Date.now() });
  }

  #write(event: string, data: unknown): void {
    this.#response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }
}
