/** What the services take from Node: timers, turns of the event loop, packages, and options that are given to it. */
export { clearIoTimeout, type IoTimer, ioNow, ioTimeout } from './ioTimers.js';
export { afterIo, nextTick } from './nodeTurns.js';
export { requirePackage } from './requirePackage.js';
export { UNSET_REQUEST, UNSET_SOCKET } from './unset.js';
