/**
 * The words of the hand-written table: its rows and columns, what a cell says, and under which settings it holds.
 */

/** The situations; each is a state, or a state with something that was asked for in it. */
export type Row =
  | 'idle'
  | 'connecting'
  | 'preparing'
  | 'preparing, after a loss'
  | 'open'
  | 'open, awaiting a Pong'
  | 'open, asked for its peer'
  | 'closing, by us'
  | 'closing, by us, then connect()'
  | 'closing, by the peer'
  | 'closing, by the peer, then reconnect()'
  | 'closing, by the peer, then close()'
  | 'closing, by the peer, while preparing'
  | 'closing, by us, while preparing after a failed dial'
  | 'backoff'
  | 'reconnecting'
  | 'reconnecting, at a report of the runtime'
  | 'exhausted'
  | 'closed'
  | 'closed, by an abort';

/** What can happen. Calls, then facts, then timers. */
export type Column =
  | 'connect()'
  | 'close()'
  | 'reconnect()'
  | 'terminate()'
  | 'send()'
  | 'abort'
  | 'opened'
  | 'failed'
  | 'failed for good'
  | 'failed, offline'
  | 'peerClosed'
  | 'peerErred'
  | 'closed'
  | 'ponged'
  | 'answered alive'
  | 'answered dead'
  | 'prepared'
  | 'prepare failed'
  | 'prepare failed for good'
  | 'online'
  | 'awake'
  | 'connectTimeout'
  | 'prepareTimeout'
  | 'nextPing'
  | 'heartbeatTimeout'
  | 'closeTimeout'
  | 'retryDelay';

/** What becomes of the promise that the call returned. */
export type Promised = 'resolves' | 'pending' | `rejects ${string}`;

export interface Cell {
  readonly to: string;
  readonly events: readonly string[];
  /** Of the call in this column. */
  readonly call?: Promised;
  /** Of the message that was given to send() before, where the state holds it. */
  readonly waiting?: 'sent' | 'held' | `refused ${string}`;
  /** What the socket sees, in order. */
  readonly socket?: readonly string[];
}

/** Settings of every row. All delays differ, so that a timer is known by its delay. */
export const SETTINGS = {
  reconnect: true,
  maxReconnectAttempts: 1,
  reconnectDelay: 1000,
  connectTimeout: 10_000,
  prepareTimeout: 3000,
  heartbeatInterval: 30_000,
  heartbeatTimeout: 7000,
  minUptime: 20_000,
  closeTimeout: 5000,
} as const;

/** Whether a client in this situation has the option `prepare`. */
export const prepares = (row: Row): boolean => row.includes('preparing');

/** The delay of each timer under {@link SETTINGS}. */
export const DELAYS: Partial<Record<Column, number>> = {
  connectTimeout: 10_000,
  prepareTimeout: 3000,
  nextPing: 30_000,
  heartbeatTimeout: 7000,
  closeTimeout: 5000,
  retryDelay: 1000,
};

/** close() is called with these, and the peer's Close carries those. */
export const OURS = { code: 4002, reason: 'ours' } as const;
export const PEERS = { code: 4001, reason: 'peer' } as const;

/** A cell in which something happens. */
export const go = (to: string, events: readonly string[], rest: Omit<Cell, 'to' | 'events'> = {}): Cell => ({
  to,
  events,
  ...rest,
});

/** Not possible here. */
export const none = 'none';

export type Cells = Readonly<Record<Column, Cell | typeof none>>;

export const NO_FACTS = {
  opened: none,
  failed: none,
  'failed for good': none,
  'failed, offline': none,
  peerClosed: none,
  peerErred: none,
  closed: none,
  ponged: none,
  'answered alive': none,
  'answered dead': none,
  prepared: none,
  'prepare failed': none,
  'prepare failed for good': none,
} as const;

/** What the surroundings report may come at any time; it changes nothing here. */
export const UNMOVED = { online: none, awake: none } as const;

export const NO_TIMERS = {
  connectTimeout: none,
  prepareTimeout: none,
  nextPing: none,
  heartbeatTimeout: none,
  closeTimeout: none,
  retryDelay: none,
} as const;

export const HELD = { waiting: 'held' } as const;
export const dropped = 'close 1006 "" willReconnect';
export const gaveUp = ['error ReconnectExhaustedError', 'max-reconnect-attempts'];
