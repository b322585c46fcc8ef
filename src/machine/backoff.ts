/**
 * How long to wait before the next dial. Pure functions; randomness is an argument.
 *
 * Formula: exponential back-off, capped, with the jitter variants of Marc Brooker's "Exponential Backoff And
 * Jitter" (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
import { clampDelay, MAX_DELAY } from '../port/index.js';

/** AWS's names: none of the delay is random, half of it, or all of it. */
export type Jitter = 'none' | 'equal' | 'full';

/** What a delay is computed from. All times in ms. */
export interface BackoffSettings {
  /** The delay before attempt 1. */
  readonly reconnectDelay: number;
  /** The cap of the delay. */
  readonly maxReconnectDelay: number;
  /** How much of the delay is random. */
  readonly reconnectJitter: Jitter;
}

/**
 * `min(cap, reconnectDelay * 2^(attempt - 1))`: the delay before `attempt` (from 1) without jitter, in ms.
 *
 * @example
 * exponentialDelay({ reconnectDelay: 1000, maxReconnectDelay: 30_000, reconnectJitter: 'none' }, 3); // 4000
 */
export function exponentialDelay(settings: BackoffSettings, attempt: number): number {
  const { reconnectDelay, maxReconnectDelay } = settings;
  // 2^1000 is beyond every cap, and 2^1024 is infinite: 0 times that would be NaN.
  const doublings = Math.min(attempt - 1, 1000);
  return Math.min(maxReconnectDelay, reconnectDelay * 2 ** doublings, MAX_DELAY);
}

/** The part of a delay that is certain under each jitter; the rest is drawn. */
const CERTAIN_SHARE: Record<Jitter, number> = { none: 1, equal: 0.5, full: 0 };

/**
 * The delay before `attempt`, in whole ms: jitter applied, and never below `atLeast` (a server's `Retry-After`),
 * which the cap does not limit; what is random comes on top of it, so that clients which got the same
 * time do not come back at the same moment.
 *
 * @param random the drawn number, 0 to below 1
 */
export function backoffDelay(
  settings: BackoffSettings,
  attempt: number,
  random: number,
  atLeast = 0,
): number {
  const whole = exponentialDelay(settings, attempt);
  const certain = whole * CERTAIN_SHARE[settings.reconnectJitter];
  return clampDelay(Math.round(Math.max(certain, atLeast) + (whole - certain) * random));
}
