/**
 * Refuses options that exclude each other, by name: none is silently ignored.
 */
import { ConfigurationError } from '../../port/index.js';
import { addressContradiction } from './addressRules.js';

/** Options that belong on a dispatcher, and what to put there. */
const DISPATCHERS_OWN = {
  proxy: 'the proxy',
  tls: 'TLS settings',
  lookup: 'it',
  family: 'it',
  localAddress: 'it',
} as const;

/**
 * @param checked options that were checked one by one
 * @throws ConfigurationError that names the option to leave out
 */
export function refuseConflicts(checked: Readonly<Record<string, unknown>>): void {
  for (const [other, what] of Object.entries(DISPATCHERS_OWN)) {
    if (checked.dispatcher !== undefined && checked[other] !== undefined) {
      throw new ConfigurationError(
        other,
        `${other} cannot go with dispatcher: put ${what} on the dispatcher`,
      );
    }
  }
  const problem = addressContradiction(checked);
  if (problem !== undefined) throw new ConfigurationError('localAddress', `localAddress must be ${problem}`);
}
