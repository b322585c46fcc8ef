/** The chart's actor and what surrounds it. */
export { ChartActor, type StepListener } from './chartActor.js';
export { arrivalTime, ChartClock, realClock, wallTime } from './clock.js';
export { Environment, type EnvironmentClient } from './environment.js';
export { GuardedClock } from './guardedClock.js';
export { inspection } from './inspection.js';
export { READY_STATES, type StateView, viewOf } from './states.js';
