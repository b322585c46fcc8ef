/** From what the chart emits to the documented events. */
export { Announcer } from './announcer.js';
export { checkEventNames } from './eventNames.js';
export { type Announcement, Ending, isCleanEnd, translate } from './translate.js';
export { isHandled, warnOfEnd } from './unheard.js';
export { Waiters } from './waiters.js';
