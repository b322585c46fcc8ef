/**
 * What the hand-written table says about a step of a generated path.
 *
 * The paths come from the chart and would bless any mistake in it; so the state and the events of each step are
 * looked up in the table by the situation before it and what happens. The table's cells hold for its own close
 * codes and for the loss it plays, so those are put in the place of the path's. What the table has no cell for
 * is written here, by hand, from the contract.
 */
import type { ConnectionPolicy, Loss, SendProgress } from '../../src/machine/index.js';
import type { ConnectionPath, PathStep } from '../../src/testing/index.js';
import {
  type Cell,
  type Column,
  none,
  type Row,
  TABLE,
  WITH_PREPARE,
  WITHOUT_RECONNECT,
} from '../machine/table.js';

/** The state that follows, and the documented events, `state` first where it changes. */
export interface Expected {
  readonly state: string;
  readonly events: readonly string[];
}

const ROWS: Readonly<Record<string, Row>> = {
  idle: 'idle',
  'session.connecting': 'connecting',
  'session.reconnecting': 'reconnecting',
  'session.preparing': 'preparing',
  'session.open.unwatched': 'open',
  'session.open.alive': 'open',
  'session.open.awaitingPong.waiting': 'open, awaiting a Pong',
  'session.open.awaitingPong.asked': 'open, asked for its peer',
  'session.closing.byUs': 'closing, by us',
  'session.closing.toConnect': 'closing, by us, then connect()',
  'session.closing.byPeer': 'closing, by the peer',
  'session.closing.toReconnect': 'closing, by the peer, then reconnect()',
  'session.closing.forGood': 'closing, by the peer, then close()',
  backoff: 'backoff',
  exhausted: 'exhausted',
  'closed.ended': 'closed',
  'closed.aborted': 'closed, by an abort',
};

/** What nobody hears of: the table has no column for it. */
const UNHEARD = 'unheard';
const SILENT_DELAYS: ReadonlySet<string> = new Set(['closing.overdue']);

/** What is heard of the bytes on their way out, from "Heartbeat" in the contract: a stall, and nothing else. */
function columnOfSending(
  { sending }: { readonly sending?: SendProgress },
  isClosing: boolean,
  policy: ConnectionPolicy,
): Column | typeof UNHEARD | undefined {
  if (sending === undefined) return undefined;
  const { heartbeatInterval, heartbeatTimeout, closeTimeout } = policy;
  const { hasTaken, longestGap, takenAgo, heardAgo } = sending;
  if (isClosing) {
    const limit = Math.max(closeTimeout, hasTaken ? 2 * longestGap : 20_000);
    return takenAgo < limit ? UNHEARD : 'closeTimeout';
  }
  const limit = hasTaken
    ? Math.max(heartbeatTimeout, 2 * longestGap)
    : Math.max(heartbeatInterval, heartbeatTimeout) + heartbeatTimeout;
  return Math.min(takenAgo, heardAgo) < limit ? UNHEARD : 'answered dead';
}

function columnOf(
  { event }: PathStep,
  isClosing: boolean,
  isFull: boolean,
  isBetween: boolean,
  policy: ConnectionPolicy,
): Column | typeof UNHEARD {
  switch (event.type) {
    case 'connect':
    case 'reconnect':
    case 'terminate':
    case 'close':
      return `${event.type}()`;
    case 'abort':
      return 'abort';
    case 'socket.opened':
      return 'opened';
    case 'socket.failed':
      return 'failed';
    case 'session.prepared':
      return 'prepared';
    case 'session.failed':
      return 'prepare failed';
    case 'socket.peerClosed':
      return 'peerClosed';
    case 'socket.peerErred':
      return 'peerErred';
    case 'socket.closed':
      return 'closed';
    case 'socket.ponged':
      return 'ponged';
    case 'socket.answered':
      if (event.alive && !isClosing && !isBetween) return 'answered alive';
      return columnOfSending(event, isClosing, policy) ?? 'answered dead';
    case 'runtime.online':
      return 'online';
    case 'runtime.awake':
      return 'awake';
    case 'delay.passed':
      if (event.delay === 'closeTimeout' && isFull) return UNHEARD;
      return SILENT_DELAYS.has(event.delay) ? UNHEARD : (event.delay as Column);
    default:
      return UNHEARD;
  }
}

