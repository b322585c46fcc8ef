/**
 * When each step of a replay is done: cues are played on the chart alone, in virtual time.
 *
 * Owns: the order of facts and timers. A timer of a busy process fires late, and a recording has whole milliseconds; so the
 * recorded times are followed as far as the order of the steps allows, and the order is the recorded one.
 */
import type { RecordedPolicy } from '../../recording/index.js';
import { ChartStage } from './chartStage.js';
import type { Cue } from './cues.js';
import { perform, prepareFor } from './stage.js';

/** A cue, and how it is done. */
export interface Move {
  readonly cue: Cue;
  /** ms that pass before it. For a delay: those after which it comes due. */
  readonly wait: number;
  /** ms for which the machine sleeps before it; 0: it does not. */
  readonly sleep: number;
  /** Of a delay: another timer is due at the same moment, and has not fired yet. */
  readonly isFirst: boolean;
}

/** Why a cue cannot be played as it was recorded. */
export interface Difference {
  readonly cue: Cue;
  readonly expected: string;
  readonly found: string;
}

/** The cues as they are played, up to the first difference. */
export interface Plan {
  readonly moves: readonly Move[];
  readonly difference: Difference | undefined;
}

/**
 * How exactly a step has to lead where it led: to the same state of the chart with the same attempt, or to the same
 * `ws.state`.
 */
export type Precision = 'path' | 'state';

/** How cues are played. */
export interface Manner {
  readonly precision: Precision;
  /**
   * Whether delays fire as late as they did: then the client's time runs ahead of the clock. It is needed where the process was so
   * busy that the chart did something else.
   */
  readonly isLate: boolean;
}

/** Plays cues on the chart. */
export function plan(cues: readonly Cue[], policy: RecordedPolicy, manner: Manner): Plan {
  const { precision } = manner;
  const stage = new ChartStage(policy);
  const moves: Move[] = [];
  /** Of the chart. */
  let target = 0;
  for (const [index, cue] of cues.entries()) {
    if (precision === 'path' && stage.path !== cue.from)
      return { moves, difference: { cue, expected: cue.from, found: stage.path } };
    target += cue.gap;
    try {
      const move = play(cue, cues[index + 1], stage, policy, target - stage.surroundings.slept, manner);
      moves.push(move);
      if (cue.act.do !== 'delay') target += move.sleep;
    } catch (error) {
      return { moves, difference: { cue, expected: cue.to, found: (error as Error).message } };
    }
    const isSame = precision === 'path' ? isAsRecorded(cue, stage) : stage.state === cue.state;
    if (!isSame) return { moves, difference: { cue, expected: cue.to, found: stage.path } };
    // A recorded moment may be up to a millisecond before that of the delay.
    if (cue.act.do === 'delay') target = Math.max(target, stage.now);
  }
  return { moves, difference: undefined };
}

/** The first plan without a difference, else that of the first manner. */
export function planAnyhow(cues: readonly Cue[], policy: RecordedPolicy, manners: readonly Manner[]): Plan {
  let first: Plan | undefined;
  for (const manner of manners) {
    const found = plan(cues, policy, manner);
    if (found.difference === undefined) return found;
    first ??= found;
  }
  return first ?? { moves: [], difference: undefined };
}

const isAsRecorded = ({ to, attempt }: Cue, { path, context }: ChartStage): boolean =>
  path === to && (attempt === undefined || attempt === context.attempt);

/** @param target when it was, on the clock */
function play(
  cue: Cue,
  next: Cue | undefined,
  stage: ChartStage,
  policy: RecordedPolicy,
  target: number,
  { isLate }: Manner,
): Move {
  const { clock, surroundings } = stage;
  const before = clock.now();
  prepareFor(cue, stage);
  const isDelay = cue.act.do === 'delay';
  const [due] = clock.pending;
  const time = isDelay ? before : timeOf(cue, stage, policy, target);
  const late = isLate && due !== undefined ? Math.max(0, target - due.at) : 0;
  const sleep = hasSlept(cue, stage, policy, time)
    ? policy.heartbeatInterval + policy.heartbeatTimeout + 1
    : isDelay
      ? late + shiftOf(cue, next, stage, policy, late)
      : 0;
  const act = () => {
    if (isDelay) {
      surroundings.slept += sleep;
      if (!clock.next()) throw new Error('no delay is pending');
    } else {
      clock.advance(time - before);
      surroundings.slept += sleep;
      perform(cue.act, stage);
    }
  };
  if (cue.isOffline) stage.offline(act);
  else act();
  const isFirst = isDelay && clock.pending[0]?.at === clock.now();
  return { cue, wait: clock.now() - before, sleep, isFirst };
}

