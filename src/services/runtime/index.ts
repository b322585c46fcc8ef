/** What the services take from every runtime. */
export { macrotask, microtask } from './macrotask.js';
export { wallTime } from './wallClock.js';
