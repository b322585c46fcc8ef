/**
 * One virtual time for the client's timers and for the network, so that their order at one instant is a choice of
 * the script and not of chance.
 */

interface Due {
  readonly at: number;
  readonly rank: number;
  readonly id: number;
  readonly isTimer: boolean;
  readonly run: () => void;
}

export class Time {
  /** What the time of day went on by while no timer fired. */
  slept = 0;
  readonly #due: Due[] = [];
  readonly #timerRank: number;
  #now = 0;
  #nextId = 1;

  constructor(timersFirst: boolean) {
    this.#timerRank = timersFirst ? 0 : 2;
  }

  /** What timers have seen pass. */
  get elapsed(): number {
    return this.#now;
  }

  // The client's clock.

  readonly now = (): number => this.#now + this.slept;

  readonly setTimeout = (run: () => void, ms: number): unknown => this.#add(run, ms, true);

  readonly clearTimeout = (id: unknown): void => {
    const index = this.#due.findIndex((due) => due.id === id);
    if (index >= 0) this.#due.splice(index, 1);
  };

  // The network's.

  later(ms: number, run: () => void): void {
    this.#add(run, ms, false);
  }

  get timers(): number {
    return this.#due.reduce((sum, { isTimer }) => sum + (isTimer ? 1 : 0), 0);
  }

  /** How long until the client's next timer. */
  get untilTimer(): number | undefined {
    const timer = this.#due.find(({ isTimer }) => isTimer);
    return timer === undefined ? undefined : timer.at - this.#now;
  }

  /** Does the next thing that is due until `latest`; false, and time stands there, where nothing is. */
  step(latest: number): boolean {
    const [next] = this.#due;
    if (next === undefined || next.at > latest) {
      this.#now = Math.max(this.#now, latest);
      return false;
    }
    this.#due.shift();
    this.#now = next.at;
    next.run();
    return true;
  }

  #add(run: () => void, ms: number, isTimer: boolean): number {
    const due: Due = {
      at: this.#now + ms,
      rank: isTimer ? this.#timerRank : 1,
      id: this.#nextId++,
      isTimer,
      run,
    };
    let index = this.#due.length;
    while (index > 0 && isBefore(due, this.#due[index - 1] as Due)) index -= 1;
    this.#due.splice(index, 0, due);
    return due.id;
  }
}

function isBefore(one: Due, other: Due): boolean {
  return one.at < other.at || (one.at === other.at && one.rank < other.rank);
}
