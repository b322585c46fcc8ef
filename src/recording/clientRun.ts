/**
 * One client of a recording, run through the chart: line after line, at the recorded times.
 *
 * Owns: what a line must say. Must not know: other clients, or where the lines come from.
 */
import {
  type ChartMoment,
  eventsOf,
  firstMoment,
  isChartState,
  type SteppedEvent,
  type SteppedStep,
  type SteppedTimer,
  stepChart,
} from '../machine/index.js';
import { eventOf } from './facts.js';
import { ASKED_BY, type RecordedPolicy } from './format.js';
import { EARLY, LineWorld, PLAIN, type Reading } from './lineWorld.js';
import type { ParsedStep } from './parse.js';
import { Unknowns } from './unknowns.js';

/** What a line should say, and what it says. */
export interface Difference {
  readonly expected: string;
  readonly found: string;
}

/** Where a line does not fit as it stands, it is read with its times a moment off. */
const MOMENTS: readonly Pick<Reading, 'now' | 'ping' | 'wall'>[] = [
  { now: 0, ping: 0, wall: 0 },
  { now: EARLY, ping: 0, wall: 0 },
  { now: -EARLY, ping: 0, wall: 0 },
  { now: 0, ping: EARLY, wall: 0 },
  { now: 0, ping: -EARLY, wall: 0 },
  { now: 0, ping: 0, wall: EARLY },
  { now: 0, ping: 0, wall: -EARLY },
];

/** The event with which the chart reminds itself. XState drops no reminder where it sets another. */
const REMINDER = 'closing.overdue';

/** More guards of which nothing is known are not asked in one step. */
const MOST_UNKNOWN = 4;

export class ClientRun {
  readonly #unknowns = new Unknowns();
  readonly #world = new LineWorld(this.#unknowns);
  /** Delays that run, and began with what is not known. */
  readonly #unknownTimers = new Set<SteppedTimer>();
  #moment: ChartMoment;
  #isFirst = true;
  /** Of the next line. */
  #n: number;
  /** Whether steps are missing before the next line. */
  #isCut: boolean;

  /** @param first the first line of the client */
  constructor(first: ParsedStep, policy: RecordedPolicy) {
    const { prepare: prepares, ...rest } = policy;
    this.#moment = firstMoment({ policy: { ...rest, prepares }, environment: this.#world });
    this.#n = first.n;
    this.#isCut = first.n > 1;
  }

  /** The step that a line says, or how the line differs from what the chart does. */
  take(step: ParsedStep): SteppedStep | Difference {
    if (step.n !== this.#n) return { expected: `n ${this.#n}`, found: `n ${step.n}` };
    if (!isChartState(step.from)) return { expected: 'a state of the chart', found: `from ${step.from}` };
    if (this.#isCut) this.#resumeAt(step.from);
    const { path } = this.#moment;
    if (step.from !== path) return { expected: `from ${path}`, found: `from ${step.from}` };
    this.#world.begin(step);
    const event = eventOf(step);
    if (event === undefined || !eventsOf(path).has(event.type)) return this.#notTaken(step);
    const early = this.#early(step);
    if (early !== undefined) return early;
    const taken = this.#read(step, event);
    if ('expected' in taken) return taken;
    this.#accept(step, taken);
    return taken;
  }

  #resumeAt(path: string): void {
    this.#unknowns.forgetAll();
    this.#unknownTimers.clear();
    this.#moment = { ...this.#moment, path, timers: [] };
  }

  #notTaken({ event }: ParsedStep): Difference {
    return { expected: `one of: ${[...eventsOf(this.#moment.path)].join(', ')}`, found: event };
  }

  /** The delay that an event ends: of several reminders, the one that is due first. */
  #timerOf(event: string): SteppedTimer | undefined {
    let found: SteppedTimer | undefined;
    for (const timer of this.#moment.timers)
      if (timer.event === event && (found === undefined || timer.due < found.due)) found = timer;
    return found;
  }

  /** What is wrong with the time at which a delay fired. */
  #early({ event, t }: ParsedStep): Difference | undefined {
    if (!event.startsWith('after ') && event !== REMINDER) return undefined;
    const timer = this.#timerOf(event);
    // It may have begun before the first line that is left.
    if (timer === undefined)
      return this.#unknowns.isEmpty && event !== REMINDER
        ? { expected: 'no such delay to run', found: event }
        : undefined;
    if (timer.due - t <= EARLY || this.#unknownTimers.has(timer)) return undefined;
    return { expected: `${event} at t ${Math.ceil(timer.due - EARLY)} or later`, found: `t ${t}` };
  }

