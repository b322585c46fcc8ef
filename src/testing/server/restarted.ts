/**
 * One restart of the server, observed by its clients.
 *
 * Owns: the restart, which happens once in an examination, and the clients that live through it. Must not know: what is
 * judged.
 */
import { spawn } from 'node:child_process';
import { messageOf } from '../../port/index.js';
import type { Bench } from './bench.js';
import { NotApplicable } from './verdict.js';
import { now, type Wire } from './wire.js';

/** What the clients saw. */
export interface RestartSeen {
  /** How the connections ended, and how many of them so. */
  readonly ends: ReadonlyMap<string, number>;
  /** How many connections ended. */
  readonly gone: number;
  /** How many of these clients are connected again. */
  readonly back: number;
  /** How long the last one of them took, in ms from the begin of the restart. */
  readonly slowest: number;
  /** How many dials were answered 503 or 429, and how many of them without `Retry-After`. */
  readonly refused: number;
  readonly refusedWithoutDelay: number;
}

/** The time between two dials of one client, in ms; it doubles. */
const REDIAL = 250;
const LONGEST_REDIAL = 1000;

const restarts = new WeakMap<object, Promise<RestartSeen | string>>();

/** Restarts the server, or gives what was seen of the restart before; a string says why there was none. */
export function observeRestart(bench: Bench): Promise<RestartSeen | string> {
  const known = restarts.get(bench.settings);
  if (known !== undefined) return known;
  const seen = observe(bench);
  restarts.set(bench.settings, seen);
  return seen;
}

async function observe(bench: Bench): Promise<RestartSeen | string> {
  const { restart, clients } = bench.settings;
  if (restart === undefined) return 'no restart was given (--restart, or the option restart)';
  const wires = await Promise.all(Array.from({ length: clients }, () => bench.open()));
  const begun = now();
  const done = { failure: undefined as string | undefined, at: undefined as number | undefined };
  const restarting = perform(restart).then((failure) => {
    done.failure = failure;
    done.at = now();
  });
  const results = await Promise.all(wires.map((wire) => comesBack(bench, wire, begun, done)));
  await restarting;
  if (done.failure !== undefined) return done.failure;
  const gone = results.filter(({ end }) => end !== undefined);
  if (gone.length === 0) return 'no connection ended: the server was not restarted, or keeps its connections';
  const ends = new Map<string, number>();
  for (const { end = '' } of gone) ends.set(end, (ends.get(end) ?? 0) + 1);
  const back = gone.flatMap(({ backAfter }) => (backAfter === undefined ? [] : [backAfter]));
  const sum = (pick: (result: Client) => number): number =>
    results.reduce((total, each) => total + pick(each), 0);
  return {
    ends,
    gone: gone.length,
    back: back.length,
    slowest: Math.max(0, ...back),
    refused: sum(({ refused }) => refused),
    refusedWithoutDelay: sum(({ refusedWithoutDelay }) => refusedWithoutDelay),
  };
}

interface Client {
  readonly end: string | undefined;
  readonly backAfter: number | undefined;
  readonly refused: number;
  readonly refusedWithoutDelay: number;
}

/** One client: waits for the end of its connection, then dials until it is accepted. */
async function comesBack(
  bench: Bench,
  wire: Wire,
  begun: number,
  done: { readonly at: number | undefined },
): Promise<Client> {
  const { restartTimeout, timeout } = bench.settings;
  const latest = begun + restartTimeout;
  // A server that keeps its connections for longer than its answer to anything else keeps them for good.
  const isLate = (): boolean => now() > latest || (done.at !== undefined && now() > done.at + timeout);
  while (!wire.isOver && !isLate() && !bench.signal.aborted) {
    await wire.until(() => wire.isOver || undefined, { ms: 100, signal: bench.signal });
  }
  const counts = { refused: 0, refusedWithoutDelay: 0 };
  if (!wire.isOver) return { end: undefined, backAfter: undefined, ...counts };
  const end = bench.endOf(wire);
  wire.destroy();
  for (
    let wait = REDIAL;
    now() < latest && !bench.signal.aborted;
    wait = Math.min(2 * wait, LONGEST_REDIAL)
  ) {
    const answer = await redial(bench);
    if (answer === 101) return { end, backAfter: now() - begun, ...counts };
    if (typeof answer === 'object') {
      counts.refused += 1;
      if (!answer.hasDelay) counts.refusedWithoutDelay += 1;
    }
    await bench.pause(wait);
  }
  return { end, backAfter: undefined, ...counts };
}

async function redial(bench: Bench): Promise<101 | { readonly hasDelay: boolean } | undefined> {
  try {
    const { wire } = await bench.shake();
    const { answer } = wire;
    if (answer?.status === 101) return 101;
    wire.destroy();
    if (answer?.status !== 503 && answer?.status !== 429) return undefined;
    return { hasDelay: answer.headers.some(([name]) => name === 'retry-after') };
  } catch (error) {
    if (error instanceof NotApplicable) return undefined;
    throw error;
  }
}

/** Runs the user's restart; a string says why it failed. */
async function perform(restart: string | (() => void | Promise<void>)): Promise<string | undefined> {
  if (typeof restart === 'function') {
    try {
      await restart();
      return undefined;
    } catch (error) {
      return `the function restart failed: ${messageOf(error)}`;
    }
  }
  return new Promise((resolve) => {
    // A server that the command leaves behind would keep pipes open: nothing of it is read.
    const child = spawn(restart, { shell: true, stdio: 'ignore' });
    child.once('error', (error) => resolve(`the restart command did not start: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? undefined : `the restart command failed: ${signal ?? `exit code ${code}`}`),
    );
  });
}
