/**
 * Ends that nothing reports. Decides whether an end reaches a listener, and writes the warning for one that does not;
 * must not deliver anything.
 */
import { redactUrl } from '../../port/index.js';
import { warn } from '../platform.js';
import type { WebSocketEvents } from '../types.js';
import type { Ending } from './translate.js';

/** Who listens. */
interface Listeners {
  listenerCount(event: keyof WebSocketEvents): number;
}

/** The events of which each says that the client has ended. */
const TELLING = ['error', 'close', 'state', 'max-reconnect-attempts'] as const;

/** Warns of an end that nobody asked for and nobody listens to: else a process would end without a word. */
export function warnOfEnd(ending: Ending, url: string, listeners: Listeners): void {
  if (ending.isOwnDoing || ending.isClean) return;
  if (TELLING.some((event) => listeners.listenerCount(event) > 0)) return;
  const where = url === '' ? 'with a url provider' : `of ${redactUrl(url)}`;
  warn(
    `The WebSocket client ${where} has ended, and nothing listens: ${ending.error.message}. ` +
      `Listen to ${TELLING.map((event) => `'${event}'`).join(', ')}, or await connect()`,
    'RECKER_UNHEARD_END',
  );
}

/**
 * Whether the rejection of `connect()` and `reconnect()` may pass unseen. It is left to the runtime in one case: the
 * client has not been open since `connect()`, has failed for good, and nothing else reports it.
 */
export function isHandled(
  ending: Ending,
  { hasBeenOpen, isIterated }: { readonly hasBeenOpen: boolean; readonly isIterated: boolean },
  listeners: Listeners,
): boolean {
  if (ending.isOwnDoing || hasBeenOpen || isIterated || listeners.listenerCount('error') > 0) return true;
  return ending.isExhaustion && listeners.listenerCount('max-reconnect-attempts') > 0;
}
