/**
 * `recker/testing`: the test kit, for this library and for code that uses a WebSocket.
 *
 * Owns: what is public of it. Must not know: src/api, src/services.
 */

export {
  type ChartDefinition,
  type WrittenTransition,
  writtenTransitions,
} from '../machine/index.js';
export { checkRecording, type Divergence, type RecordingCheck } from './checkRecording.js';
export { FakeConnection } from './fakeConnection.js';
export {
  type FakePathDriver,
  type FakePathDriverOptions,
  fakePathDriver,
  type PathClient,
  type PathClientOptions,
} from './fakePathDriver.js';
export { type FakeTransport, type FakeTransportOptions, fakeTransport } from './fakeTransport.js';
export type { FaultConnection, RawBytes, Seen, SeenHandshake, SeenMessage } from './faultRecord.js';
export { FaultServer, type FaultServerOptions } from './faultServer.js';
export type { GarbageKind, SeenFrame } from './frames.js';
export { type PathDriver, runPath } from './pathDriver.js';
export type { PathEvent } from './pathModel.js';
export {
  type ConnectionPath,
  type ConnectionPathsOptions,
  connectionPaths,
  countPathStates,
  type PathStep,
} from './paths.js';
export type { AutoAnswer, EndDetails, FakePhase, OpenDetails, PeerActions } from './peerActions.js';
export { type RelayTarget, TcpRelay } from './relay.js';
export {
  goOnline,
  type Replay,
  type ReplayClientOptions,
  type ReplayRecordingOptions,
  type ReplayStep,
  replayRecording,
} from './replay/index.js';
export {
  type CheckLevel,
  type CheckOutcome,
  type CheckResult,
  type CheckServerOptions,
  checkServer,
  type ServerCheck,
  type ServerCheckPlan,
  type ServerCheckTls,
  type ServerPathClientOptions,
  type ServerPathDriver,
  type ServerPathDriverOptions,
  type ServerPathUrl,
  type ServerReport,
  serverChecks,
  serverPathDriver,
} from './server/index.js';
export { type PendingTimer, VirtualClock } from './virtualClock.js';
