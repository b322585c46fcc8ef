/**
 * `recker/inspect`: the local live view, the flight recorder and its page, and the redaction used before anything is shown.
 */
export {
  REDACTED,
  type RedactedActorRef,
  type RedactedError,
  type RedactedInspection,
  type RedactedSnapshot,
  redactError,
  redactInspection,
  redactUrl,
} from '../machine/index.js';
export type {
  Bounds,
  ConnectionSummary,
  Counters,
  EndOfConnection,
  Heartbeats,
  TimelineEntry,
} from './history.js';
export { createLiveView, type LiveInspector, type LiveView, type LiveViewOptions } from './liveView.js';
export { type Recorder, type RecorderInspector, type RecorderOptions, recorder } from './recorder.js';
export type { ClientTraits } from './recorderSteps.js';
export { type RecordingPageOptions, recordingPage } from './recordingPage.js';
