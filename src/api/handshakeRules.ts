/**
 * What HTTP and RFC 6455 allow in the parts of the opening handshake that users give.
 */

/** RFC 9110 §5.6.2: what a header name and a subprotocol consist of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110 §5.5: visible characters, space, tab and obs-text; no line break, no NUL. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Headers that the handshake itself is made of (RFC 6455 §4.1), with what to use instead. */
const RESERVED: Readonly<Record<string, string>> = {
  connection: 'the handshake sets it',
  upgrade: 'the handshake sets it',
  'sec-websocket-key': 'the handshake sets it',
  'sec-websocket-version': 'the handshake sets it',
  'sec-websocket-protocol': 'use the option protocols',
  'sec-websocket-extensions': 'use the option perMessageDeflate',
};

/** Tells what is wrong with handshake headers, without showing a value. */
export function headersProblem(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'a record of strings';
  for (const name of Reflect.ownKeys(value)) {
    if (typeof name !== 'string' || name === '__proto__' || !TOKEN.test(name))
      return 'a record whose names are HTTP tokens';
    const field = (value as Record<string, unknown>)[name];
    if (typeof field !== 'string') return `a record of strings (${name} is of type ${typeof field})`;
    if (!FIELD_VALUE.test(field))
      return `a record of HTTP field values (${name} holds a forbidden character)`;
    const reserved = Object.hasOwn(RESERVED, name.toLowerCase()) ? RESERVED[name.toLowerCase()] : undefined;
    if (reserved !== undefined) return `a record without ${name} (${reserved})`;
  }
  return undefined;
}

/** Tells what is wrong with subprotocols (RFC 6455 §4.1: tokens, each once). */
export function protocolsProblem(value: unknown): string | undefined {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) return 'a string or a list of strings';
  if (!list.every((each) => typeof each === 'string' && TOKEN.test(each))) {
    return 'subprotocol names of HTTP token characters';
  }
  return new Set(list).size === list.length ? undefined : 'subprotocol names, each once';
}

/** None, for all that have none. */
export const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** Two records as one: names merge case-insensitively, and `over` wins. */
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
