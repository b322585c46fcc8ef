/** The statechart, for the rooms beside it. What of it is public is in public.ts. */

export { NEVER } from '../port/index.js';
export {
  type ChartMoment,
  eventsOf,
  firstMoment,
  type GuardName,
  isChartState,
  type StepJudge,
  type SteppedEvent,
  type SteppedStep,
  type SteppedTimer,
  stepChart,
} from './chartSteps.js';
export { CUT_OFF, idleSnapshot } from './context.js';
export { guards } from './guards.js';
export { ProgressMarks } from './progressMarks.js';
export * from './public.js';
export {
  type InspectionLike,
  type RedactedActorRef,
  type RedactedError,
  type RedactedInspection,
  type RedactedSnapshot,
  type RedactedTransition,
  redactError,
  redactInspection,
} from './redact.js';
export { decide } from './retry.js';
export { untilStalled } from './sendProgress.js';
export {
  type ChartDefinition,
  type DefinedTransition,
  definedTransitions,
  stateNodes,
  type WrittenTransition,
  writtenTransitions,
} from './writtenTransitions.js';
export { forgetOptions, isolateScheduler, shareSession, unsetActorOptions } from './xstateInternals.js';
