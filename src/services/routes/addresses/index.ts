/**
 * From a name to a connection: how names are looked up, in which order their addresses are dialled, and which
 * attempt wins (RFC 8305). What is spoken over the connection, and how long a dial may take, is not known here.
 */
export { type Attempt, type Begin, type Ended, NO_SETTINGS, Race, socketAttempts } from './race.js';
