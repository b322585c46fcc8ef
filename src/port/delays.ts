/**
 * The range of the platform's timers.
 */

/** The longest delay of a timer, in ms: Node and browsers fire a timer with a longer one at once. */
export const MAX_DELAY = 2 ** 31 - 1;

/** The delay of what never happens: clocks of this library arm no timer for it. */
export const NEVER = MAX_DELAY;

/** The longest delay that does pass. */
export const LONGEST_DELAY = MAX_DELAY - 1;

/** Brings a delay of unknown origin into the range of a timer: 0 to 2^31 - 1 ms. */
export function clampDelay(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, 0), MAX_DELAY);
}
