/** What the services take from Node: timers and turns of the event loop. */
export { clearIoTimeout, type IoTimer, ioNow, ioTimeout } from './ioTimers.js';
export { afterIo, nextTick } from './nodeTurns.js';
