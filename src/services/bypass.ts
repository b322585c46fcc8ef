/**
 * Which hosts are dialled without the proxy: the option `bypass`, and NO_PROXY as curl reads it. Pure.
 */
import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from '../machine/errors.js';
import { bare } from './target.js';

/**
 * Whether NO_PROXY exempts `host` (https://curl.se/docs/manpage.html#NOPROXY): `*` alone means all hosts; a
 * name means itself and every name below it, with or without a leading dot; for an address only an equal
 * address or a CIDR block counts. As with curl, entries with a port or with IPv6's brackets match nothing.
 */
export function isExempt(noProxy: string, host: string): boolean {
  if (noProxy === '*') return true;
  const entries = noProxy.split(/[\s,]+/).filter((each) => each !== '');
  if (isIP(host) !== 0) return entries.some((entry) => !entry.startsWith('[') && isInBlock(entry, host));
  const name = withoutTrailingDot(host);
  return entries.some((entry) => {
    const suffix = withoutTrailingDot(entry).replace(/^\./, '');
    return suffix !== '' && (name === suffix || name.endsWith(`.${suffix}`));
  });
}

/**
 * Whether an entry of `bypass` fits: `host`, `host:port`, `*.suffix` (names below it, not itself), an address
 * (IPv6 with or without brackets), a CIDR block, or `*`. Names are not resolved: a CIDR block fits addresses.
 *
 * @throws ConfigurationError for an entry that is none of these
 */
export function isBypassed(
  bypass: string | readonly string[],
  target: { readonly host: string; readonly port: number },
): boolean {
  const entries = (typeof bypass === 'string' ? [bypass] : bypass).flatMap((each) => each.split(/[\s,]+/));
  // All are looked at, so that a wrong entry is told whatever stands before it.
  return entries.filter((entry) => entry !== '' && fits(entry, target)).length > 0;
}

function fits(entry: string, { host, port }: { readonly host: string; readonly port: number }): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) {
    if (!isBlock(entry)) throw invalidEntry();
    return isIP(host) !== 0 && isInBlock(entry, host);
  }
  const [, pattern, wanted] = split(entry);
  if (wanted !== undefined && Number(wanted) !== port) return false;
  if (isIP(pattern) !== 0) return isIP(host) !== 0 && isInBlock(pattern, host);
  const name = withoutTrailingDot(host);
  const suffix = withoutTrailingDot(pattern);
  if (suffix.startsWith('*.')) return name.endsWith(suffix.slice(1));
  if (suffix.startsWith('.')) return name.endsWith(suffix);
  return name === suffix;
}

/** Name or address, and port. */
function split(entry: string): [string, string, string | undefined] {
  if (isIP(entry) === 6) return [entry, entry, undefined];
  const parts = /^(\[[0-9a-f:.]+\]|(?:\*?\.)?[^\s:*[\]]+)(?::(\d{1,5}))?$/i.exec(entry);
  if (parts === null || Number(parts[2] ?? 0) > 65_535) throw invalidEntry();
  return [entry, bare(parts[1] ?? ''), parts[2]];
}

function isBlock(entry: string): boolean {
  const [network = '', bits = '', ...rest] = entry.split('/');
  const family = isIP(bare(network));
  return (
    family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)
  );
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
  else if (isBlock(entry)) list.addSubnet(network, Number(bits), kind);
  return list.check(host, kind);
}

const withoutTrailingDot = (name: string): string => name.toLowerCase().replace(/\.$/, '');

function invalidEntry(): ConfigurationError {
  return new ConfigurationError('proxy', 'proxy.bypass takes host, host:port, *.suffix, an address or CIDR');
}