/** What each step of `path` must bring. */
export function expectedByTable(path: ConnectionPath): readonly Expected[] {
  return path.steps.map((_, index) => expectedOf(path, index));
}

function expectedOf({ steps, policy }: ConnectionPath, index: number): Expected {
  const step = steps[index] as PathStep;
  const before = steps.slice(0, index);
  const value = before.at(-1)?.value ?? 'idle';
  const given = rowOf(value, before);
  if (given === undefined) throw new Error(`The table has no row for ${value}`);
  // Where bytes wait, the socket is asked between two heartbeats, too.
  const row = step.event.type === 'socket.answered' && given === 'open' ? 'open, asked for its peer' : given;
  const from = row.split(',')[0] as string;
  const isFull = before.some(({ event }) => event.type === 'socket.filled');
  const column = columnOf(step, from === 'closing', isFull, given === 'open', policy);
  // "The deadline came so late that this process must have been stopped": another Ping, no verdict.
  const wasAsleep = column === 'answered dead' && before.some(({ event }) => event.type === 'process.slept');
  if (column === UNHEARD || wasAsleep) return { state: from, events: [] };

  const cell = dialsAtOnce(row, column, before, policy) ?? cellOf(row, column, policy, before);
  const events = (cell === none ? [] : cell.events)
    .filter((event) => !/^(undelivered|pong) /.test(event))
    .map((event) => inTermsOf(event, row, step, before))
    .map((event) => event.replace('reconnecting 1 1000', `reconnecting 1 ${delayAfter(step, policy)}`));
  const state = cell === none ? from : cell.to;
  return { state, events: state === from ? events : [`state ${state} ${from}`, ...events] };
}

/** The situation, which for a connection that is not open yet depends on what was dialled. */
function rowOf(value: string, before: readonly PathStep[]): Row | undefined {
  const row = ROWS[value];
  if (row === 'reconnecting' && isHastened(before)) return 'reconnecting, at a report of the runtime';
  if (row !== 'preparing') return row;
  const dial = before.findLast(({ state }) => state !== 'preparing');
  return dial?.state === 'reconnecting' ? 'preparing, after a loss' : row;
}

function cellOf(
  row: Row,
  column: Column,
  { reconnect, prepares }: ConnectionPolicy,
  before: readonly PathStep[],
): Cell | typeof none {
  const prepared = WITH_PREPARE.find((each) => each.row === row && each.column === column);
  if (prepares && prepared !== undefined) return prepared.cell;
  const isErred = before.at(-1)?.state === 'closing' && before.some(isPeerErr);
  const changed = WITHOUT_RECONNECT.find((each) => each.row === row && each.column === column);
  const special = (isErred ? ERRED : WITHOUT)[`${row} × ${column}`];
  if (special !== undefined && (isErred || !reconnect)) return special;
  return !reconnect && changed !== undefined ? changed.cell : TABLE[row][column];
}

/** "In a page": what shortens `backoff`, by how long ago the dial began and the server asked for time. */
function dialsAtOnce(
  row: Row,
  column: Column,
  before: readonly PathStep[],
  { reconnectDelay }: ConnectionPolicy,
): Cell | undefined {
  if (row !== 'backoff' || (column !== 'online' && column !== 'awake')) return undefined;
  const stays: Cell = { to: 'backoff', events: [] };
  const loss = before.findLastIndex(
    ({ state }, index) => state === 'backoff' && before[index - 1]?.state !== state,
  );
  const asked = retryAfterIn(before[loss]);
  if (passedAfter(loss, before) < asked) return stays;
  const dial = before.findLastIndex(
    ({ state }, index) => DIALLING.has(state) && before[index - 1]?.state !== state,
  );
  if (column === 'awake' && passedAfter(dial, before) < reconnectDelay) return stays;
  return { to: 'reconnecting', events: [] };
}

