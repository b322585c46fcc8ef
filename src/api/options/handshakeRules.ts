/**
 * Checks the headers and subprotocols of the opening handshake against HTTP and RFC 6455, and merges headers.
 */
import { optionError } from '../values/index.js';
import { NO_HEADERS, readHeaders, TOKEN } from './headers/index.js';

/** Returns what subprotocols must be, where they are not (RFC 6455 §4.1: tokens, each once). */
export function protocolsProblem(value: unknown): string | undefined {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list)) return 'a string or a list of strings';
  if (!list.every((each) => typeof each === 'string' && TOKEN.test(each))) {
    return 'names without spaces, commas and other characters that an HTTP token excludes';
  }
  return new Set(list).size === list.length ? undefined : 'different names (one of them comes twice)';
}

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
