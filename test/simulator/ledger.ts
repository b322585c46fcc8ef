/**
 * The accounts of messages: what was given to `send()`, and what became of each.
 *
 * Owns: the rule that a message is, at any moment, in exactly one place: handed to a socket, refused, or held by
 * the client. Must not know: time, or the network.
 */
import { broken } from '../support/invariants.js';

type Settled = 'pending' | 'resolved' | 'rejected';

interface Entry {
  readonly id: number;
  readonly awaitDrain: boolean;
  /** Sent from an `open` listener: such messages go before what was queued. */
  readonly greeting: number | undefined;
  promise: Settled;
  undelivered: number;
  handed: number;
}

/** Which message it is, from what went over the wire. */
const idOf = (data: unknown): number => Number.parseInt(String(data), 10);

export class Ledger {
  readonly #entries: Entry[] = [];
  #handed = 0;
  #refused = 0;
  #newest = -1;
  /** The messages of `open` listeners that the client holds. */
  readonly #greetings = new Set<number>();
  #newestGreeting: { readonly greeting: number; readonly id: number } | undefined;

  get sent(): number {
    return this.#entries.length;
  }

  /** The text of the next message. */
  compose(bytes: number, awaitDrain: boolean, greeting: number | undefined): string {
    const id = this.#entries.length;
    this.#entries.push({ id, awaitDrain, greeting, promise: 'pending', undelivered: 0, handed: 0 });
    if (greeting !== undefined) this.#greetings.add(id);
    return `${id}:${'x'.repeat(bytes)}`;
  }

  /** What `send()` returned for it. */
  promised(text: string, promise: Promise<void>): void {
    const entry = this.#entryOf(text);
    promise.then(
      () => {
        entry.promise = 'resolved';
      },
      () => {
        entry.promise = 'rejected';
      },
    );
  }

  /** It was handed to a socket. Order is kept, but for greetings, which are ordered among themselves. */
  handedOver(data: unknown): void {
    const entry = this.#entryOf(data);
    entry.handed += 1;
    this.#handed += 1;
    if (entry.handed > 1) broken(`message ${entry.id} was sent twice`);
    if (entry.undelivered > 0) broken(`message ${entry.id} was sent after it was refused`);
    const { greeting, id } = entry;
    this.#greetings.delete(id);
    if (greeting === undefined) {
      const [ahead] = this.#greetings;
      if (ahead !== undefined) broken(`message ${id} was sent before message ${ahead} of an open listener`);
      if (id < this.#newest) broken(`message ${id} was sent after message ${this.#newest}`);
      this.#newest = id;
    } else {
      const newest = this.#newestGreeting;
      if (newest?.greeting === greeting && id < newest.id) {
        broken(`message ${id} of an open listener was sent after its message ${newest.id}`);
      }
      this.#newestGreeting = { greeting, id };
    }
  }

  refused(data: unknown): void {
    const entry = this.#entryOf(data);
    entry.undelivered += 1;
    this.#refused += 1;
    this.#greetings.delete(entry.id);
    if (entry.undelivered > 1) broken(`message ${entry.id} was told as undelivered twice`);
    if (entry.handed > 0) broken(`message ${entry.id} was told as undelivered, and was sent`);
  }

  /** @param queued how many the client says it holds */
  balance(queued: number): void {
    const held = this.#entries.length - this.#handed - this.#refused;
    if (held !== queued) {
      broken(
        `of ${this.#entries.length} messages ${this.#handed} were sent and ${this.#refused} refused, and ${queued} are queued`,
      );
    }
  }

  /** When the client is closed, and all promises that will be settled are. */
  audit(): void {
    for (const { id, handed, undelivered, awaitDrain, promise } of this.#entries) {
      const state = handed > 0 ? 'sent' : undelivered > 0 ? 'refused' : 'held';
      const fits =
        state === 'sent'
          ? promise === 'resolved' || (awaitDrain && promise === 'rejected')
          : promise === (state === 'refused' ? 'rejected' : 'pending');
      if (!fits) broken(`message ${id} is ${state}, and its promise is ${promise}`);
    }
  }

  #entryOf(data: unknown): Entry {
    const entry = this.#entries[idOf(data)];
    if (entry === undefined) broken(`nobody sent ${String(data).slice(0, 20)}`);
    return entry;
  }
}
