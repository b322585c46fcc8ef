/**
 * The form of headerRules.ts for pages and workers. The native `WebSocket` sends no headers, so those that are given are refused
 * by name; a `transport` of the user's that takes them knows what it takes.
 */
import { HEADERS, type ReadHeaders, refusal } from './headerForm.js';

export function readHeaders(given: unknown): ReadHeaders {
  try {
    const pairs = Symbol.iterator in (given as object) ? given : Object.entries(given as object);
    return { headers: Object.freeze(Object.fromEntries(pairs as [string, string][])), problem: undefined };
  } catch {
    return refusal(HEADERS);
  }
}

/** Returns what handshake headers must be, where they are not. */
export const headersProblem = (given: unknown): string | undefined => readHeaders(given).problem;
