/**
 * Checks the headers and subprotocols of the opening handshake against HTTP and RFC 6455.
 */

import { isObject, isPlain, kindOf, optionError } from '../values/index.js';

/** RFC 9110 §5.6.2: what a header name and a subprotocol consist of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 §5.5: visible characters, space, tab and obs-text; no line break, no NUL. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that the handshake sets (RFC 6455 §4.1), and what to use instead. */
const RESERVED: Readonly<Record<string, string>> = {
  connection: 'the handshake sets it',
  upgrade: 'the handshake sets it',
  'sec-websocket-key': 'the handshake sets it',
  'sec-websocket-version': 'the handshake sets it',
  'sec-websocket-protocol': 'use the option protocols',
  'sec-websocket-extensions': 'use the option perMessageDeflate',
};

/** What the option `headers` may be. */
export const HEADERS = 'a record of strings, a Headers, a Map, or another iterable of pairs';

/** Headers as a record, or what is wrong with them. */
export type ReadHeaders =
  | { readonly headers: Readonly<Record<string, string>>; readonly problem: undefined }
  | { readonly headers: undefined; readonly problem: string };

/**
 * Reads handshake headers. They are read once, since an iterable may yield its pairs only once. A name that occurs several
 * times becomes one header with a list, as in `Headers` (RFC 9110 §5.3; cookies: RFC 6265 §5.4). `problem` shows no value.
 */
export function readHeaders(given: unknown): ReadHeaders {
  try {
    const pairs = pairsOf(given);
    return typeof pairs === 'string' ? refusal(pairs) : recordOf(pairs);
  } catch {
    return refusal(`${HEADERS}, that can be read`);
  }
}

/** Returns what handshake headers must be, where they are not. Shows no value. */
export function headersProblem(given: unknown): string | undefined {
  return readHeaders(given).problem;
}

const refusal = (problem: string): ReadHeaders => ({ headers: undefined, problem });

type Pair = readonly [name: unknown, value: unknown];

function pairsOf(given: unknown): Pair[] | string {
  if (!isObject(given)) return HEADERS;
  const pairs: Pair[] = [];
  if (typeof given[Symbol.iterator] === 'function') {
    for (const item of given as unknown as Iterable<unknown>) {
      if (!Array.isArray(item) || item.length !== 2) return `${HEADERS} (item ${pairs.length} is no pair)`;
      pairs.push([item[0], item[1]]);
    }
  } else {
    if (!isPlain(given)) return HEADERS;
    for (const name of Reflect.ownKeys(given)) pairs.push([name, given[name]]);
  }
  return pairs;
}

function recordOf(pairs: readonly Pair[]): ReadHeaders {
  const found = new Map<string, [name: string, value: string]>();
  for (const [name, value] of pairs) {
    if (typeof name !== 'string' || name === '__proto__' || !TOKEN.test(name))
      return refusal('valid in HTTP (a name is empty or holds a forbidden character)');
    if (typeof value !== 'string') return refusal(`${HEADERS} (${name} is ${kindOf(value)})`);
    if (!FIELD_VALUE.test(value))
      return refusal(`valid in HTTP (the value of ${name} holds a forbidden character)`);
    const key = name.toLowerCase();
    if (Object.hasOwn(RESERVED, key)) return refusal(`headers without ${name} (${RESERVED[key]})`);
    const before = found.get(key);
    if (before === undefined) found.set(key, [name, value]);
    else before[1] += `${key === 'cookie' ? '; ' : ', '}${value}`;
  }
  if (found.size === 0) return { headers: NO_HEADERS, problem: undefined };
  return { headers: Object.freeze(Object.fromEntries(found.values())), problem: undefined };
}

/** Returns what subprotocols must be, where they are not (RFC 6455 §4.1: tokens, each once). */
export function protocolsProblem(value: unknown): string | undefined {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) return 'a string or a list of strings';
  if (!list.every((each) => typeof each === 'string' && TOKEN.test(each))) {
    return 'names without spaces, commas and other characters that an HTTP token excludes';
  }
  return new Set(list).size === list.length ? undefined : 'different names (one of them comes twice)';
}

/** Shared by all clients without headers. */
export const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** Merges two records: names are compared without case, and `over` wins. */
export function mergeHeaders(
  under: Readonly<Record<string, string>> | undefined,
  over: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> {
  const merged = new Map<string, [string, string]>();
  for (const record of [under, over]) {
    for (const [name, value] of Object.entries(record ?? {})) merged.set(name.toLowerCase(), [name, value]);
  }
  return merged.size === 0 ? NO_HEADERS : Object.fromEntries(merged.values());
}

const NO_PROTOCOLS: readonly string[] = Object.freeze([]);

/** The option `protocols` as a list, checked. */
export function checkProtocols(given: unknown): readonly string[] {
  if (given === undefined) return NO_PROTOCOLS;
  const problem = protocolsProblem(given);
  if (problem !== undefined) throw optionError('protocols', given, problem, true);
  return typeof given === 'string' ? [given] : [...(given as readonly string[])];
}

/** A checked copy of headers: the caller may change the original later. */
export function checkHeaders(given: unknown): Readonly<Record<string, string>> {
  if (given === undefined) return NO_HEADERS;
  const read = readHeaders(given);
  if (read.problem !== undefined) throw optionError('headers', given, read.problem, true);
  return read.headers;
}
