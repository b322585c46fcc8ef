/** Received messages, up to their readers. */
export { type HubClient, MessageHub } from './messageHub.js';
export { iterate, type MessageIterator } from './messageIterator.js';
export { abortable, type MessageWait, waitAborted } from './messageWait.js';
