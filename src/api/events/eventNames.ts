/**
 * Warns of misspelled names of events: without it, a listener for `mesage` would silently never be called.
 *
 * A known name costs one lookup in a set. A name that is near none of ours may be an event of a subclass: there is no
 * warning.
 */

import { warn } from '../platform.js';
import type { WebSocketEvents } from '../types.js';
import { nearest } from '../values/index.js';

/** Every event. */
const NAMES: Readonly<Record<keyof WebSocketEvents, true>> = {
  open: true,
  message: true,
  close: true,
  error: true,
  reconnecting: true,
  'reconnect-error': true,
  'max-reconnect-attempts': true,
  'heartbeat-timeout': true,
  pong: true,
  state: true,
  undelivered: true,
};
/** Events of the package ws that have another name here, or do not exist. */
const EVENTS_OF_WS: ReadonlyMap<unknown, string> = new Map([
  [
    'ping',
    "Pings of the peer are answered without an event; 'pong' reports the answers to those of the client",
  ],
  ['upgrade', "'open' has the headers of the answer: on('open', ({ headers }) => …)"],
  [
    'unexpected-response',
    "'error' has the answer: a HandshakeError with status, headers and body ('reconnect-error' after a loss)",
  ],
]);

const KNOWN: ReadonlySet<unknown> = new Set(Object.keys(NAMES));

/** Names that a warning was given for: one in a process, however many clients listen to them. */
const warned = new Set<unknown>();

function check(name: unknown): void {
  if (KNOWN.has(name) || typeof name !== 'string' || warned.has(name)) return;
  const instead = EVENTS_OF_WS.get(name) ?? suggestion(name);
  if (instead === undefined) return;
  warned.add(name);
  warn(`A ReckerWebSocket has no event '${name}': ${instead}`, 'RECKER_UNKNOWN_EVENT');
}

function suggestion(name: string): string | undefined {
  const near = nearest(name, KNOWN as ReadonlySet<string>);
  return near === undefined ? undefined : `did you mean '${near}'?`;
}

/** Every listener is added through one of these: `once()` and `prependOnceListener()` call them. */
const ADDING = ['on', 'addListener', 'prependListener'] as const;

type Adding = (this: object, name: unknown, listener: unknown) => unknown;

/** Makes the emitters of a class check the names of events when a listener is added. */
export function checkEventNames(prototype: object): void {
  for (const method of ADDING) {
    const add = (prototype as Record<string, Adding>)[method] as Adding;
    Object.defineProperty(prototype, method, {
      value(this: object, name: unknown, listener: unknown): unknown {
        check(name);
        return add.call(this, name, listener);
      },
      writable: true,
      configurable: true,
    });
  }
}
