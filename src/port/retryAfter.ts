/**
 * The `Retry-After` of an answer. Pure; the time is an argument.
 */
import { clampDelay } from './delays.js';
import { ownMember } from './own.js';
import type { ResponseHeaders } from './responseHeaders.js';

/** The longest delay, in ms, of a date that is measured by this machine's clock: that clock may be wrong. */
const LONGEST_BY_OWN_CLOCK = 3_600_000;

/**
 * The `Retry-After` of an answer (RFC 9110 §10.2.3) in ms from its arrival; `undefined` where there is none or it
 * cannot be read. A date is taken relative to the answer's own `Date`, so that a wrong clock on either side does not
 * matter.
 *
 * @param now ms since the epoch at the arrival, for an answer without `Date`; at most an hour then
 */
export function retryAfterOf(headers: ResponseHeaders | undefined, now?: number): number | undefined {
  const value = ownMember(headers, 'retry-after');
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+$/.test(text)) return clampDelay(Number(text) * 1000);
  const until = dateOf(text);
  if (until === undefined) return undefined;
  const sent = dateOf(ownMember(headers, 'date'));
  if (sent !== undefined) return clampDelay(until - sent);
  return now === undefined ? undefined : Math.min(clampDelay(until - now), LONGEST_BY_OWN_CLOCK);
}

/** ms since the epoch. */
function dateOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  // biome-ignore lint/style/noRestrictedGlobals: parsing reads no clock; V8 takes all three forms of RFC 9110 §5.6.7.
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date;
}
