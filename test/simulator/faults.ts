/**
 * Faults that are planted to see whether the simulator finds them: of the kinds that issue trackers of WebSocket clients are
 * full of. A fault that it does not find shows that an invariant is missing.
 */
import { CHART_FAULTS } from './chartFaults.js';
import { CLASS_FAULTS } from './classFaults.js';
import type { Fault } from './fault.js';
import type { Settings } from './script.js';
import { type Finding, trySeed } from './simulate.js';

export const FAULTS: readonly Fault[] = [...CHART_FAULTS, ...CLASS_FAULTS];

/** Runs `act` while the fault is there. */
export async function withFault<Value>(fault: Fault, act: () => Promise<Value>): Promise<Value> {
  const takeOut = fault.plant();
  try {
    return await act();
  } finally {
    takeOut();
  }
}

/** The first of the seeds 1 to `limit` under which the fault that is planted shows. */
export async function firstFinding(limit: number, fixed?: Partial<Settings>): Promise<Finding | undefined> {
  for (let seed = 1; seed <= limit; seed += 1) {
    const finding = await trySeed(seed, fixed);
    if (finding !== undefined) return finding;
  }
  return undefined;
}
