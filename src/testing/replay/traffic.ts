/**
 * What moved between recorded steps, as far as it decides: a recording has no messages and no bytes, but where the kernel was
 * full, the answers of the socket say when something moved last.
 */
import type { ParsedStep } from '../../recording/index.js';
import { type Act, type Cue, stateIn } from './cues.js';

/** A cue, and its time in the recording. */
export interface TimedCue {
  readonly t: number;
  readonly cue: Cue;
}

/** ms by which a moment that was reckoned may be off. */
const ROUNDING = 2;
/** Of the takes between two answers. */
const MOST_TAKES = 100;

/** Adds what moved to the cues of the steps. */
export function withTraffic(steps: readonly ParsedStep[], cues: readonly TimedCue[]): readonly TimedCue[] {
  if (!steps.some(({ sending }) => sending !== undefined)) return cues;
  const all = [...cues];
  /** When bytes moved last on the present connection; undefined where the kernel was never full. */
  let moved: { taken: number; heard: number; gap: number } | undefined;
  for (const step of steps) {
    const { sending, t, event } = step;
    if (event === 'socket.opened') moved = undefined;
    if (sending === undefined) continue;
    if (event === 'socket.filled') {
      moved ??= { taken: t, heard: t, gap: 0 };
      moved.taken = Math.max(moved.taken, t - sending.takenAgo);
      moved.gap = Math.max(moved.gap, sending.longestGap);
      continue;
    }
    if (moved === undefined) continue;
    const taken = t - sending.takenAgo;
    if (sending.hasTaken) {
      for (const at of takesUntil(taken, moved, sending.longestGap))
        insert(all, step, at, { do: 'take', all: false });
      insert(all, step, taken, { do: 'take', all: !sending.waiting });
      moved.taken = taken;
      moved.gap = Math.max(moved.gap, sending.longestGap);
    }
    // Takes before the kernel's buffer had its size do not count as takes. They prove as much as a message.
    const heard = Math.max(t - sending.heardAgo, sending.hasTaken ? 0 : taken);
    if (heard > moved.heard + ROUNDING && heard < t) {
      insert(all, step, heard, { do: 'hear' });
      moved.heard = heard;
    }
  }
  return all;
}

/** When bytes were taken before the last take, so that the longest gap is as recorded. */
function takesUntil(
  last: number,
  { taken, gap }: { readonly taken: number; readonly gap: number },
  longest: number,
): readonly number[] {
  const times: number[] = [];
  if (longest <= Math.max(gap, ROUNDING)) return times;
  for (let at = taken + longest; at < last - ROUNDING && times.length < MOST_TAKES; at += longest)
    times.push(at);
  return times;
}

/** Puts an act at a moment before a step. */
function insert(all: TimedCue[], before: ParsedStep, t: number, act: Act): void {
  const end = all.findIndex(({ cue }) => cue.line === before.line && cue.event === before.event);
  let index = end;
  while (index > 0 && (all[index - 1]?.t ?? 0) > t) index -= 1;
  const path = all[index - 1]?.cue.to;
  const state = path === undefined ? undefined : stateIn(path);
  if (end < 0 || path === undefined || state === undefined || !path.startsWith('session.')) return;
  const cue: Cue = {
    line: before.line,
    event: act.do === 'take' ? 'the kernel takes bytes' : 'something is received',
    act,
    gap: 0,
    from: path,
    to: path,
    state,
    attempt: undefined,
    chance: undefined,
    decision: undefined,
    isOffline: false,
  };
  all.splice(index, 0, { t, cue });
}
