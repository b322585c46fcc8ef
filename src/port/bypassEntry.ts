/**
 * The entries of the option `bypass` and of NO_PROXY: which there are, and how each is read. Pure, and without any
 * module of Node: the api checks options with it in browsers, too.
 */
import { parseUrl } from './url.js';

/** One entry, read. */
export interface BypassEntry {
  /** `*`, a name, `.suffix`, `*.suffix`, or an address without the brackets of IPv6. */
  readonly host: string;
  /** The port that it is about. Undefined: all. */
  readonly port?: number;
  /** The length of the network's prefix, where the entry is a CIDR block (RFC 4632). */
  readonly bits?: number;
}

/** `bypass` as a list of entries. Commas and white space separate them, too. */
export function bypassEntries(bypass: string | readonly string[]): string[] {
  return (typeof bypass === 'string' ? [bypass] : bypass)
    .flatMap((each) => each.split(/[\s,]+/))
    .filter((entry) => entry !== '');
}

/** Host, or an address in brackets, and perhaps a port. */
const HOST = /^(\[[0-9a-f:.]+\]|(?:\*?\.)?[^\s:*[\]/@]+)(?::(\d{1,5}))?$/i;

/** Reads one entry; undefined where it has none of the forms. */
export function readBypassEntry(entry: string): BypassEntry | undefined {
  if (entry === '*' || isIPv6(entry)) return { host: entry };
  if (entry.includes('/')) return blockOf(entry);
  const [, given = '', port] = HOST.exec(entry) ?? [];
  if (given === '' || Number(port ?? 0) > 65_535) return undefined;
  const host = withoutBrackets(given);
  if (host !== given && !isIPv6(host)) return undefined;
  return port === undefined ? { host } : { host, port: Number(port) };
}

/** `network/bits`. */
function blockOf(entry: string): BypassEntry | undefined {
  const [, given = '', length = ''] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
  const bits = Number(length);
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(given)) {
    const isValid = given.split('.').every((byte) => Number(byte) <= 255) && bits <= 32;
    return isValid ? { host: given, bits } : undefined;
  }
  const host = withoutBrackets(given);
  return isIPv6(host) && bits <= 128 ? { host, bits } : undefined;
}

const withoutBrackets = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

/** The URL parser knows IPv6 (https://url.spec.whatwg.org/#concept-ipv6-parser). */
function isIPv6(text: string): boolean {
  return text.includes(':') && /^[0-9a-f:.]+$/i.test(text) && parseUrl(`ws://[${text}]`) !== undefined;
}
