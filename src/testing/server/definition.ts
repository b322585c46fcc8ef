/**
 * What a check is made of.
 *
 * Must not know: any check.
 */
import type { Bench } from './bench.js';
import type { CheckLevel, ServerCheck } from './types.js';
import type { Verdict } from './verdict.js';

/**
 * When a check is made: `meanwhile` beside all others, `first` before they load the server, `alone` one after the
 * other, `restart` and `last` at the end.
 */
export type CheckPhase = 'meanwhile' | 'first' | 'alone' | 'restart' | 'last';

/** What a check costs the server beyond a few small frames; for the plan. */
export interface CheckCost {
  /** How many connections it makes, at most. Default 3: its own, and another client's as a witness. */
  readonly connections?: number | undefined;
  readonly bytes?: number | undefined;
}

/** A check. */
export interface CheckDefinition extends ServerCheck {
  readonly phase: CheckPhase;
  /** As a function of the options' numbers. */
  readonly cost: (numbers: CostNumbers) => CheckCost;
  readonly run: (bench: Bench) => Promise<Verdict>;
}

/** The numbers that a cost may depend on. */
export interface CostNumbers {
  readonly messageBytes: number;
  readonly fragments: number;
  readonly pings: number;
  readonly clients: number;
  readonly restartTimeout: number;
}

/** What a definition leaves out. */
export interface CheckExtras {
  readonly phase?: CheckPhase;
  readonly cost?: (numbers: CostNumbers) => CheckCost;
}

/** Makes the definitions of one group, e.g. `frames`. */
export const groupOf =
  (group: string) =>
  (
    [name, level, rfc]: readonly [name: string, level: CheckLevel, rfc: string],
    sent: string,
    expected: string,
    run: (bench: Bench) => Promise<Verdict>,
    { phase = 'first', cost = () => ({}) }: CheckExtras = {},
  ): CheckDefinition => ({ id: `${group}/${name}`, level, rfc, sent, expected, phase, cost, run });
