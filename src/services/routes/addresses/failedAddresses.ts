/**
 * Which addresses failed lately, for all clients of the process: such an address comes last in the next dial.
 *
 * Bounded, so that neither many names nor a name with many addresses grow it. It holds only addresses of names,
 * since there is nothing to put in order where an address itself is dialled.
 */
import { ioNow } from '../../node/index.js';

/** How many addresses are remembered. The oldest failure is forgotten first. */
const LIMIT = 1024;

/** How long a failure counts, in ms: RFC 8305 §4 leaves it open, RFC 6555 §4.2 suggested about 10 minutes. */
const LIFETIME = 600_000;

/** By address, port and proxy: when it failed. In the order of time. */
const failures = new Map<string, number>();

/** An address that failed, or that did not answer. */
export function recordFailure(key: string): void {
  failures.delete(key);
  failures.set(key, ioNow());
  if (failures.size <= LIMIT) return;
  const [oldest] = failures.keys();
  if (oldest !== undefined) failures.delete(oldest);
}

/** An address through which a dial opened. */
export function forgetFailure(key: string): void {
  failures.delete(key);
}

/** Whether any address is remembered: most processes never have one. */
export const hasFailures = (): boolean => failures.size > 0;

/** When it failed; 0 where it did not, or long ago. */
export function failedAt(key: string): number {
  const at = failures.get(key);
  return at !== undefined && ioNow() - at < LIFETIME ? at : 0;
}
