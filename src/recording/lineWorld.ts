/**
 * The surroundings of a chart whose steps are read from lines: the time is that of the line, and answers are those that
 * the line implies.
 *
 * Owns: the tolerance. A line has whole milliseconds, taken a moment after the chart has looked at its clock, so a guard that
 * compares times may be answered as it would be a moment earlier or later.
 */
import {
  type ConnectionContext,
  type ConnectionEnvironment,
  type ConnectionEvent,
  decide,
  defaultShouldReconnect,
  type GuardName,
  guards,
  type SocketPort,
  type StepJudge,
} from '../machine/index.js';
import { type Failure, ignore, type ReckerError } from '../port/index.js';
import type { ParsedStep } from './parse.js';
import type { Unknowns } from './unknowns.js';

/** How early a delay may fire, in ms: Node counts from the cached time of its loop. */
export const EARLY = 50;

/** One way to answer what a line leaves open. */
export interface Reading {
  /** What `shouldReconnect` said; undefined: the default. */
  readonly answer: boolean | number | undefined;
  /** By how much the time, the time of the newest Ping and the time of day are off, in ms. */
  readonly now: number;
  readonly ping: number;
  readonly wall: number;
  /** The outcomes of the guards that nothing is known about, as bits in the order in which they are asked. */
  readonly outcomes: number;
}

/** Nothing is open. */
export const PLAIN: Reading = { answer: undefined, now: 0, ping: 0, wall: 0, outcomes: 0 };

const SOCKET: SocketPort = {
  ping: ignore,
  pingAgain: ignore,
  askLiveness: ignore,
  close: ignore,
  destroy: ignore,
};

export class LineWorld implements ConnectionEnvironment, StepJudge {
  readonly #unknowns: Unknowns;
  #step: ParsedStep | undefined;
  #time = 0;
  #wall = 0;
  #reading = PLAIN;
  /** Whether the chart asks a question: only then may the time be off. */
  #isAsking = false;
  #draw = 0;
  #asked = 0;

  constructor(unknowns: Unknowns) {
    this.#unknowns = unknowns;
  }

  /** The next line. */
  begin(step: ParsedStep): void {
    this.#step = step;
    this.#time = step.t;
    this.#wall = step.wall ?? this.#wall;
  }

  /** Reads the line anew. */
  read(reading: Reading): void {
    this.#reading = reading;
    this.#asked = 0;
  }

  /** How many guards were asked about which nothing is known. */
  get unknownGuards(): number {
    return this.#asked;
  }

  // What the chart asks.

  dial(): SocketPort {
    return SOCKET;
  }

  farewell(): void {}

  shouldReconnect(failure: Failure): boolean | number {
    return this.#reading.answer ?? defaultFor(failure);
  }

  isOffline(): boolean {
    return this.#step?.offline === true;
  }

  random(): number {
    return this.#draw;
  }

  now(): number {
    return this.#isAsking ? this.#time + this.#reading.now : this.#time;
  }

  wallTime(): number {
    return this.now() + this.#wall + (this.#isAsking ? this.#reading.wall : 0);
  }

  // What is decided for it.

  guard(name: GuardName, context: ConnectionContext, event: ConnectionEvent): boolean {
    if (this.#unknowns.concernGuard(name)) {
      this.#asked += 1;
      return (this.#reading.outcomes & (1 << (this.#asked - 1))) !== 0;
    }
    const { ping } = this.#reading;
    this.#isAsking = true;
    const asked = ping === 0 ? context : { ...context, pingedAt: context.pingedAt + ping };
    const answer = guards[name]({ context: asked, event });
    this.#isAsking = false;
    return answer;
  }

  decide(context: ConnectionContext): Partial<ConnectionContext> {
    if (this.#unknowns.concernDecision(context)) return this.#asRecorded(context);
    const least = this.#decideWith(context, 0);
    const { verdict } = least;
    const delay = this.#step?.delay;
    if (verdict.kind !== 'retry' || delay === undefined || delay === verdict.delay) return least;
    // What is random of it was drawn when it was recorded.
    const most = this.#decideWith(context, 1).verdict;
    const isDrawn = most.kind === 'retry' && delay > verdict.delay && delay <= most.delay;
    return isDrawn ? { ...least, verdict: { ...verdict, delay } } : least;
  }

  #decideWith(context: ConnectionContext, draw: number): ReturnType<typeof decide> {
    this.#draw = draw;
    this.#isAsking = true;
    const decision = decide(context);
    this.#isAsking = false;
    return decision;
  }

  #asRecorded(context: ConnectionContext): Partial<ConnectionContext> {
    const { to, delay = 0, retryAfter = 0, attempt = context.attempt, offline } = this.#step as ParsedStep;
    if (to === 'exhausted') return { attempt, verdict: { kind: 'spent' } };
    if (to !== 'backoff') return { attempt, verdict: { kind: 'final' } };
    return { verdict: { kind: 'retry', attempt, delay, retryAfter, isOffline: offline === true } };
  }
}

/** What the default says of a failure with an error, which is the same object for all of its kind. */
const known = new WeakMap<ReckerError, Map<string, boolean>>();

function defaultFor(failure: Failure): boolean {
  const { error, code, sentCode, hasBeenOpen } = failure;
  if (error === undefined) return defaultShouldReconnect(failure);
  let answers = known.get(error);
  if (answers === undefined) {
    answers = new Map();
    known.set(error, answers);
  }
  const key = `${code} ${sentCode} ${hasBeenOpen}`;
  let answer = answers.get(key);
  if (answer === undefined) {
    answer = defaultShouldReconnect(failure);
    answers.set(key, answer);
  }
  return answer;
}
