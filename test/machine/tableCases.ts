/** The hand-written table as a list of cases, and what each promises on the bare chart and on the class. */
import {
  type Cell,
  type Column,
  none,
  prepares,
  type Row,
  TABLE,
  WITH_PREPARE,
  WITHOUT_RECONNECT,
} from './table.js';
import { hasWaiting, type Outcome } from './tableBenches.js';

export interface Case {
  readonly row: Row;
  readonly column: Column;
  readonly cell: Cell | typeof none;
  readonly reconnect: boolean;
  readonly prepares: boolean;
}

export const CASES: readonly Case[] = [
  ...Object.entries(TABLE).flatMap(([row, cells]) =>
    Object.entries(cells).map(([column, cell]) => ({
      row: row as Row,
      column: column as Column,
      cell,
      reconnect: true,
      prepares: prepares(row as Row),
    })),
  ),
  ...WITH_PREPARE.map((each) => ({ ...each, reconnect: true, prepares: true })),
  ...WITHOUT_RECONNECT.map((each) => ({ ...each, reconnect: false, prepares: prepares(each.row) })),
];

/** What a cell promises of either bench. The chart knows no promise, no message and no round trip. */
export function expected(
  { row, cell, reconnect }: Case,
  from: string,
  isChart: boolean,
): Omit<Outcome, 'from'> {
  const quiet: Cell = { to: from, events: [] };
  const { to, events, call, waiting, socket = [] } = cell === none ? quiet : cell;
  const ofMessages = (what: string) => /^(undelivered|send|pong) /.test(what);
  const withState = to === from ? events : [`state ${to} ${from}`, ...events];
  return {
    to,
    events: isChart ? withState.filter((each) => !ofMessages(each)) : withState,
    socket: isChart ? socket.filter((each) => !ofMessages(each)) : socket,
    call: isChart ? undefined : call,
    waiting: isChart ? undefined : (waiting ?? (hasWaiting(row, reconnect) ? 'held' : undefined)),
  };
}
