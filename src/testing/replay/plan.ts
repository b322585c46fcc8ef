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

/** Plays cues on the chart. */
export function plan(cues: readonly Cue[], policy: RecordedPolicy, precision: Precision): Plan {
  const stage = new ChartStage(policy);
  const moves: Move[] = [];
  let target = 0;
  for (const cue of cues) {
    if (precision === 'path' && stage.path !== cue.from)
      return { moves, difference: { cue, expected: cue.from, found: stage.path } };
    target += cue.gap;
    try {
      moves.push(play(cue, stage, policy, target));
    } catch (error) {
      return { moves, difference: { cue, expected: cue.to, found: (error as Error).message } };
    }
    const isSame = precision === 'path' ? isAsRecorded(cue, stage) : stage.state === cue.state;
    if (!isSame) return { moves, difference: { cue, expected: cue.to, found: stage.path } };
    // Delays come when they are due, and not when a busy process noticed it.
    if (cue.act.do === 'delay') target = Math.max(target, stage.clock.now());
  }
  return { moves, difference: undefined };
}

const isAsRecorded = ({ to, attempt }: Cue, { path, context }: ChartStage): boolean =>
  path === to && (attempt === undefined || attempt === context.attempt);

function play(cue: Cue, stage: ChartStage, policy: RecordedPolicy, target: number): Move {
  const { clock, surroundings } = stage;
  const before = clock.now();
  prepareFor(cue, stage);
  const act = () => {
    if (cue.act.do === 'delay') {
      if (!clock.next()) throw new Error('no timer is pending');
    } else {
      clock.advance(timeOf(cue, stage, policy, target) - clock.now());
      surroundings.slept += sleep;
      perform(cue.act, stage);
    }
  };
  let sleep = 0;
  const time = cue.act.do === 'delay' ? before : timeOf(cue, stage, policy, target);
  if (hasSlept(cue, stage, policy, time)) sleep = policy.heartbeatInterval + policy.heartbeatTimeout + 1;
  if (cue.isOffline) stage.offline(act);
  else act();
  const isFirst = cue.act.do === 'delay' && clock.pending[0]?.at === clock.now();
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
  return !act.alive || time + surroundings.slept - context.pingedAt < policy.heartbeatInterval;
}