  /** The step, in the first reading that fits. */
  #read(step: ParsedStep, event: SteppedEvent): SteppedStep | Difference {
    const fired = this.#timerOf(event.type);
    const before =
      fired === undefined
        ? this.#moment
        : { ...this.#moment, timers: this.#moment.timers.filter((timer) => timer !== fired) };
    const first = this.#try(PLAIN, step, event, before);
    if (!('expected' in first)) return first;
    for (const reading of this.#readings(step)) {
      const taken = this.#try(reading, step, event, before);
      if (!('expected' in taken)) return taken;
    }
    return first;
  }

  #try(
    reading: Reading,
    step: ParsedStep,
    event: SteppedEvent,
    before: ChartMoment,
  ): SteppedStep | Difference {
    this.#world.read(reading);
    const taken = stepChart(before, event, this.#world);
    if (taken === undefined) return this.#notTaken(step);
    return this.#compare(step, taken) ?? taken;
  }

  *#readings(step: ParsedStep): Generator<Reading> {
    const answers = answersIn(step);
    for (const answer of answers) {
      for (const moment of MOMENTS) {
        const reading = { ...PLAIN, ...moment, answer };
        yield reading;
        const asked = Math.min(this.#world.unknownGuards, MOST_UNKNOWN);
        if (asked === 0) continue;
        for (let outcomes = 1; outcomes < 1 << MOST_UNKNOWN; outcomes += 1) yield { ...reading, outcomes };
      }
    }
  }

  #compare(step: ParsedStep, { moment: { path, context }, acts }: SteppedStep): Difference | undefined {
    if (path !== step.to) return { expected: `to ${path}`, found: `to ${step.to}` };
    const { attempt, verdict } = context;
    if (step.attempt !== undefined && step.attempt !== attempt && !this.#unknowns.has('attempt'))
      return { expected: `attempt ${attempt}`, found: `attempt ${step.attempt}` };
    const isScheduled = verdict.kind === 'retry' && acts.includes('scheduleRetry');
    if (isScheduled && step.delay !== undefined && step.delay !== verdict.delay)
      return { expected: `delay ${verdict.delay}`, found: `delay ${step.delay}` };
    const asked = acts.some((act) => ASKED_BY.has(act));
    if (asked !== (step.asked === true))
      return { expected: asked ? 'asked' : 'not asked', found: asked ? 'not asked' : 'asked' };
    return undefined;
  }

  #accept(step: ParsedStep, taken: SteppedStep): void {
    let { moment } = taken;
    if (!this.#unknowns.isEmpty) {
      const saysSending =
        step.sending !== undefined || (step.event === 'socket.answered' && step.from.startsWith('session.'));
      this.#unknowns.learnFrom(taken, saysSending);
      if (step.attempt !== undefined) {
        this.#unknowns.learn('attempt');
        moment = { ...moment, context: { ...moment.context, attempt: step.attempt } };
      }
    }
    if (!this.#unknowns.isEmpty || this.#unknownTimers.size > 0) this.#noteTimers(moment.timers);
    this.#moment = moment;
    const { dropped } = step;
    this.#isCut = this.#isFirst && dropped !== undefined && dropped + 2 > step.n + 1;
    this.#n = this.#isFirst && dropped !== undefined ? dropped + 2 : step.n + 1;
    this.#isFirst = false;
  }

  #noteTimers(timers: readonly SteppedTimer[]): void {
    for (const timer of this.#unknownTimers) if (!timers.includes(timer)) this.#unknownTimers.delete(timer);
    for (const timer of timers) {
      const isNew = !this.#moment.timers.includes(timer);
      if (isNew && this.#unknowns.concernTimer(timer.event)) this.#unknownTimers.add(timer);
    }
  }
}

/** What `shouldReconnect` may have said, so that this line came of it. */
function answersIn({ to, delay, decidedBy, event }: ParsedStep): readonly Reading['answer'][] {
  if (decidedBy === 'default') return DEFAULT;
  if (to === 'backoff' && delay !== undefined && !event.startsWith('runtime.'))
    return [undefined, true, delay];
  return ANY;
}

const DEFAULT: readonly Reading['answer'][] = [undefined];
const ANY: readonly Reading['answer'][] = [undefined, true, false];
