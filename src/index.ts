/**
 * `recker`: what users import.
 */
export { type Client, type ClientOptions, createClient } from './api/createClient.js';
export type { MessageIterator, NextOptions } from './api/messageIterator.js';
export type {
  Clock,
  DispatcherLike,
  HeadersInput,
  Inspect,
  InspectionEventLike,
  Provider,
  ProviderContext,
  ProxyOptions,
  ReceiveQueueOptions,
  SendQueueOptions,
  TLSOptions,
  WebSocketOptions,
} from './api/options.js';
export type { SendOptions } from './api/outbox.js';
export type { PipeFromOptions, PipeSink, PipeSource, PipeToOptions } from './api/pipes.js';
export { ReckerWebSocket } from './api/ReckerWebSocket.js';
export type {
  BinaryMessage,
  CloseInfo,
  ConnectionState,
  OpenInfo,
  SendData,
  TextMessage,
  WebSocketEvents,
  WebSocketMessage,
  WebSocketStats,
} from './api/types.js';
export { defaultShouldReconnect } from './machine/decision.js';
export * from './machine/errors.js';
export type {
  AddressSettings,
  DialRequest,
  Failure,
  LookupFunction,
  Transport,
  TransportFactory,
  TransportFeature,
  TransportObserver,
} from './machine/port.js';
export { nativeTransport } from './services/native.js';
