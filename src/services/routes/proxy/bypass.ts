/**
 * Which hosts are dialled without the proxy: the option `bypass`, and NO_PROXY as curl reads it. Pure.
 */
import { BlockList, isIP } from 'node:net';
import { type BypassEntry, bypassEntries, readBypassEntry } from '../../../port/index.js';

/** The server that is to be dialled. */
interface Peer {
  readonly host: string;
  readonly port: number;
}

/** Whether `name` matches the host of an entry. Both are in lower case, without a trailing dot. */
type MatchName = (name: string, pattern: string) => boolean;

/**
 * Whether NO_PROXY exempts `target`, by curl's rules (https://curl.se/docs/manpage.html#NOPROXY): `*` alone means all
 * hosts; a name means itself and every name below it, with or without a leading dot; an address is matched only by an
 * equal address or a CIDR block. Three forms of undici's `EnvHttpProxyAgent`, which match nothing in curl, are taken
 * too: `*.name` means the names below it, `entry:port` that port alone, and IPv6 may have brackets.
 */
export function isExempt(noProxy: string, target: Peer): boolean {
  return noProxy === '*' || bypassEntries(noProxy).some((entry) => matches(entry, target, isSameOrBelow));
}

const isSameOrBelow: MatchName = (name, pattern) => {
  if (pattern.startsWith('*.')) return name.endsWith(pattern.slice(1));
  const suffix = pattern.replace(/^\./, '');
  return suffix !== '' && (name === suffix || name.endsWith(`.${suffix}`));
};

/**
 * Whether an entry of `bypass` matches: `host`, `host:port`, `*.suffix` (names below it, not itself), an address
 * (IPv6 with or without brackets), a CIDR block, or `*`. Names are not resolved: a CIDR block matches addresses.
 */
export function isBypassed(bypass: string | readonly string[], target: Peer): boolean {
  return bypassEntries(bypass).some((entry) => entry === '*' || matches(entry, target, isEqualOrBelowDot));
}

const isEqualOrBelowDot: MatchName = (name, pattern) => {
  if (pattern.startsWith('*.')) return name.endsWith(pattern.slice(1));
  return pattern.startsWith('.') ? name.endsWith(pattern) : name === pattern;
};

function matches(entry: string, { host, port }: Peer, matchName: MatchName): boolean {
  const read = readBypassEntry(entry);
  if (read === undefined || (read.port !== undefined && read.port !== port)) return false;
  if (isIP(host) !== 0) return isInBlock(read, host);
  return read.bits === undefined && matchName(withoutTrailingDot(host), withoutTrailingDot(read.host));
}

/** Whether the address `host` is in the block, or is the address that stands there alone. */
function isInBlock({ host: given, bits }: BypassEntry, host: string): boolean {
  const network = withoutTrailingDot(given);
  const family = isIP(network);
  if (family === 0 || family !== isIP(host)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (bits === undefined) list.addAddress(network, kind);
  else list.addSubnet(network, bits, kind);
  return list.check(host, kind);
}

const withoutTrailingDot = (name: string): string => name.toLowerCase().replace(/\.$/, '');
