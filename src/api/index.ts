/**
 * The public face of the api, for the rooms that are built on it.
 */
export { createClient } from './createClient.js';
export type { HeadersInput, Provider, TLSOptions, WebSocketOptions } from './options/index.js';
export { afterIo, byteLength } from './platform.js';
export { ReckerWebSocket } from './ReckerWebSocket.js';
export type { CloseInfo, ConnectionState, SendData, WebSocketMessage } from './types.js';
export { isArrayBuffer, isBlob, isPlain } from './values/index.js';
