/**
 * `recker/websocket`: the WebSocket class of the standard, for libraries that take one.
 */
import type { WebSocket as Instance } from './types.js';
import { WebSocket as Constructor } from './WebSocket.js';

export { CloseEvent, type CloseEventInit, ErrorEvent, type ErrorEventInit } from './events.js';
export type {
  BinaryType,
  EventHandler,
  EventListener,
  EventListenerOptions,
  ReadyState,
  WebSocketConstructor,
  WebSocketEventMap,
  WebSocketInit,
} from './types.js';
export { webSocketClass } from './WebSocket.js';

/** The class, and the type of its instances. */
export const WebSocket = Constructor;
export type WebSocket = Instance;
