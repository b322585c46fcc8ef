/**
 * `recker`: what users import.
 */
export { type Client, type ClientOptions, createClient } from './api/createClient.js';
export type { DiagnosticError, DiagnosticEvents, DiagnosticSource } from './api/events/diagnosticEvents.js';
export type { MessageIterator, NextOptions } from './api/incoming/messageIterator.js';
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
} from './api/options/options.js';
export type { SendOptions } from './api/outgoing/outbox.js';
export type { PipeFromOptions, PipeSink, PipeSource, PipeToOptions } from './api/pipes/pipes.js';
export { ReckerWebSocket } from './api/ReckerWebSocket.js';
export type {
  BinaryMessage,
  CloseInfo,
  ConnectionState,
  OpenInfo,
  SendData,
  Session,
  TextMessage,
  WebSocketEvents,
  WebSocketMessage,
  WebSocketStats,
} from './api/types.js';
export { defaultShouldReconnect } from './machine/decision.js';
export * from './port/errors.js';
export type { Failure } from './port/facts.js';
export type { ResponseHeaders } from './port/responseHeaders.js';
export type {
  AddressSettings,
  DialRequest,
  LookupFunction,
  Transport,
  TransportFactory,
  TransportFeature,
  TransportObserver,
} from './port/transport.js';
export { nativeTransport } from './services/native.js';
