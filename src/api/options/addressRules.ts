/**
 * Checks the options `family` and `localAddress`. Uses no module of Node: some runtimes have no `isIP()`.
 */
import { parseUrl } from '../../port/index.js';

export const familyProblem = (value: unknown): string | undefined =>
  value === 0 || value === 4 || value === 6 ? undefined : '0, 4 or 6';

export const localAddressProblem = (value: unknown): string | undefined =>
  ipFamily(value) === 0 ? 'an IP address of this machine' : undefined;

/** Returns what `localAddress` must be, where it contradicts `family`. Both were checked before. */
export function addressContradiction(options: {
  readonly family?: unknown;
  readonly localAddress?: unknown;
}): string | undefined {
  const { family, localAddress } = options;
  if (!family || localAddress === undefined || ipFamily(localAddress) === family) return undefined;
  return `an IPv${family} address where family is ${family}`;
}

/** As Node's `isIP()`: 4, 6, or 0 for a value that is no address. */
function ipFamily(value: unknown): 0 | 4 | 6 {
  if (typeof value !== 'string') return 0;
  if (/^\d+(\.\d+){3}$/.test(value)) return value.split('.').every((each) => Number(each) < 256) ? 4 : 0;
  // A zone (RFC 4007 §11) is not part of a URL.
  const [address = '', zone] = value.split('%');
  return address.includes(':') && zone !== '' && parseUrl(`http://[${address}]/`) !== undefined ? 6 : 0;
}
