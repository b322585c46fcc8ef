/** The names of all documented events, for tests that listen to everything. A new one fails to compile until it is here. */
import type { WebSocketEvents } from '../../src/index.js';

const NAMES = {
  state: true,
  open: true,
  message: true,
  close: true,
  error: true,
  reconnecting: true,
  'reconnect-error': true,
  'max-reconnect-attempts': true,
  'heartbeat-timeout': true,
  pong: true,
  undelivered: true,
} as const satisfies Record<keyof WebSocketEvents, true>;

export const EVENTS: readonly (keyof WebSocketEvents)[] = Object.keys(NAMES) as (keyof WebSocketEvents)[];
