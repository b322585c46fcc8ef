/** The names of all documented events, for tests that listen to everything. */
import type { WebSocketEvents } from '../../src/index.js';

export const EVENTS = [
  'state',
  'open',
  'message',
  'close',
  'error',
  'reconnecting',
  'reconnect-error',
  'max-reconnect-attempts',
  'heartbeat-timeout',
  'pong',
  'undelivered',
] as const satisfies readonly (keyof WebSocketEvents)[];
