/**
 * Every state that a client can reach within the bounds of a configuration, until no step is left that was not tried.
 *
 * An object of the class cannot be copied. So a state is the list of steps that leads to it, and they are taken again from the
 * start where the object that is at hand is of no more use. It is of use as long as it stands in a state with a step that was not
 * tried, or next to one: most steps are tried without taking others again. States are taken up in the order in which they were
 * found, and their paths are kept short.
 */
import type { Configuration } from './configurations.js';
import { LATE, mayCall, possible, take, withCalls } from './steps.js';
import { type Plant, World } from './world.js';

/** A state that was reached. */
export interface Found {
  readonly key: string;
  /** Of the chart. */
  readonly path: string;
  parent: number;
  step: string;
  depth: number;
  /** What was not tried yet. */
  todo: string[];
  /** Which calls are possible inside of listeners. */
  readonly calls: readonly string[];
  /** Where each step without a call inside leads. */
  readonly next: Map<string, number>;
}

/** Something is wrong at the end of a path. */
export interface Finding {
  readonly configuration: string;
  readonly steps: readonly string[];
  readonly what: string;
}

export interface Exploration {
  readonly configuration: Configuration;
  readonly states: readonly Found[];
  /** Steps from states, those with a call inside a listener included. */
  readonly transitions: number;
  readonly finding: Finding | undefined;
  /** False where the search was stopped before every step was tried. */
  readonly isComplete: boolean;
}

export interface Limits {
  readonly plant?: Plant | undefined;
  /** Stops after so many transitions, and is not complete then. */
  readonly transitions?: number;
  /** Called now and then. */
  progress?(states: number, transitions: number): void;
}

/** A client that has come so far is given up: what it remembers of its dials grows. */
const LONGEST_TRAIL = 150;
/** Farther than that, a new client is cheaper. */
const FARTHEST = 6;
const MOST_LOOKED_AT = 400;
const PROGRESS = 20_000;

export async function explore(configuration: Configuration, limits: Limits = {}): Promise<Exploration> {
  const exploring = new Exploring(configuration, limits);
  const isComplete = await exploring.run();
  const { states, transitions, finding } = exploring;
  return { configuration, states, transitions, finding, isComplete };
}

/** The steps that lead to a state. */
export function pathTo(states: readonly Found[], index: number): string[] {
  const steps: string[] = [];
  for (let at = index; at > 0; at = (states[at] as Found).parent) steps.push((states[at] as Found).step);
  return steps.reverse();
}

class Exploring {
  readonly states: Found[] = [];
  transitions = 0;
  finding: Finding | undefined;
  readonly #configuration: Configuration;
  readonly #limits: Limits;
  readonly #known = new Map<string, number>();
  /** What the client that is at hand went through. */
  #trail: string[] = [];

  constructor(configuration: Configuration, limits: Limits) {
    this.#configuration = configuration;
    this.#limits = limits;
  }

  async run(): Promise<boolean> {
    this.#add(new World(this.#configuration, this.#limits.plant), 0, '');
    for (let first = 0; first < this.states.length; ) {
      if (this.#stateAt(first).todo.length === 0) first += 1;
      else if (this.transitions >= (this.#limits.transitions ?? Number.POSITIVE_INFINITY)) return false;
      else await this.#walk(first);
      if (this.finding !== undefined) return false;
    }
    return true;
  }

  #stateAt(index: number): Found {
    return this.states[index] as Found;
  }

  /** The state in which the client stands. */
  #add(world: World, parent: number, step: string): number {
    const { key, path } = world;
    const depth = step === '' ? 0 : this.#stateAt(parent).depth + 1;
    const known = this.#known.get(key);
    if (known === undefined) {
      this.#known.set(key, this.states.length);
      const todo = possible(world).reverse();
      const found = { key, path, parent, step, depth, todo, calls: mayCall(world), next: new Map() };
      return this.states.push(found) - 1;
    }
    const state = this.#stateAt(known);
    if (depth < state.depth) Object.assign(state, { parent, step, depth });
    return known;
  }

  /** From the state on, for as long as there is something to try where the client comes to. */
  async #walk(from: number): Promise<void> {
    const world = new World(this.#configuration, this.#limits.plant);
    this.#trail = pathTo(this.states, from);
    for (const step of this.#trail) await take(world, step, false);
    this.#mustBe(world, from);
    let at = from;
    while (this.#trail.length < LONGEST_TRAIL && this.finding === undefined) {
      const next =
        this.#stateAt(at).todo.length > 0 ? await this.#try(world, at) : await this.#hop(world, at);
      if (next === undefined) return;
      at = next;
    }
  }

  /** Takes a step that was not tried. @returns where it leads; undefined where something is wrong */
  async #try(world: World, at: number): Promise<number | undefined> {
    const state = this.#stateAt(at);
    const sentence = state.todo.pop() as string;
    this.transitions += 1;
    if (this.transitions % PROGRESS === 0) this.#limits.progress?.(this.states.length, this.transitions);
    const from = world.clientKey;
    this.#trail.push(sentence);
    try {
      await take(world, sentence);
      if (sentence.startsWith(LATE) && (world.clientKey !== from || world.heard.length > 0))
        throw new Error(`what is over has an effect: ${world.heard.join(', ')}`);
    } catch (thrown) {
      this.finding = await this.#shortest(at, sentence, thrown);
      return undefined;
    }
    const next = this.#add(world, at, sentence);
    if (!sentence.includes(', in ')) {
      state.next.set(sentence, next);
      if (this.#configuration.callsInside && world.heard.length > 0)
        state.todo.push(...withCalls(sentence, state.calls, world.heard));
    }
    return next;
  }

  /** To the nearest state with something to try. What happens on the way must happen again. */
  async #hop(world: World, at: number): Promise<number | undefined> {
    let next = at;
    for (const step of this.#wayToWork(at) ?? []) {
      next = this.#stateAt(next).next.get(step) as number;
      this.#trail.push(step);
      await take(world, step);
      this.#mustBe(world, next);
    }
    return next === at ? undefined : next;
  }

  #wayToWork(from: number): readonly string[] | undefined {
    const ways = new Map<number, readonly string[]>([[from, []]]);
    for (const [at, way] of ways) {
      if (this.#stateAt(at).todo.length > 0) return way;
      if (way.length === FARTHEST || ways.size > MOST_LOOKED_AT) return undefined;
      for (const [step, next] of this.#stateAt(at).next) if (!ways.has(next)) ways.set(next, [...way, step]);
    }
    return undefined;
  }

  #mustBe(world: World, index: number): void {
    const { key } = this.#stateAt(index);
    if (world.key === key) return;
    throw new Error(
      `The form of a state leaves something out: ${this.#trail.join(' → ')} leads to\n${world.key}, and led to\n${key}`,
    );
  }

  /** By the shortest path that is known, if that fails, too. */
  async #shortest(at: number, sentence: string, thrown: unknown): Promise<Finding> {
    const short = [...pathTo(this.states, at), sentence];
    const again = await whatFails(this.#configuration, short, this.#limits.plant);
    const [steps, error] = again === undefined ? [this.#trail, thrown] : [short, again];
    return {
      configuration: this.#configuration.name,
      steps,
      what: error instanceof Error ? error.message : String(error),
    };
  }
}

async function whatFails(
  configuration: Configuration,
  steps: readonly string[],
  plant: Plant | undefined,
): Promise<unknown> {
  const world = new World(configuration, plant);
  try {
    for (const step of steps) await take(world, step);
    return undefined;
  } catch (thrown) {
    return thrown;
  }
}
