/**
 * Which rows and columns of the hand-written table (test/machine/table.ts) are about which states and events of the chart,
 * and the verdicts that have no place in it: of a client without a heartbeat, of bytes on their way out, and of a machine
 * that slept.
 *
 * Written by hand from the contract, as the table is.
 */
import type {
  ChartDefinition,
  ConnectionDelay,
  ConnectionEvent,
  SendProgress,
} from '../../src/machine/index.js';
import { type Cell, type Cells, type Column, go, none, type Row, TABLE } from '../machine/table.js';
import { chartEvents, chartStates, isHandled } from './alphabet.js';

/** The rows about each state in which the chart can rest. */
export const ROWS_OF: Readonly<Record<string, readonly Row[]>> = {
  idle: ['idle'],
  'session.connecting': ['connecting'],
  'session.preparing': ['preparing', 'preparing, after a loss'],
  // What differs without a heartbeat is in UNWATCHED.
  'session.open.unwatched': ['open'],
  'session.open.alive': ['open'],
  'session.open.awaitingPong.waiting': ['open, awaiting a Pong'],
  'session.open.awaitingPong.asked': ['open, asked for its peer'],
  'session.closing.byUs': ['closing, by us', 'closing, by us, while preparing after a failed dial'],
  'session.closing.toConnect': ['closing, by us, then connect()'],
  'session.closing.byPeer': ['closing, by the peer', 'closing, by the peer, while preparing'],
  'session.closing.toReconnect': ['closing, by the peer, then reconnect()'],
  'session.closing.forGood': ['closing, by the peer, then close()'],
  backoff: ['backoff'],
  'session.reconnecting': ['reconnecting', 'reconnecting, at a report of the runtime'],
  exhausted: ['exhausted'],
  'closed.ended': ['closed'],
  'closed.aborted': ['closed, by an abort'],
};

/** All that the chart can be sent, and its timers. */
type Alphabet = ConnectionEvent['type'] | `after.${Exclude<ConnectionDelay, 'closeExtension'>}`;

/** The columns about each event. `beyond`: the verdicts are in {@link BEYOND}. */
export const COLUMNS_OF: Readonly<Record<string, readonly Column[] | 'beyond'>> = {
  connect: ['connect()', 'send()'],
  close: ['close()'],
  reconnect: ['reconnect()'],
  terminate: ['terminate()'],
  abort: ['abort'],
  'socket.opened': ['opened'],
  'socket.failed': ['failed', 'failed for good', 'failed, offline'],
  'socket.peerClosed': ['peerClosed'],
  'socket.peerErred': ['peerErred'],
  'socket.closed': ['closed'],
  'socket.ponged': ['ponged'],
  'socket.answered': ['answered alive', 'answered dead'],
  'socket.filled': 'beyond',
  'session.prepared': ['prepared'],
  'session.failed': ['prepare failed', 'prepare failed for good'],
  'runtime.online': ['online'],
  'runtime.awake': ['awake'],
  'closing.overdue': 'beyond',
  'after.connectTimeout': ['connectTimeout'],
  'after.prepareTimeout': ['prepareTimeout'],
  'after.nextPing': ['nextPing'],
  'after.heartbeatTimeout': ['heartbeatTimeout'],
  'after.closeTimeout': ['closeTimeout'],
  'after.retryDelay': ['retryDelay'],
} satisfies Record<Alphabet, readonly Column[] | 'beyond'>;

/** "With 0 there is no heartbeat at all": the cells of the row `open` that differ where `heartbeatInterval` is 0. */
export const UNWATCHED: Partial<Cells> = { nextPing: none, online: none, awake: none };

/** The cell for a state of the chart. */
export function cellFor(
  path: string,
  row: Row,
  column: Column,
  table = TABLE,
): Cell | typeof none | undefined {
  const own = path === 'session.open.unwatched' ? UNWATCHED[column] : undefined;
  return own ?? table[row]?.[column];
}

// Bytes on their way out: "Heartbeat" in the contract.

const MOVING: SendProgress = {
  waiting: true,
  hasTaken: true,
  longestGap: 100,
  takenAgo: 0,
  heardAgo: 0,
  allowance: 0,
};
/** Longer than any limit. */
const STALLED: SendProgress = { ...MOVING, takenAgo: 60_000, heardAgo: 60_000 };

/** What has no column. In states that `at` does not name, nothing happens at all. */
export interface Beyond {
  readonly name: string;
  /** Whether the machine has slept for an hour before. */
  readonly asleep?: true;
  /** What the chart is sent, in order; the verdict is that of the last one. */
  readonly events: readonly [ConnectionEvent, ...ConnectionEvent[]];
  /** By the state: the state that follows, what is heard, and what the socket sees. */
  readonly at: Readonly<Record<string, Cell>>;
}

const stays = (paths: readonly string[], socket?: readonly string[]): Record<string, Cell> =>
  Object.fromEntries(paths.map((path) => [path, go(path, [], socket === undefined ? {} : { socket })]));

