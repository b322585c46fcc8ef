/**
 * The time of day, for what a peer says in dates. The one file of the services that reads a clock; no timer is here.
 */

/** ms since the epoch. */
// biome-ignore lint/style/noRestrictedGlobals: the one place of the services, and no policy depends on it.
export const wallTime = (): number => Date.now();
