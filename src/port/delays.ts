/**
 * What a timer of the platform can hold.
 */

/** The longest time a timer of the platform can hold, in ms: Node and browsers fire longer ones at once. */
export const MAX_DELAY = 2 ** 31 - 1;

/** Brings a delay of unknown origin into what a timer can hold: 0 to 2^31 - 1 ms. */
export function clampDelay(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, 0), MAX_DELAY);
}
