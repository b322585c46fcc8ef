/**
 * The ground of the other rooms: the transport port, the facts and errors that cross it, and pure helpers.
 */
export { type BypassEntry, bypassEntries, readBypassEntry } from './bypassEntry.js';
export { basicAuthorization, type Credentials, credentialsOf } from './credentials.js';
export { clampDelay, LONGEST_DELAY, MAX_DELAY, NEVER } from './delays.js';
export {
  AbortError,
  ConfigurationError,
  ConnectionClosedError,
  ConnectionError,
  HandshakeError,
  type Hop,
  QueueFullError,
  ReckerError,
  ReconnectExhaustedError,
  SessionError,
  StateError,
  TimeoutError,
  type TimeoutPhase,
} from './errors.js';
export type { Failure, Loss, SendProgress, SocketFact, SocketPort } from './facts.js';
export type {
  GlobalAbortSignal,
  GlobalBlob,
  GlobalBuffer,
  GlobalEvent,
  GlobalMessageEvent,
  GlobalURL,
} from './globals.js';
export { ignore } from './ignore.js';
export { needsNode } from './needsNode.js';
export { isError, messageOf, ownMember, shielding, tryRead, withoutPrototype } from './own.js';
export { ACCEPT_GUID, NO_CLOSE, NO_CODE } from './protocol.js';
export { type ProxyClaims, proxyContradiction } from './proxyRules.js';
export { REDACTED, redactText, redactUrl, withCause } from './redactText.js';
export type { ResponseHeaders } from './responseHeaders.js';
export { retryAfterOf } from './retryAfter.js';
export { RUNTIME_FACT, type RuntimeFact, type RuntimeListener } from './runtime.js';
export {
  type AddressSettings,
  type DialRequest,
  type LookedUpAddress,
  type LookupFunction,
  TRANSPORT_FEATURES,
  type Transport,
  type TransportFactory,
  type TransportFeature,
  type TransportObserver,
} from './transport.js';
export { type ParsedUrl, parseUrl } from './url.js';
export { utf8Bytes, utf8Length } from './utf8.js';
