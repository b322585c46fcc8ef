/**
 * A first-in, first-out list: an array with a moving start, because `Array.prototype.shift` copies a long array. It keeps no
 * reference to an item that was taken out.
 */
export class Fifo<Item> {
  #items: (Item | undefined)[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** The oldest item; undefined where there is none. */
  get first(): Item | undefined {
    return this.#items[this.#start];
  }

  /** Takes out the oldest item; undefined where there is none. */
  shift(): Item | undefined {
    if (this.#start === this.#items.length) return undefined;
    const item = this.#items[this.#start];
    this.#items[this.#start] = undefined;
    this.#start += 1;
    if (this.#start === this.#items.length) {
      this.#items = [];
      this.#start = 0;
    } else if (this.#start >= COMPACT_AT && this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  /** Takes out all items, oldest first. */
  takeAll(): Item[] {
    const all = this.#items.slice(this.#start) as Item[];
    this.#items = [];
    this.#start = 0;
    return all;
  }
}

/** The array is cut once so many items were taken out and half of it is empty: each item is moved at most once. */
const COMPACT_AT = 1024;
