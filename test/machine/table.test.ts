/**
 * The hand-written table, cell by cell, on the bare chart and on the class.
 */
import { describe, expect, it } from 'vitest';
import { none, TABLE, WITH_PREPARE, WITHOUT_RECONNECT } from './table.js';
import { type Bench, ChartBench, ClassBench } from './tableBenches.js';
import { CASES, expected } from './tableCases.js';

const BENCHES: readonly [string, (reconnect: boolean, prepares: boolean) => Bench][] = [
  ['chart', (...settings) => new ChartBench(...settings)],
  ['class', (...settings) => new ClassBench(...settings)],
];

describe('what each call, fact and timer does in each state', () => {
  it('has no blank cell', () => {
    const columns = Object.keys(TABLE.idle).sort();
    expect(columns).toHaveLength(27);
    for (const cells of Object.values(TABLE)) expect(Object.keys(cells).sort()).toEqual(columns);
    expect(CASES).toHaveLength(20 * 27 + WITH_PREPARE.length + WITHOUT_RECONNECT.length);
  });

  for (const [name, make] of BENCHES) {
    describe(`on the ${name}`, () => {
      for (const each of CASES) {
        const title = `${each.row} × ${each.column}${each.reconnect ? '' : ', without reconnect'}${each.prepares ? ', with prepare' : ''}`;
        it(title, async () => {
          const outcome = await make(each.reconnect, each.prepares).run(each.row, each.column);
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
