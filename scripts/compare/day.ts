/**
 * What a bad day is made of.
 *
 * To add one, write scripts/compare/days/NAME.ts with `export const day: Day = {…}`: the name of the file is the name of
 * the day, and nothing else has to list it. `run()` opens `client` against a server of `tools`, makes the day bad, and
 * answers with `passes(word)`, `fails(word)` or `notOffered(word)`; what it throws, a crash of the process and the end of
 * `limit` are failures. It runs once for each client, in a process of its own, on real sockets and in real time: leave a
 * multiple of the time that a client needs, so that a loaded machine gives the same verdict. What needs a process of its
 * own (a server that is stopped, a client that must exit) is a function in `parts`, started with `tools.program(name)`.
 * Then: npm run compare -- --day NAME, and, once the verdicts are right, npm run compare -- --day NAME --write.
 * docs/comparison.md and the table of README.md are generated: after a conflict, take either side, then
 * npm run compare -- --render.
 *
 * A day in a page of a browser is `pageDay({…})` of pages/pageDay.ts, with `play(world)` in the place of `run()`.
 *
 * Judge what a user would call a failure, by the same code for each client, and read the client's documentation for the
 * option that would save it.
 */
import type { Client, ClientName } from './client.js';
import type { Tools } from './tools.js';

export interface Verdict {
  /** `none`: the client does not offer this, by design. */
  readonly result: 'yes' | 'no' | 'none';
  /** A few words: what was seen. No times and no counts that differ between runs. */
  readonly word: string;
}

export const passes = (word: string): Verdict => ({ result: 'yes', word });
export const fails = (word: string): Verdict => ({ result: 'no', word });
export const notOffered = (word: string): Verdict => ({ result: 'none', word });

/** The sections of docs/comparison.md, in order. */
export const groups = {
  link: 'The link dies',
  dial: 'A dial fails',
  refusal: 'The server refuses',
  close: 'Closing',
  messages: 'Messages',
  server: 'The server misbehaves',
  program: 'The program around it',
  values: 'Values and environments',
  page: 'In a page',
} as const;

export type Group = keyof typeof groups;

/** Where a day comes from. */
export interface Source {
  /** e.g. `websockets/ws#1158`, or what was seen. */
  readonly name: string;
  readonly url?: string;
}

/** A function that runs in a process of its own, and speaks in lines of JSON by `say()`. */
export type Part = (context: PartContext) => Promise<void> | void;

export interface PartContext {
  readonly client: Client;
  readonly args: readonly string[];
  readonly say: (line: Readonly<Record<string, unknown>>) => void;
}

export interface Day {
  readonly name: string;
  readonly group: Group;
  /** The row's heading: a few words. */
  readonly title: string;
  /** One sentence: what happens, and what a user expects. */
  readonly story: string;
  readonly sources: readonly Source[];
  /** Where our client fails: one sentence that says why, and what a program can do. */
  readonly why?: string;
  /** Words of the row in README.md, for the few days that stand there. */
  readonly short?: string;
  /** The longest that a cell may take, in ms. Default 30,000. */
  readonly limit?: number;
  /** Runs in a network namespace of its own, where `tools.shell()` may use `ip` and `nft`. */
  readonly namespace?: boolean;
  /**
   * Takes less than 2 s with our client, and can share a process with other days: the test suite then runs it.
   */
  readonly quick?: boolean;
  /**
   * Why a client takes no part, by name: it is not run then. For what cannot be run; what a client does not offer is a
   * verdict of `run()`.
   */
  readonly without?: Partial<Record<ClientName, string>>;
  run(client: Client, tools: Tools): Promise<Verdict>;
  readonly parts?: Readonly<Record<string, Part>>;
}
