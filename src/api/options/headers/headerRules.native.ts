/** The form of headerRules.ts for React Native, whose `WebSocket` sends headers: that for Node. */
export { headersProblem, readHeaders } from './checkedHeaders.js';
