/**
 * The time of day, for dates in a peer's headers. The only file of the services that reads this clock.
 */

/** ms since the epoch. */
// biome-ignore lint/style/noRestrictedGlobals: the only place of the services, and no policy depends on it.
export const wallTime = (): number => Date.now();
