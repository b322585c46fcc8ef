/** What a failed dial or connection means. */
export { codeOf, connectionError } from './failures.js';
