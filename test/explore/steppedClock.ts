/**
 * Time in units. A unit that passes fires nothing: a timer that is due fires when the explorer says so, so that facts and calls
 * happen before and after it at the same instant. No unit passes while a timer is due.
 */

interface Timer {
  readonly at: number;
  readonly delay: number;
  readonly run: () => void;
}

export class SteppedClock {
  /** In setting order. */
  readonly #timers = new Map<number, Timer>();
  #elapsed = 0;
  #slept = 0;
  #ids = 0;

  // The client's clock.

  readonly now = (): number => this.#elapsed + this.#slept;

  readonly setTimeout = (run: () => void, ms: number): unknown => {
    this.#ids += 1;
    this.#timers.set(this.#ids, { at: this.#elapsed + ms, delay: ms, run });
    return this.#ids;
  };

  readonly clearTimeout = (id: unknown): void => {
    this.#timers.delete(id as number);
  };

  // The explorer's.

  /** What is left of each delay, in ms, in setting order. */
  get left(): number[] {
    return [...this.#timers.values()].map(({ at }) => at - this.#elapsed);
  }

  delayOf(id: unknown): number | undefined {
    return this.#timers.get(id as number)?.delay;
  }

  get size(): number {
    return this.#timers.size;
  }

  get isDue(): boolean {
    for (const { at } of this.#timers.values()) if (at <= this.#elapsed) return true;
    return false;
  }

  pass(ms: number): void {
    this.#elapsed += ms;
  }

  /** Most systems stop timers while the machine sleeps. */
  sleep(ms: number): void {
    this.#slept += ms;
  }

  /** Fires a timer that is due: the first one set, or the last one. */
  fire(which: 'first' | 'last'): void {
    const due = [...this.#timers].filter(([, { at }]) => at <= this.#elapsed);
    const chosen = which === 'first' ? due[0] : due.at(-1);
    if (chosen === undefined) throw new Error('No timer is due');
    const [id, { run }] = chosen;
    this.#timers.delete(id);
    run();
  }

  get dueCount(): number {
    return this.left.filter((left) => left <= 0).length;
  }
}
