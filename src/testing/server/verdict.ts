/**
 * What a check comes to.
 *
 * Must not know: checks, or sockets.
 */
import type { CheckOutcome } from './types.js';

/** What came out of a check. */
export interface Verdict {
  readonly result: CheckOutcome;
  readonly got: string;
}

export const passes = (got: string): Verdict => ({ result: 'pass', got });
export const fails = (got: string): Verdict => ({ result: 'fail', got });
export const notApplicable = (why: string): Verdict => ({ result: 'n/a', got: why });

/** Thrown by a check that cannot be made. */
export class NotApplicable extends Error {}
