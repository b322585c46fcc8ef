/** Recordings as tests. */
export type { ReplayClientOptions } from './liveStage.js';
export { type Replay, type ReplayStep, replayRecording } from './replay.js';
export type { ReplayRecordingOptions } from './script.js';
export { goOnline } from './stage.js';
