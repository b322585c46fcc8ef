/**
 * The limits for bytes on their way out, drawn from the marks of a connection.
 *
 * Pure. Linux takes in lumps of about a third of its buffer, so the gaps between takes are long on slow links: the limit
 * follows the longest gap seen.
 */
import { LONGEST_DELAY, type SendProgress } from '../port/index.js';
import type { ConnectionPolicy } from './policy.js';

/** How long `closeTimeout` is at the least while bytes wait, before the first take: Linux takes in lumps. */
const FIRST_TAKE_IN_CLOSING = 20_000;

/** How long bytes may still wait before the link counts as dead; 0 or less where it does. */
export function untilStalled(policy: ConnectionPolicy, sending: SendProgress): number {
  const { heartbeatInterval, heartbeatTimeout } = policy;
  const limit = sending.hasTaken
    ? Math.max(heartbeatTimeout, 2 * sending.longestGap)
    : Math.max(heartbeatInterval, heartbeatTimeout) + heartbeatTimeout;
  return atMost(limit - Math.min(sending.takenAgo, sending.heardAgo));
}

/** How long the answer to a Ping that was sent `waited` ms ago may still take; 0 or less where it is overdue. */
export function untilOverdue(policy: ConnectionPolicy, sending: SendProgress, waited: number): number {
  if (sending.waiting) return untilStalled(policy, sending);
  // A Ping behind bytes that waited has left with the last of them.
  return atMost(policy.heartbeatTimeout + sending.allowance - Math.min(waited, sending.takenAgo));
}

/** How long the peer may still take for the closing that began `waited` ms ago; 0 or less where that is over. */
export function untilClosed(policy: ConnectionPolicy, sending: SendProgress, waited: number): number {
  const { closeTimeout } = policy;
  if (sending.waiting) {
    const rest = sending.hasTaken ? 2 * sending.longestGap : FIRST_TAKE_IN_CLOSING;
    return atMost(Math.max(closeTimeout, rest) - sending.takenAgo);
  }
  return atMost(closeTimeout + sending.allowance - Math.min(waited, sending.takenAgo));
}

/** Whole milliseconds: a remainder too small to move the time would be asked about at the same moment, without end. */
const atMost = (delay: number): number => Math.min(Math.ceil(delay), LONGEST_DELAY);
