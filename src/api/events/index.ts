/** From what the chart emits to documented events and settled promises. */
export { Announcer, type Listeners } from './announcer.js';
export { publishDial } from './diagnostics.js';
export { checkEventNames } from './eventNames.js';
export { PendingCalls } from './pendingCalls.js';
export { Ending, isCleanEnd, translate } from './translate.js';
export { warnOfEnd } from './unheard.js';
