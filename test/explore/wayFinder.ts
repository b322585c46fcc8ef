/**
 * The graph of the states that were found: a short way from one to the nearest that is wanted.
 *
 * A* that learns: what one search finds out about how far the wanted states are at least spares the next ones most of theirs, since
 * states that are wanted become fewer (Koenig, Likhachev: Adaptive A*, AAMAS 2005). A state that is found later can make a way longer
 * than it need be, and never wrong.
 */

/** A step, and the state that it leads to. */
export interface Leg {
  readonly step: string;
  readonly to: number;
}

/** How many steps each state is away from a wanted one, at least. */
export type Distances = number[];

export class WayFinder {
  /** Where one can go from each state, each destination once. */
  readonly #exits: Leg[][] = [];
  // Of the present search: which it is, how long the way to a state is, and what comes before it.
  #search = 0;
  readonly #seenIn: number[] = [];
  readonly #length: number[] = [];
  readonly #before: number[] = [];
  readonly #by: Leg[] = [];

  add(from: number, step: string, to: number): void {
    const exits = this.#exitsOf(from);
    if (from !== to && !exits.some((exit) => exit.to === to)) exits.push({ step, to });
  }

  /**
   * @param farthest how many steps the way may have
   * @param distances what is learned, for one kind of wanted states
   * @returns an empty way where the start is wanted; undefined where no state is found
   */
  find(
    from: number,
    farthest: number,
    distances: Distances,
    isWanted: (state: number) => boolean,
  ): readonly Leg[] | undefined {
    this.#search += 1;
    this.#seenIn[from] = this.#search;
    this.#length[from] = 0;
    const passed: number[] = [];
    // By the length that a way over the state has at least.
    const waiting: number[][] = Array.from({ length: farthest + 1 }, () => []);
    waiting[distances[from] ?? 0]?.push(from);
    for (const [least, states] of waiting.entries()) {
      for (let at = states.pop(); at !== undefined; at = states.pop()) {
        const length = this.#length[at] as number;
        if (isWanted(at)) {
          this.#learn(passed, distances, length);
          return this.#wayTo(at, from);
        }
        passed.push(at);
        for (const leg of this.#exitsOf(at)) {
          const { to } = leg;
          if (this.#seenIn[to] === this.#search && (this.#length[to] as number) <= length + 1) continue;
          this.#seenIn[to] = this.#search;
          this.#length[to] = length + 1;
          this.#before[to] = at;
          this.#by[to] = leg;
          waiting[Math.max(least, length + 1 + (distances[to] ?? 0))]?.push(to);
        }
      }
    }
    this.#learn(passed, distances, farthest + 1);
    return undefined;
  }

  #learn(passed: readonly number[], distances: Distances, whole: number): void {
    for (const at of passed)
      distances[at] = Math.max(distances[at] ?? 0, whole - (this.#length[at] as number));
  }

  #exitsOf(state: number): Leg[] {
    let exits = this.#exits[state];
    if (exits === undefined) {
      exits = [];
      this.#exits[state] = exits;
    }
    return exits;
  }

  #wayTo(found: number, from: number): readonly Leg[] {
    const legs: Leg[] = [];
    for (let at = found; at !== from; at = this.#before[at] as number) legs.push(this.#by[at] as Leg);
    return legs.reverse();
  }
}
