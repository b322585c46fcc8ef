/**
 * From a host name to a connection: looks names up, orders their addresses, dials them, and keeps the first connection
 * (RFC 8305). Must not know the protocol above, or the deadline of a dial.
 */
export { type Attempt, type Begin, type Ended, NO_SETTINGS, Race, socketAttempts } from './race.js';
