/**
 * Every state that a client can reach within the bounds of a configuration, until no step is left that was not tried.
 *
 * An object of the class cannot be copied. So a state is the list of steps that leads to it, and they are taken again from the
 * start where the object that is at hand is of no more use. It is of use as long as it stands in a state with a step that was not
 * tried, or next to one: most steps are tried without taking others again. States are taken up in the order in which they were
 * found, and their paths are kept short.
 */
import type { Configuration } from './configurations.js';
import { ABORT, ImpossibleStep, LATE, mayCall, possible, take, withCalls } from './steps.js';
import { type Distances, WayFinder } from './wayFinder.js';
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
  readonly todo: string[];
  /** What was not tried yet, and ends a client for good: it needs another to go on with. */
  readonly lastly: string[];
  /** What is over and was seen to report here without an effect (`World.over`). */
  late: number;
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
  /** Where the steps must lead, for what breaks no rule on the way. */
  readonly goal?: readonly string[] | undefined;
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
/** A new client costs about as much as so many steps. */
const COST_OF_A_CLIENT = 3;
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

const isDone = ({ todo, lastly }: Found): boolean => todo.length === 0 && lastly.length === 0;

class Exploring {
  readonly states: Found[] = [];
  transitions = 0;
  finding: Finding | undefined;
  readonly #configuration: Configuration;
  readonly #limits: Limits;
  readonly #known = new Map<string, number>();
  readonly #ways = new WayFinder();
  readonly #toDo: Distances = [];
  readonly #toLast: Distances = [];
  /** What the client that is at hand went through. */
  #trail: string[] = [];

  constructor(configuration: Configuration, limits: Limits) {
    this.#configuration = configuration;
    this.#limits = limits;
  }

  async run(): Promise<boolean> {
    this.#add(new World(this.#configuration, this.#limits.plant), 0, '');
    for (let first = 0; first < this.states.length; ) {
      if (isDone(this.#stateAt(first))) first += 1;
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
      const found = {
        key,
        path,
        parent,
        step,
        depth,
        late: 0,
        todo: [],
        lastly: [],
        calls: mayCall(world),
        next: new Map(),
      };
      plan(found, possible(world).reverse());
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
    const farthest = this.#stateAt(from).depth + COST_OF_A_CLIENT;
    for (let at: number | undefined = from; at !== undefined && this.finding === undefined; ) {
      const isTired = this.#trail.length >= LONGEST_TRAIL;
      const { todo, lastly } = this.#stateAt(at);
      const sentence = isTired ? lastly.pop() : todo.pop();
      if (sentence !== undefined) at = await this.#try(world, at, sentence);
      else at = isTired ? undefined : await this.#hop(world, at, farthest);
    }
  }

  /** Takes a step that was not tried. @returns where it leads; undefined where something is wrong */
  async #try(world: World, at: number, sentence: string): Promise<number | undefined> {
    const state = this.#stateAt(at);
    if (!(await this.#take(world, at, sentence))) return undefined;
    const next = this.#add(world, at, sentence);
    this.#ways.add(at, sentence, next);
    if (!sentence.includes(', in ')) {
      state.next.set(sentence, next);
      if (this.#configuration.callsInside && world.heard.length > 0)
        plan(state, withCalls(sentence, state.calls, world.heard));
    }
    return (await this.#hearsNothingLate(world, next)) ? next : undefined;
  }

  /** @returns whether all is well */
  async #take(world: World, at: number, sentence: string): Promise<boolean> {
    this.transitions += 1;
    if (this.transitions % PROGRESS === 0) this.#limits.progress?.(this.states.length, this.transitions);
    this.#trail.push(sentence);
    try {
      await take(world, sentence);
      if (sentence === LATE && (world.key !== this.#stateAt(at).key || world.heard.length > 0))
        throw new Error(`what is over has an effect: ${world.heard.join(', ')}`);
      return true;
    } catch (thrown) {
      this.finding = await this.#shortest(at, sentence, thrown);
      return false;
    }
  }

  /** What is over may report in every state, and changes none: once in each is enough. @returns whether all is well */
  async #hearsNothingLate(world: World, at: number): Promise<boolean> {
    const state = this.#stateAt(at);
    const { over } = world;
    if ((over & ~state.late) === 0) return true;
    state.late |= over;
    return this.#take(world, at, LATE);
  }

  /**
   * To the nearest state with something to try. What ends the client for good is tried
   * where there is nothing else.
   */
  async #hop(world: World, at: number, farthest: number): Promise<number | undefined> {
    const isToDo = (state: number) => this.#stateAt(state).todo.length > 0;
    const isLast = (state: number) => this.#stateAt(state).lastly.length > 0;
    const near = this.#ways.find(at, farthest, this.#toDo, isToDo);
    const way = near ?? this.#ways.find(at, farthest, this.#toLast, isLast);
    if (way === undefined) return undefined;
    for (const { step } of way) {
      this.#trail.push(step);
      await take(world, step, false);
    }
    const reached = way.at(-1)?.to ?? at;
    this.#mustBe(world, reached);
    const sentence = near === undefined ? this.#stateAt(reached).lastly.pop() : undefined;
    return sentence === undefined ? reached : this.#try(world, reached, sentence);
  }

  #mustBe(world: World, index: number): void {
    const { key } = this.#stateAt(index);
    if (world.key === key) return;
    throw new Error(
      `The form of a state leaves something out: ${this.#trail.join(' → ')} leads to\n${world.key}, and led to\n${key}`,
    );
  }

  /** By the shortest path that is known, if that fails, too; without the steps that it can do without. */
  async #shortest(at: number, sentence: string, thrown: unknown): Promise<Finding> {
    const fails = (steps: readonly string[]) => whatFails(this.#configuration, steps, this.#limits.plant);
    let steps: readonly string[] = [...pathTo(this.states, at), sentence];
    let error = await fails(steps);
    if (error === undefined) [steps, error] = [this.#trail, thrown];
    for (let index = steps.length - 2; index >= 0; index -= 1) {
      const fewer = steps.toSpliced(index, 1);
      const again = await fails(fewer);
      if (again !== undefined) [steps, error] = [fewer, again];
    }
    return {
      configuration: this.#configuration.name,
      steps,
      what: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Puts steps on the list of a state: the last one is tried first. */
function plan({ todo, lastly }: Found, sentences: readonly string[]): void {
  for (const sentence of sentences) (sentence.endsWith(ABORT) ? lastly : todo).push(sentence);
}

/** What is wrong after the steps, and was not before the last one. */
async function whatFails(
  configuration: Configuration,
  steps: readonly string[],
  plant: Plant | undefined,
): Promise<unknown> {
  const world = new World(configuration, plant);
  for (const [index, step] of steps.entries()) {
    try {
      await take(world, step);
    } catch (thrown) {
      return index < steps.length - 1 || thrown instanceof ImpossibleStep ? undefined : thrown;
    }
  }
  return undefined;
}
