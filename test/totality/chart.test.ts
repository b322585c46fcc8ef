/**
 * The hand-written table has a verdict for every state × event of the chart. Both are read from the chart, so that a new
 * state or event without verdicts fails here. test/machine/table.test.ts executes the cells on chart and class.
 */
import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { connectionMachine } from '../../src/machine/index.js';
import { type Column, DELAYS, none, prepares, type Row, TABLE } from '../machine/table.js';
import { ChartBench } from '../machine/tableBenches.js';
import { chartEvents, chartStates } from './alphabet.js';
import { BEYOND, COLUMNS_OF, missingVerdicts, ROWS_OF, UNWATCHED } from './chartVerdicts.js';

const RESTING = chartStates(connectionMachine).filter(({ isTransient }) => !isTransient);

/** The chart in a row's situation. */
function benchIn(path: string, row: Row): ChartBench {
  const settings = path === 'session.open.unwatched' ? { heartbeatInterval: 0 } : {};
  const bench = new ChartBench(true, prepares(row), connectionMachine, settings);
  bench.enter(row);
  return bench;
}

/** The chart with one thing more. */
const changed = (change: (config: { states: Record<string, object>; on?: object }) => void) => {
  const { config } = connectionMachine as unknown as { config: { states: Record<string, object> } };
  const copy = { ...config, states: { ...config.states } };
  change(copy);
  return createMachine(copy as never) as never;
};

describe('the table', () => {
  it('has a verdict for every state and event of the chart', () => {
    expect(missingVerdicts(connectionMachine)).toEqual([]);
    expect(RESTING).toHaveLength(17);
    expect(chartEvents(connectionMachine)).toHaveLength(24);
  });

  it('has no row, column or mapping of something that is not in the chart', () => {
    expect(Object.keys(ROWS_OF).sort()).toEqual(RESTING.map(({ path }) => path).sort());
    expect(Object.keys(COLUMNS_OF).sort()).toEqual([...chartEvents(connectionMachine)].sort());
    expect([...new Set(Object.values(ROWS_OF).flat())].sort()).toEqual(Object.keys(TABLE).sort());
    const columns = Object.values(COLUMNS_OF).flatMap((each) => (each === 'beyond' ? [] : each));
    expect([...new Set(columns)].sort()).toEqual(Object.keys(TABLE.idle).sort());
  });

  it.each(Object.entries(ROWS_OF))('has rows about %s that are about it', (path, rows) => {
    for (const row of rows) expect(benchIn(path, row).path).toBe(path);
  });

  it.each(Object.keys(UNWATCHED) as Column[])('without a heartbeat, %s changes nothing', (column) => {
    const bench = benchIn('session.open.unwatched', 'open');
    expect(UNWATCHED[column]).toBe(none);
    // A timer is not there at all.
    if (column in DELAYS) expect(bench.act(column)).toBe(false);
    else bench.act(column);
    expect(bench.path).toBe('session.open.unwatched');
    expect(bench.send({ type: 'runtime.awake' })).toEqual({ events: [], socket: [] });
  });

  describe.each(BEYOND)('says what follows where no column fits: $name', ({ asleep, events, at }) => {
    it.each(RESTING)('$path', ({ path }) => {
      const bench = benchIn(path, (ROWS_OF[path] as readonly Row[])[0] as Row);
      const from = bench.path;
      if (asleep) bench.sleep(3_600_000);
      const outcomes = events.map((event) => bench.send(event));
      const { to, events: heard, socket = [] } = at[path] ?? { to: from, events: [] };
      expect({ ...outcomes.at(-1), to: bench.path }).toEqual({ events: heard, socket, to });
    });
  });
});

describe('what has no verdict fails by name', () => {
  it('a new state', () => {
    const chart = changed((config) => {
      config.states.suspended = { on: { connect: 'idle' } };
    });
    expect(missingVerdicts(chart)).toEqual([
      'No verdict: state suspended: write its row in test/machine/table.ts, and name it in ROWS_OF',
      'suspended × connect: the chart has a transition, and the table says that nothing happens',
    ]);
  });

  it('a new event', () => {
    const chart = changed((config) => {
      config.states.backoff = { ...config.states.backoff, on: { 'runtime.suspended': 'idle' } };
    });
    expect(missingVerdicts(chart)).toEqual([
      'No verdict: event runtime.suspended: write its column in test/machine/table.ts, and name it in COLUMNS_OF',
      'backoff × runtime.suspended: the chart has a transition, and the table says that nothing happens',
    ]);
  });

  it('a new transition of a known event in a known state', () => {
    const chart = changed((config) => {
      config.states.exhausted = {
        ...config.states.exhausted,
        on: { ...(config.states.exhausted as { on: object }).on, 'runtime.online': 'idle' },
      };
    });
    expect(missingVerdicts(chart)).toEqual([
      'exhausted × runtime.online: the chart has a transition, and the table says that nothing happens',
    ]);
  });

  it('a cell that was taken out of the table', () => {
    const { failed: _, ...connecting } = TABLE.connecting;
    expect(missingVerdicts(connectionMachine, { ...TABLE, connecting })).toEqual([
      "No verdict: session.connecting × socket.failed (row 'connecting', column 'failed')",
    ]);
  });
});
