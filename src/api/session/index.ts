/** What happens between the upgrade and `open`, for clients with the option `prepare`. */
export type { SessionLink } from './liveSession.js';
export { Sessions, type SessionsClient } from './sessions.js';
