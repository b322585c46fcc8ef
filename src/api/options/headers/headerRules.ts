/** How handshake headers are read: here they are checked. headerRules.browser.ts is the form for pages. */
export { headersProblem, readHeaders } from './checkedHeaders.js';
