/** The format of recordings, for the rooms that write, check and show them. */
export { ClientRun, type Difference } from './clientRun.js';
export { eventOf } from './facts.js';
export {
  ASKED_BY,
  RECORDING_FORMAT,
  RECORDING_VERSION,
  type RecordedError,
  type RecordedPolicy,
  type RecordedSending,
  type RecordedStep,
  type RecordingHeader,
} from './format.js';
export { CHART_HASH, RECKER_VERSION } from './made.js';
export { type ParsedRecording, type ParsedStep, parseRecording, readRecording } from './parse.js';
