/** Received messages, up to their readers. */
export { type HubOwner, MessageHub } from './messageHub.js';
export { iterate, type MessageIterator } from './messageIterator.js';
