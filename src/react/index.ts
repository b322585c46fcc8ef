/**
 * `recker/react`: hooks. They import `recker` by its name, as any program does, so that both are one copy.
 */
export type { UseWebSocketOptions, UseWebSocketResult, WebSocketHandlers, WebSocketTarget } from './types.js';
export { useConnectionState } from './useConnectionState.js';
export { useWebSocket } from './useWebSocket.js';
