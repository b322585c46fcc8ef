/**
 * `recker/machine`: the statechart as data that others can draw, run and test.
 */
export {
  AbortError,
  type AddressSettings,
  ConfigurationError,
  ConnectionClosedError,
  ConnectionError,
  clampDelay,
  type DialRequest,
  type Failure,
  HandshakeError,
  type Hop,
  type LookedUpAddress,
  type LookupFunction,
  type Loss,
  MAX_DELAY,
  QueueFullError,
  ReckerError,
  ReconnectExhaustedError,
  type ResponseHeaders,
  type RuntimeFact,
  retryAfterOf,
  type SendProgress,
  SessionError,
  type SocketFact,
  type SocketPort,
  StateError,
  TimeoutError,
  type TimeoutPhase,
  TRANSPORT_FEATURES,
  type Transport,
  type TransportFactory,
  type TransportFeature,
  type TransportObserver,
} from '../port/index.js';
export * from './backoff.js';
export type {
  ConnectionAction,
  ConnectionDelay,
  ConnectionGuard,
  ConnectionMachine,
  ConnectionStateSchema,
  ConnectionStateValue,
} from './chartType.js';
export { connectionMachine } from './connectionMachine.js';
export {
  CONNECTION_STATES,
  type ConnectionContext,
  type ConnectionState,
  type ConnectionTag,
  type Verdict,
} from './context.js';
export { defaultShouldReconnect, isBeyondRetry, isPassingSinceOpen } from './decision.js';
export * from './events.js';
export * from './policy.js';
export { REDACTED, redactUrl } from './redact.js';
export { type SocketCommand, type SocketInput, socketActor } from './socketActor.js';
