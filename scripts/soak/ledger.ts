/**
 * The books of a soak: which numbered messages went and came on which connection. Kept as ranges, so that they
 * stay small however long it lasts.
 */

/** Numbers that follow one another, both ends included. */
interface Range {
  readonly first: number;
  last: number;
}

/** Puts `number`, larger than all before, into ranges. */
function extend(ranges: Range[], number: number): void {
  const range = ranges.at(-1);
  if (range?.last === number - 1) range.last = number;
  else ranges.push({ first: number, last: number });
}

const within = (ranges: readonly Range[], number: number): boolean =>
  ranges.some(({ first, last }) => number >= first && number <= last);

/** Messages from the client, by the connection of the server that they arrived on. */
export class Ledger {
  readonly problems: string[] = [];
  /** By connection, in the order in which the connections were made. */
  readonly #arrived = new Map<number, Range[]>();
  readonly #reported: Range[] = [];
  #reportedCount = 0;
  received = 0;

  /** The server has received message `number` on `connection`. */
  arrived(connection: number, number: number): void {
    this.received += 1;
    const ranges = this.#arrived.get(connection) ?? [];
    this.#arrived.set(connection, ranges);
    const last = ranges.at(-1)?.last ?? 0;
    if (number <= last) this.#problem(`${number} after ${last} on connection ${connection}`);
    extend(ranges, number);
  }

  /** The client has reported that message `number` will not be sent. */
  undelivered(number: number): void {
    this.#reportedCount += 1;
    extend(this.#reported, number);
  }

  /**
   * Balances the books: order kept, none twice, none both reported and received, and none missing between two that
   * arrived on one connection unless that was reported. Returns how many of `sent` were reported, and how many went
   * down with a connection.
   */
  close(sent: number): { readonly reported: number; readonly lost: number } {
    let previous = 0;
    for (const [connection, ranges] of [...this.#arrived].sort(([a], [b]) => a - b)) {
      if ((ranges[0]?.first ?? 0) <= previous) this.#problem(`${ranges[0]?.first} came after ${previous}`);
      for (const [index, { first, last }] of ranges.entries()) {
        const before = ranges[index - 1]?.last ?? first - 1;
        for (let number = before + 1; number < first; number += 1) {
          if (!within(this.#reported, number))
            this.#problem(`${number} is missing on connection ${connection}`);
        }
        for (let number = first; number <= last; number += 1) {
          if (within(this.#reported, number))
            this.#problem(`${number} was reported as undelivered, and arrived`);
        }
        previous = last;
      }
    }
    return { reported: this.#reportedCount, lost: sent - this.received - this.#reportedCount };
  }

  #problem(what: string): void {
    if (this.problems.length < 50) this.problems.push(what);
  }
}

/** Messages to the client: each connection of the server numbers its own from 1. */
export class Inbox {
  readonly problems: string[] = [];
  #connection = 0;
  #last = 0;
  received = 0;

  arrived(connection: number, number: number): void {
    this.received += 1;
    if (connection < this.#connection) this.#problem(`${connection}:${number} after ${this.#connection}`);
    if (connection > this.#connection) this.#last = 0;
    if (number !== this.#last + 1) this.#problem(`${connection}:${number} after ${this.#last}`);
    this.#connection = connection;
    this.#last = number;
  }

  #problem(what: string): void {
    if (this.problems.length < 50) this.problems.push(what);
  }
}
