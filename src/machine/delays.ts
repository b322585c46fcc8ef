/**
 * The named delays of the chart: each says when something is due, in ms from the moment at which its state is entered.
 */
import { LONGEST_DELAY, NEVER } from '../port/index.js';
import type { ConnectionContext } from './context.js';
import type { ConnectionEvent } from './events.js';
import { closingRest, nextPingAt, pingAgainAt } from './waits.js';

interface Asked {
  readonly context: ConnectionContext;
  readonly event: ConnectionEvent;
}

export const delays = {
  /** When a dial has taken too long. */
  connectTimeout: ({ context }) => context.policy.connectTimeout || NEVER,
  /** When it has taken too long to prepare the connection. */
  prepareTimeout: ({ context }) => context.policy.prepareTimeout,
  /** When the next Ping is due, or, where that comes first, when bytes that wait for the kernel count as stalled. */
  nextPing: ({ context }) => untilThen(context, Math.min(nextPingAt(context), context.stallsAt)),
  /** When an unanswered Ping makes the peer suspect, or, where that comes first, when another Ping is due. */
  heartbeatTimeout: ({ context }) => untilThen(context, Math.min(context.askAt, pingAgainAt(context))),
  /** When a peer that is closing has had what `closeTimeout` leaves it for bytes that are still on their way. */
  closeExtension: ({ context, event }) => Math.max(0, closingRest(context, event)),
  /** When the peer has had its time for the closing handshake. */
  closeTimeout: ({ context }) => context.policy.closeTimeout,
  /** When the next dial is due. */
  retryDelay: ({ context }) => Math.min(untilThen(context, context.dueAt), LONGEST_DELAY),
} satisfies Record<string, (asked: Asked) => number>;

const untilThen = ({ environment }: ConnectionContext, then: number): number =>
  Math.max(0, then - environment.now());
