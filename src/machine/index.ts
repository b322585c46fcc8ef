/**
 * `recker/machine`: the statechart as data that others can draw, run and test.
 */
export * from './backoff.js';
export type {
  ConnectionAction,
  ConnectionDelay,
  ConnectionGuard,
  ConnectionStateSchema,
  ConnectionStateValue,
} from './chartType.js';
export {
  CONNECTION_STATES,
  type ConnectionContext,
  type ConnectionMachine,
  type ConnectionState,
  type ConnectionTag,
  connectionMachine,
  type Verdict,
} from './connectionMachine.js';
export { defaultShouldReconnect, isBeyondRetry, isPassingSinceOpen } from './decision.js';
export * from './errors.js';
export * from './events.js';
export * from './policy.js';
export * from './port.js';
export { REDACTED, redactUrl } from './redact.js';
export { retryAfterOf } from './retryAfter.js';
export type { SendProgress } from './sendProgress.js';
export { type SocketCommand, type SocketInput, socketActor } from './socketActor.js';
