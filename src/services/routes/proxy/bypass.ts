/**
 * Which hosts are dialled without the proxy: the option `bypass`, and NO_PROXY as curl reads it. Pure.
 */
import { BlockList, isIP } from 'node:net';
import { BYPASS_HOST, bypassEntries } from '../../../port/index.js';
import { bare } from '../target.js';

/** What is asked about. */
interface Peer {
  readonly host: string;
  readonly port: number;
}

/**
 * Whether NO_PROXY exempts `target`, by curl's rules (https://curl.se/docs/manpage.html#NOPROXY): `*` alone means all
 * hosts; a name means itself and every name below it, with or without a leading dot; for an address only an equal address or
 * a CIDR block counts. And by the forms of undici's `EnvHttpProxyAgent`, which match nothing in curl: `*.name` means
 * the names below it, `entry:port` that port alone, and IPv6 may have brackets.
 */
export function isExempt(noProxy: string, target: Peer): boolean {
  return noProxy === '*' || bypassEntries(noProxy).some((entry) => exempts(entry, target));
}

function exempts(entry: string, { host, port }: Peer): boolean {
  const isAddress = isIP(host) !== 0;
  if (entry.includes('/') || isIP(entry) !== 0) return isAddress && isInBlock(entry, host);
  const [, given = '', wanted] = BYPASS_HOST.exec(entry) ?? [];
  if (given === '' || (wanted !== undefined && Number(wanted) !== port)) return false;
  if (isAddress) return isInBlock(given, host);
  const name = withoutTrailingDot(host);
  const pattern = withoutTrailingDot(given);
  if (pattern.startsWith('*.')) return name.endsWith(pattern.slice(1));
  const suffix = pattern.replace(/^\./, '');
  return suffix !== '' && (name === suffix || name.endsWith(`.${suffix}`));
}

/**
 * Whether an entry of `bypass` fits: `host`, `host:port`, `*.suffix` (names below it, not itself), an address
 * (IPv6 with or without brackets), a CIDR block, or `*`. Names are not resolved: a CIDR block fits addresses.
 * The entries have been checked.
 */
export function isBypassed(bypass: string | readonly string[], target: Peer): boolean {
  return bypassEntries(bypass).some((entry) => fits(entry, target));
}

function fits(entry: string, { host, port }: Peer): boolean {
  if (entry === '*') return true;
  const isAddress = isIP(host) !== 0;
  if (entry.includes('/') || isIP(entry) !== 0) return isAddress && isInBlock(entry, host);
  const [, given = '', wanted] = BYPASS_HOST.exec(entry) ?? [];
  if (wanted !== undefined && Number(wanted) !== port) return false;
  const pattern = withoutTrailingDot(bare(given));
  if (isAddress) return isInBlock(pattern, host);
  const name = withoutTrailingDot(host);
  if (pattern.startsWith('*.')) return name.endsWith(pattern.slice(1));
  return pattern.startsWith('.') ? name.endsWith(pattern) : name === pattern;
}

/** Whether the address `host` is in a block `network/bits`, or is the address that stands there alone. */
function isInBlock(entry: string, host: string): boolean {
  const [given = '', bits] = entry.split('/');
  const network = bare(given);
  const family = isIP(network);
  if (family === 0 || family !== isIP(host)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  if (bits === undefined) list.addAddress(network, kind);
  else if (/^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)) {
    list.addSubnet(network, Number(bits), kind);
  }
  return list.check(host, kind);
}

const withoutTrailingDot = (name: string): string => name.toLowerCase().replace(/\.$/, '');
