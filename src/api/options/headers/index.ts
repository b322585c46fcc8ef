/** Headers of the opening handshake, as users give them. */
export { NO_HEADERS, TOKEN } from './headerForm.js';
export { headersProblem, readHeaders } from './headerRules.js';
