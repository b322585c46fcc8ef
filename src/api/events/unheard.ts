/**
 * Decides whether the end of a client is reported by an event or a promise, and warns where it is not.
 */
import { redactUrl } from '../../port/index.js';
import { warn } from '../platform.js';
import type { WebSocketEvents } from '../types.js';
import type { Ending } from './translate.js';

/** The part of an emitter that is read here. */
interface Listeners {
  listenerCount(event: keyof WebSocketEvents): number;
}

/** Each of these events says that the client has ended. */
const END_EVENTS = ['error', 'close', 'state', 'max-reconnect-attempts'] as const;

/** Warns of an end that was not asked for and that nothing listens to: without it, a process could exit silently. */
export function warnOfEnd(ending: Ending, url: string, listeners: Listeners): void {
  if (ending.isOwnDoing || ending.isClean) return;
  if (END_EVENTS.some((event) => listeners.listenerCount(event) > 0)) return;
  const where = url === '' ? 'with a url provider' : `of ${redactUrl(url)}`;
  warn(
    `The WebSocket client ${where} has ended, and nothing listens: ${ending.error.message}. ` +
      `Listen to ${END_EVENTS.map((event) => `'${event}'`).join(', ')}, or await connect()`,
    'RECKER_UNHEARD_END',
  );
}

/**
 * Whether the rejections of `connect()` and `reconnect()` are marked as handled. They are not in one case: the client has
 * not been open since `connect()`, has failed for good, and nothing else reports it.
 */
export function isHandled(
  ending: Ending,
  { hasBeenOpen, isIterated }: { readonly hasBeenOpen: boolean; readonly isIterated: boolean },
  listeners: Listeners,
): boolean {
  if (ending.isOwnDoing || hasBeenOpen || isIterated || listeners.listenerCount('error') > 0) return true;
  return ending.isExhaustion && listeners.listenerCount('max-reconnect-attempts') > 0;
}
