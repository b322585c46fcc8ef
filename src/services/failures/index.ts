/** Errors of Node, `ws` and the proxies as this library's. */
export { codeOf } from './code.js';
export { connectionError } from './failures.js';