/** When a fact or a call comes: as recorded, but before any timer that fired after it. */
function timeOf(
  { act, from, to, attempt }: Cue,
  stage: ChartStage,
  policy: RecordedPolicy,
  target: number,
): number {
  const { clock, context, surroundings } = stage;
  const now = clock.now();
  const due = clock.pending[0]?.at ?? Number.POSITIVE_INFINITY;
  /** A moment of the chart, on the clock. */
  const moment = (time: number) => Math.ceil(time - surroundings.slept);
  let least = now;
  let most = Math.max(now, Math.ceil(due) - 1);
  const isBefore = (time: number) => {
    most = Math.max(now, Math.min(most, time - 1));
  };
  const isFrom = (time: number) => {
    least = Math.min(most, Math.max(least, time));
  };
  if (from.startsWith('session.open') && to === 'backoff' && policy.minUptime > 0) {
    const lasting = moment((context.openedAt ?? 0) + policy.minUptime);
    if (attempt === 1 && context.attempt > 0) isFrom(lasting);
    if (attempt !== undefined && attempt > 1) isBefore(lasting);
  }
  // An answer that came long after the question would be taken for one after a sleep.
  if (act.do === 'answer' && from.endsWith('.asked'))
    isBefore(moment(context.askAt + policy.heartbeatInterval) + 1);
  if (act.do === 'answer' && act.alive && from.endsWith('.asked')) {
    const pingDue = moment(context.pingedAt + policy.heartbeatInterval);
    if (to.endsWith('.alive')) isBefore(pingDue);
    else if (pingDue - target < ROUNDING) isFrom(pingDue);
  }
  if (from === 'backoff' && (act.do === 'awake' || act.do === 'online')) {
    const paced = act.do === 'awake' ? context.dialledAt + policy.reconnectDelay : 0;
    const earliest = moment(Math.max(context.notBefore, paced));
    if (to === 'backoff') isBefore(earliest);
    else isFrom(earliest);
  }
  return Math.max(least, Math.min(most, target));
}

/**
 * By how many ms another Ping left earlier or later than its delay says: that decides whether there was time for one more before
 * the peer was asked for.
 */
function shiftOf(
  { event, from, to }: Cue,
  next: Cue | undefined,
  { clock, surroundings, context }: ChartStage,
  { heartbeatInterval }: RecordedPolicy,
  late: number,
): number {
  const [due] = clock.pending;
  const isBetween = event === 'after heartbeatTimeout' && from === to;
  if (!isBetween || due === undefined || next?.event !== event) return 0;
  const again = due.at + surroundings.slept + late + heartbeatInterval;
  const isAgain = next.from === next.to;
  if (isAgain === again < context.askAt) return 0;
  return isAgain ? Math.floor(context.askAt - again) - 1 : Math.ceil(context.askAt - again);
}

/** ms by which a recorded moment may be off. */
const ROUNDING = 3;

/** Whether only a sleep explains the step: the peer is asked anew although a Ping is under way. */
function hasSlept(
  { act, from, to }: Cue,
  { context, surroundings }: ChartStage,
  policy: RecordedPolicy,
  time: number,
): boolean {
  if (!from.startsWith('session.open.awaitingPong') || to !== 'session.open.awaitingPong.waiting')
    return false;
  if (act.do === 'awake' || act.do === 'online') return true;
  if (act.do !== 'answer' || context.sending !== undefined) return false;
  if (time + surroundings.slept - context.askAt > policy.heartbeatInterval) return false;
  return !act.alive || time + surroundings.slept - context.pingedAt < policy.heartbeatInterval;
}
