/**
 * The iterations over a client, as slow as the script has them, and what they must yield. Messages are distinguished by their
 * place among those that listeners heard: readers get the same.
 */
import type { ReckerWebSocket, WebSocketMessage } from '../../src/index.js';
import { broken, InvariantBroken } from '../support/invariants.js';

interface Reader {
  readonly messages: AsyncGenerator<WebSocketMessage, undefined, void>;
  /** What readers before it may have left unread, in order: it yields the end of it first, or nothing of it. */
  inherited: number[];
  /** The number of the message that it must yield next, after those. */
  next: number;
  hasBegun: boolean;
  wanted: number;
  isPulling: boolean;
  isOver: boolean;
  /** Whether the client has been closing or at rest since. */
  isCutOff: boolean;
  /** Whether it ends with the present connection. */
  isEnding: boolean;
  /** How many messages had been heard when that ended. */
  end: number | undefined;
}

export class Readers {
  failure: unknown;
  #readers: Reader[] = [];
  #endings = 0;
  /** What readers have left unread since the last loss. */
  #left = new Set<number>();
  readonly #placeOf: (message: number) => number;

  /** @param placeOf the place of a message among those that were heard */
  constructor(placeOf: (message: number) => number) {
    this.#placeOf = placeOf;
  }

  /** @param received how many messages were heard: the iteration begins with the one after */
  add(client: ReckerWebSocket, received: number): void {
    const before = this.#endings;
    const messages = client[Symbol.asyncIterator]();
    // A listener may have closed it again while it began to connect.
    const isClosed = client.state === 'closed' || this.#endings !== before;
    this.#readers.push({
      messages,
      inherited: [...this.#left].sort((one, other) => one - other),
      next: received,
      hasBegun: false,
      wanted: 0,
      isPulling: false,
      isOver: false,
      isCutOff: isClosed || client.state === 'closing',
      isEnding: isClosed,
      end: isClosed ? received : undefined,
    });
    this.#left.clear();
  }

  read(count: number): void {
    for (const reader of this.#readers) {
      reader.wanted += count;
      this.#pull(reader);
    }
  }

  /** @param received how many messages were heard */
  leave(received: number): void {
    const reader = this.#readers.shift();
    if (reader === undefined) return;
    if (!reader.isOver) {
      for (const message of reader.inherited) this.#left.add(message);
      for (let message = reader.next; message < received; message += 1) this.#left.add(message);
    }
    reader.isOver = true;
    void reader.messages.return(undefined);
  }

  /** A connection was lost, or `close()` called: what was left is given up. */
  lost(): void {
    this.#left.clear();
  }

  /** `close()` was called, or the client is at rest: those that there are end with the connection. */
  ending(): void {
    this.#endings += 1;
    for (const reader of this.#readers) reader.isEnding = true;
  }

  /** A connection has ended. @param received how many messages were heard */
  ended(received: number): void {
    for (const reader of this.#readers) if (reader.isEnding) reader.end ??= received;
  }

  cutOff(): void {
    for (const reader of this.#readers) reader.isCutOff = true;
  }

  /** An iteration holds no more than it may: beyond that the peer is held back. */
  check(received: number, most: number): void {
    if (this.failure !== undefined) throw this.failure;
    for (const { next, isOver, isCutOff } of this.#readers) {
      if (!isOver && !isCutOff && received - next > most) {
        broken(`${received - next} unread messages where ${most} are allowed`);
      }
    }
  }

  /** At the very end, when all was read. */
  audit(): void {
    for (const { isOver } of this.#readers) if (!isOver) broken('an iteration goes on after close()');
  }

  #pull(reader: Reader): void {
    if (reader.isPulling || reader.isOver || reader.wanted === 0) return;
    reader.isPulling = true;
    reader.wanted -= 1;
    reader.messages.next().then(
      (result) => {
        reader.isPulling = false;
        if (result.done) this.#over(reader);
        else this.#got(reader, this.#placeOf(Number(result.value.data)));
        this.#pull(reader);
      },
      () => {
        reader.isPulling = false;
        this.#over(reader);
      },
    );
  }

  /** It yields all that it holds before it ends. */
  #over(reader: Reader): void {
    const { isOver, isEnding, end, next } = reader;
    reader.isOver = true;
    if (isOver) return;
    if (!isEnding) this.failure ??= new InvariantBroken('an iteration ended, and nothing has ended it');
    else if (end !== undefined && next !== end)
      this.failure ??= new InvariantBroken(`an iteration ended at message ${next} of ${end}`);
  }

  #got(reader: Reader, message: number): void {
    const index = reader.inherited.indexOf(message);
    if (index >= 0 && (index === 0 || !reader.hasBegun)) reader.inherited.splice(0, index + 1);
    else if (message === reader.next && (reader.inherited.length === 0 || !reader.hasBegun)) {
      reader.inherited = [];
      reader.next += 1;
    } else if (!reader.isOver) {
      this.failure ??= new InvariantBroken(`an iteration yielded message ${message}, not ${reader.next}`);
    }
    reader.hasBegun = true;
  }
}
