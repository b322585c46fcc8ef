/**
 * Options that are fine by themselves and cannot go together: each is refused by name, never left out in silence.
 */
import { ConfigurationError } from '../../port/index.js';
import { addressContradiction } from './addressRules.js';

/** What a dispatcher does itself, and how it is called there. */
const DISPATCHERS_OWN = {
  proxy: 'the proxy',
  tls: 'TLS settings',
  lookup: 'it',
  family: 'it',
  localAddress: 'it',
} as const;

/**
 * @param checked each of them has been checked by itself
 * @throws ConfigurationError naming the option that has to go
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