/** Whether the present dial began before the delay of its back-off was over, and nobody called `reconnect()`. */
function isHastened(before: readonly PathStep[]): boolean {
  const dial = before.findLastIndex(
    ({ state }, index) => state === 'reconnecting' && before[index - 1]?.state === 'backoff',
  );
  const rest = before.slice(dial + 1);
  if (dial < 0 || rest.some(({ state }) => state !== 'reconnecting')) return false;
  const { event } = before[dial] as PathStep;
  if (event.type === 'reconnect') return false;
  if (event.type !== 'delay.passed') return true;
  // A report that came too early shortened the delay.
  const loss = before.findLastIndex(
    ({ state }, index) => state === 'backoff' && before[index - 1]?.state !== 'backoff' && index < dial,
  );
  const passed = passedAfter(loss, before.slice(0, dial + 1));
  return passed < delayOf(before[loss]);
}

const delayOf = (step: PathStep | undefined): number => {
  const scheduled = step?.emitted.find(({ type }) => type === 'retryScheduled');
  return scheduled?.type === 'retryScheduled' ? scheduled.delay : 0;
};

const DIALLING: ReadonlySet<string> = new Set(['connecting', 'reconnecting']);

/** How much time the steps after `index` took, in ms. */
function passedAfter(index: number, steps: readonly PathStep[]): number {
  const times = steps.slice(index + 1).map(({ event }) => ('ms' in event ? event.ms : 0));
  return times.reduce((sum, ms) => sum + ms, 0);
}

/** The `Retry-After` of the paths' only HTTP answer, 503, in ms. */
function retryAfterIn(step: PathStep | undefined): number {
  return step?.event.type === 'socket.failed' && step.event.loss.error?.name === 'HandshakeError' ? 1000 : 0;
}

const delayAfter = (step: PathStep, { reconnectDelay }: ConnectionPolicy): number =>
  Math.max(reconnectDelay, retryAfterIn(step));

const isPeerErr = ({ event }: PathStep) => event.type === 'socket.peerErred';

/** Beyond the table's own rows for a client without `reconnect`: a loss after reconnect() ends it. */
const WITHOUT: Readonly<Record<string, Cell>> = {
  'reconnecting × failed': {
    to: 'closed',
    events: ['reconnect-error ConnectionError', 'close 1006 "" ConnectionError'],
  },
  'reconnecting × connectTimeout': {
    to: 'closed',
    events: ['reconnect-error TimeoutError', 'close 1006 "" TimeoutError'],
  },
  'open, awaiting a Pong × closed': { to: 'closed', events: ['close 1006 ""'] },
  'open, asked for its peer × closed': { to: 'closed', events: ['close 1006 ""'] },
};

/** Where the peer broke the protocol: 1002 is final, the event says 1006, and the error comes first. */
const ERRED: Readonly<Record<string, Cell>> = {
  'closing, by the peer × closed': {
    to: 'closed',
    events: ['error ConnectionError', 'close 1006 "" ConnectionError'],
  },
  'closing, by the peer × closeTimeout': {
    to: 'closed',
    events: ['error ConnectionError', 'close 1006 "" ConnectionError'],
  },
};

/** The table's close codes, loss and attempt, in those of the path. */
function inTermsOf(text: string, row: Row, step: PathStep, before: readonly PathStep[]): string {
  const { event } = step;
  if (retryAfterIn(step) > 0) return text.replace('ConnectionError', 'HandshakeError');
  if (event.type === 'close') return text.replace('close 4002 "ours"', closeText(event, true));
  if (event.type === 'socket.opened') {
    // The row `reconnecting` is reached after a loss there; after reconnect() the attempts start at 0.
    const dial = before.findLast(({ state }) => state !== 'reconnecting');
    return dial?.state === 'backoff' ? text : text.replace('again 1', 'again 0');
  }
  if (!row.startsWith('closing')) return text;
  const loss = event.type === 'socket.closed' ? event.loss : undefined;
  if (loss !== undefined && row.startsWith('closing, by us')) {
    return text.replace('close 1006 ""', closeText(loss, loss.wasClean));
  }
  const peer = before.findLast((each) => each.event.type === 'socket.peerClosed')?.event;
  return peer?.type === 'socket.peerClosed'
    ? text.replace('close 4001 "peer"', closeText(peer, false))
    : text;
}

function closeText({ code, reason }: Pick<Loss, 'code' | 'reason'>, wasClean: boolean): string {
  return `close ${code} "${reason}"${wasClean ? ' wasClean' : ''}`;
}