const DEAD = ['heartbeat-timeout', 'close 1006 "" TimeoutError willReconnect', 'reconnecting 1 1000'];
const filled: ConnectionEvent = { type: 'socket.filled', sending: MOVING };
const inSession = Object.keys(ROWS_OF).filter((path) => path.startsWith('session.'));
const closing = inSession.filter((path) => path.startsWith('session.closing.'));

const asked = go('session.open.awaitingPong.waiting', [], { socket: ['ping'] });
const asksAnew: Readonly<Record<string, Cell>> = {
  'session.open.alive': asked,
  'session.open.awaitingPong.waiting': asked,
  'session.open.awaitingPong.asked': asked,
};

export const BEYOND: readonly Beyond[] = [
  // The kernel takes no more: remembered, and nothing else.
  { name: 'filled', events: [filled], at: stays(inSession) },
  {
    name: 'answered, bytes move',
    events: [filled, { type: 'socket.answered', alive: false, sending: MOVING }],
    at: {
      ...stays(inSession),
      // It is not judged while bytes move: it may have answered behind them.
      'session.open.awaitingPong.asked': go('session.open.awaitingPong.waiting', []),
    },
  },
  {
    name: 'answered, bytes stalled',
    events: [filled, { type: 'socket.answered', alive: false, sending: STALLED }],
    at: {
      ...stays(inSession),
      'session.open.alive': go('backoff', DEAD, { socket: ['destroy'] }),
      'session.open.awaitingPong.asked': go('backoff', DEAD, { socket: ['destroy'] }),
      'session.closing.byUs': go('closed.ended', ['close 1006 "" TimeoutError'], { socket: ['destroy'] }),
      'session.closing.toConnect': go('session.connecting', ['close 1006 "" TimeoutError willReconnect'], {
        socket: ['destroy', 'dial'],
      }),
      'session.closing.byPeer': go(
        'backoff',
        ['close 4001 "peer" TimeoutError willReconnect', 'reconnecting 1 1000'],
        { socket: ['destroy'] },
      ),
      'session.closing.toReconnect': go(
        'backoff',
        ['close 4001 "peer" TimeoutError willReconnect', 'reconnecting 1 1000'],
        { socket: ['destroy'] },
      ),
      'session.closing.forGood': go('closed.ended', ['close 4001 "peer" TimeoutError'], {
        socket: ['destroy'],
      }),
    },
  },
  {
    name: 'overdue',
    events: [{ type: 'closing.overdue' }],
    at: stays(closing, ['askLiveness']),
  },
  // "In awaitingPong nothing, unless the machine slept since the Ping: then a new one."
  {
    name: 'online, after a sleep',
    asleep: true,
    events: [{ type: 'runtime.online' }],
    at: { ...asksAnew, backoff: go('session.reconnecting', [], { socket: ['dial'] }) },
  },
  { name: 'awake, after a sleep', asleep: true, events: [{ type: 'runtime.awake' }], at: asksAnew },
  {
    name: 'answered dead, after a sleep',
    asleep: true,
    events: [{ type: 'socket.answered', alive: false }],
    at: { 'session.open.awaitingPong.asked': asked },
  },
];

/** The cells of `chart` that no verdict is written for, each in words that say what to write where. */
export function missingVerdicts(
  chart: ChartDefinition,
  table: Readonly<Record<string, Partial<Cells>>> = TABLE,
): readonly string[] {
  const missing: string[] = [];
  const events = chartEvents(chart);
  for (const event of events)
    if (COLUMNS_OF[event] === undefined)
      missing.push(
        `No verdict: event ${event}: write its column in test/machine/table.ts, and name it in COLUMNS_OF`,
      );
  for (const { path, isTransient } of chartStates(chart)) {
    if (isTransient) continue;
    const rows = ROWS_OF[path];
    if (rows === undefined)
      missing.push(
        `No verdict: state ${path}: write its row in test/machine/table.ts, and name it in ROWS_OF`,
      );
    for (const event of events) missing.push(...missingAt(chart, path, event, table));
  }
  return missing;
}

function missingAt(
  chart: ChartDefinition,
  path: string,
  event: string,
  table: Readonly<Record<string, Partial<Cells>>>,
): readonly string[] {
  const cell = `${path} × ${event}`;
  const columns = COLUMNS_OF[event] ?? [];
  const isBeyond = BEYOND.some(({ events, at }) => events.at(-1)?.type === event && at[path] !== undefined);
  const verdicts = (ROWS_OF[path] ?? []).flatMap((row) =>
    (columns === 'beyond' ? [] : columns).map((column) => ({
      where: `row '${row}', column '${column}'`,
      verdict: cellFor(path, row, column, table as typeof TABLE),
    })),
  );
  const blank = verdicts.filter(({ verdict }) => verdict === undefined);
  if (blank.length > 0) return blank.map(({ where }) => `No verdict: ${cell} (${where})`);
  const isSilent = verdicts.every(({ verdict }) => verdict === none) && !isBeyond;
  if (isSilent && isHandled(chart, path, event))
    return [`${cell}: the chart has a transition, and the table says that nothing happens`];
  return [];
}
