/** What a failed dial or connection means. */
export { codeOf } from './code.js';
export { connectionError } from './failures.js';
