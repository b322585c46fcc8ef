/** Outgoing messages, until a socket takes them. */
export { Outbox, type OutboxClient, type SendOptions, UNBOUNDED } from './outbox.js';
export { refused } from './refusals.js';
export { MESSAGE_COST } from './sendQueue.js';
