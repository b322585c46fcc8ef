/**
 * The narrowest script that keeps an end: steps are dropped as long as the rest still leads there, on the chart.
 *
 * Each try is played, so nothing is assumed of the chart. The method is delta debugging: Zeller and Hildebrandt, "Simplifying
 * and Isolating Failure-Inducing Input", 2002.
 */
import type { RecordedPolicy } from '../../recording/index.js';
import type { Cue } from './cues.js';
import { type Manner, type Plan, plan, planAnyhow } from './plan.js';

/** Tries with many steps: a rest that is not the narrowest is better than a minute of silence. */
const MOST_PLAYED = 200_000;

/** Up to so many neighbours are tried in every number. */
const FEW = 40;

/**
 * The fewest cues after which the last one still does what it does.
 *
 * @returns a plan without a difference; that of all cues where those have one
 */
export function shrink(cues: readonly Cue[], policy: RecordedPolicy): Plan {
  for (const isLate of [false, true]) {
    const { search, fits, manner } = searchOf(policy, isLate);
    const fitting = [withoutLoops(cues, false), withoutLoops(cues, true), cues].find(fits);
    if (fitting !== undefined) return plan(withoutWaits(search(fitting), fits), policy, manner);
  }
  return planAnyhow(cues, policy, [
    { precision: 'state', isLate: false },
    { precision: 'state', isLate: true },
  ]);
}

function searchOf(policy: RecordedPolicy, isLate: boolean) {
  const manner: Manner = { precision: 'path', isLate };
  let played = 0;
  const fits = (cues: readonly Cue[]): boolean => {
    played += cues.length;
    return plan(cues, policy, manner).difference === undefined;
  };
  /** The last cue stays: it is the end. */
  const search = (all: readonly Cue[]): readonly Cue[] => {
    let cues = all;
    for (let size = cues.length - 1; size >= 1; ) {
      const shorter = dropOne(cues, size, (each) => played < MOST_PLAYED && fits(each));
      if (shorter !== undefined) {
        cues = shorter;
        size = Math.min(size, cues.length - 1);
      } else {
        size = size > FEW ? Math.floor(size / 2) : size - 1;
      }
    }
    return cues;
  };
  return { fits, search, manner };
}

/** The cues without `size` neighbours, if there are such without which they still fit. */
function dropOne(
  cues: readonly Cue[],
  size: number,
  fits: (cues: readonly Cue[]) => boolean,
): readonly Cue[] | undefined {
  for (let at = 0; at + size < cues.length; at += 1) {
    // Dropping leads nowhere unless the rest goes on where it was.
    if (cues[at]?.from !== cues[at + size]?.from) continue;
    const shorter = [...cues.slice(0, at), ...cues.slice(at + size)];
    if (fits(shorter)) return shorter;
  }
  return undefined;
}

/**
 * Whoever comes to the same state twice, with the same attempt, needs nothing of what was between. Where that is wrong, e.g.
 * because time has to pass, the tries show it.
 *
 * @param keepsTime whether the time that passed in between passes all the same
 */
function withoutLoops(cues: readonly Cue[], keepsTime: boolean): readonly Cue[] {
  const last = cues.at(-1);
  if (last === undefined) return cues;
  const kept: Cue[] = [];
  /** The situations so far, each with the number of cues that lead to it. */
  const seen = new Map<string, number>([[situation('idle', 0, false, undefined), 0]]);
  const path: string[] = [];
  let attempt = 0;
  let hasBeenOpen = false;
  /** Of the Close that the peer has sent: the end of the connection depends on it. */
  let closeCode: number | undefined;
  let passed = 0;
  for (const cue of cues.slice(0, -1)) {
    attempt = cue.attempt ?? attempt;
    if (cue.to === 'session.connecting') hasBeenOpen = false;
    if (cue.state === 'open') hasBeenOpen = true;
    if (cue.act.do === 'peerClose') closeCode = cue.act.code;
    else if (cue.state !== 'closing') closeCode = undefined;
    const here = situation(cue.to, attempt, hasBeenOpen, closeCode);
    const before = seen.get(here);
    if (before === undefined) {
      kept.push({ ...cue, gap: cue.gap + passed });
      passed = 0;
      path.push(here);
      seen.set(here, kept.length);
    } else {
      if (keepsTime) passed += kept.slice(before).reduce((sum, { gap }) => sum + gap, cue.gap);
      for (const left of path.splice(before)) seen.delete(left);
      kept.length = before;
    }
  }
  return [...kept, { ...last, gap: last.gap + passed }];
}

const situation = (
  path: string,
  attempt: number,
  hasBeenOpen: boolean,
  closeCode: number | undefined,
): string => `${path} ${attempt} ${hasBeenOpen} ${closeCode}`;

/** Without the time before calls and facts, where it does not matter. */
function withoutWaits(cues: readonly Cue[], fits: (cues: readonly Cue[]) => boolean): readonly Cue[] {
  let found = cues;
  const all = cues.map((cue) => ({ ...cue, gap: 0 }));
  if (fits(all)) return all;
  for (const index of cues.keys()) {
    const tried = found.map((cue, at) => (at === index ? { ...cue, gap: 0 } : cue));
    if (fits(tried)) found = tried;
  }
  return found;
}
