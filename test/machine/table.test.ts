/**
 * The hand-written table, cell by cell, on the bare chart and on the class.
 */
import { describe, expect, it } from 'vitest';
import { type Cell, type Column, none, type Row, TABLE, WITHOUT_RECONNECT } from './table.js';
import { type Bench, ChartBench, ClassBench, hasWaiting, type Outcome } from './tableBenches.js';

interface Case {
  readonly row: Row;
  readonly column: Column;
  readonly cell: Cell | typeof none;
  readonly reconnect: boolean;
}

const cases: Case[] = [
  ...Object.entries(TABLE).flatMap(([row, cells]) =>
    Object.entries(cells).map(([column, cell]) => ({
      row: row as Row,
      column: column as Column,
      cell,
      reconnect: true,
    })),
  ),
  ...WITHOUT_RECONNECT.map((each) => ({ ...each, reconnect: false })),
];

const BENCHES: readonly [string, (reconnect: boolean) => Bench][] = [
  ['chart', (reconnect) => new ChartBench(reconnect)],
  ['class', (reconnect) => new ClassBench(reconnect)],
];

/** What a cell promises of either bench. The chart knows no promise and no message. */
function expected({ row, cell, reconnect }: Case, from: string, isChart: boolean): Omit<Outcome, 'from'> {
  const quiet: Cell = { to: from, events: [] };
  const { to, events, call, waiting, socket = [] } = cell === none ? quiet : cell;
  const ofMessages = (what: string) => what.startsWith('undelivered ') || what.startsWith('send ');
  const withState = to === from ? events : [`state ${to} ${from}`, ...events];
  return {
    to,
    events: isChart ? withState.filter((each) => !ofMessages(each)) : withState,
    socket: isChart ? socket.filter((each) => !ofMessages(each)) : socket,
    call: isChart ? undefined : call,
    waiting: isChart ? undefined : (waiting ?? (hasWaiting(row, reconnect) ? 'held' : undefined)),
  };
}

describe('what each call, fact and timer does in each state', () => {
  it('has no blank cell', () => {
    const columns = Object.keys(TABLE.idle).sort();
    expect(columns).toHaveLength(20);
    for (const cells of Object.values(TABLE)) expect(Object.keys(cells).sort()).toEqual(columns);
    expect(cases).toHaveLength(14 * 20 + WITHOUT_RECONNECT.length);
  });

  for (const [name, make] of BENCHES) {
    describe(`on the ${name}`, () => {
      for (const each of cases) {
        const title = `${each.row} × ${each.column}${each.reconnect ? '' : ', without reconnect'}`;
        it(title, async () => {
          const outcome = await make(each.reconnect).run(each.row, each.column);
          if (outcome === 'no such timer') {
            expect(each.cell).toBe(none);
            return;
          }
          const { from, ...rest } = outcome;
          expect(from).toBe(each.row.split(',')[0]);
          expect(rest).toEqual(expected(each, from, name === 'chart'));
        });
      }
    });
  }
});
