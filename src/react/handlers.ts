/**
 * The names of the handlers, and how they are attached to a client.
 */
import type { ReckerWebSocket, WebSocketEvents } from 'recker';
import type { HandlerName } from './types.js';

export type EventName = keyof WebSocketEvents;

/** The handler of each event. The compiler reports an event that is missing here. */
export const HANDLERS = {
  open: 'onOpen',
  message: 'onMessage',
  close: 'onClose',
  error: 'onError',
  reconnecting: 'onReconnecting',
  'reconnect-error': 'onReconnectError',
  'max-reconnect-attempts': 'onMaxReconnectAttempts',
  'heartbeat-timeout': 'onHeartbeatTimeout',
  pong: 'onPong',
  state: 'onState',
  undelivered: 'onUndelivered',
} as const satisfies { readonly [Event in EventName]: HandlerName<Event> };

const NAMES: ReadonlySet<string> = new Set(Object.values(HANDLERS));

/** The names of options that are not handlers. */
export const optionNames = (options: object | undefined): readonly string[] =>
  Object.keys(options ?? {}).filter((name) => !NAMES.has(name));

export type Listener = (...args: unknown[]) => void;

/** An emitter takes listeners of all events here: which arguments each of them gets is decided by {@link HANDLERS}. */
interface AnyEmitter {
  on(event: EventName, listener: Listener): void;
  off(event: EventName, listener: Listener): void;
}

/** Adds a listener. Many components may use one client: their listeners are no leak, so the emitter must not warn of them. */
export function listen(ws: ReckerWebSocket, event: EventName, listener: Listener): void {
  const most = ws.getMaxListeners();
  const count = ws.listenerCount(event);
  if (most > 0 && count >= most) ws.setMaxListeners(count + 1);
  (ws as unknown as AnyEmitter).on(event, listener);
}

export function unlisten(ws: ReckerWebSocket, event: EventName, listener: Listener): void {
  (ws as unknown as AnyEmitter).off(event, listener);
}
