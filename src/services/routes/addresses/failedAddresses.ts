/**
 * The addresses that failed recently, for all clients of the process: they are dialled last.
 *
 * Limited in number. Contains only addresses of host names: a URL with an address has no order.
 */
import { ioNow } from '../../node/index.js';

/** How many addresses are kept. The oldest failure is dropped first. */
const LIMIT = 1024;

/** How long a failure counts, in ms: RFC 8305 §4 leaves it open, RFC 6555 §4.2 suggested about 10 minutes. */
const LIFETIME = 600_000;

/** The time of the failure, by address, port and proxy. In the order of time. */
const failures = new Map<string, number>();

/** Records an address that failed, or did not answer. */
export function recordFailure(key: string): void {
  failures.delete(key);
  failures.set(key, ioNow());
  if (failures.size <= LIMIT) return;
  const [oldest] = failures.keys();
  if (oldest !== undefined) failures.delete(oldest);
}

/** Removes an address over which a dial opened. */
export function forgetFailure(key: string): void {
  failures.delete(key);
}

/** Whether there is any: most processes never have one. */
export const hasFailures = (): boolean => failures.size > 0;

/** When it failed, on the clock of `ioNow()`; 0 where it did not fail, or too long ago. */
export function failedAt(key: string): number {
  const at = failures.get(key);
  return at !== undefined && ioNow() - at < LIFETIME ? at : 0;
}
