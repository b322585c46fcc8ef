/**
 * Checks the headers of the opening handshake against HTTP and RFC 6455. Pages do not have it: headerRules.browser.ts.
 */
import { isObject, isPlain, kindOf } from '../../values/index.js';
import { HEADERS, NO_HEADERS, type ReadHeaders, refusal, TOKEN } from './headerForm.js';

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
