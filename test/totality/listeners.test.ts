/**
 * Every call from inside a listener of every documented event in every situation in which it can be heard: the verdicts of
 * listenerVerdicts.ts, cell by cell, on the real class. Each call is made alone, and twice by a listener that then throws.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import type { Row } from '../machine/table.js';
import { EVENTS } from '../support/events.js';
import { documentedEvents, methodsOf } from './alphabet.js';
import { ListenerModel, type Moment, momentOf, moments, type Plan } from './listenerModel.js';
import { ListenerScene } from './listenerScene.js';
import {
  CALLS,
  CALLS_OF,
  type Call,
  missingListenerVerdicts,
  placesIn,
  ROWS,
  RULES,
  verdictOf,
} from './listenerVerdicts.js';

const METHODS = [...methodsOf(ReckerWebSocket.prototype), 'the option signal'];
const ALPHABET = { events: documentedEvents(), methods: METHODS, rows: ROWS };
const MOMENTS = moments();
const HEARD = ROWS.flatMap((row) =>
  documentedEvents().flatMap((event) => {
    const moment = momentOf(MOMENTS, row, event);
    return moment === undefined ? [] : [{ row, event, moment }];
  }),
);

/** What listeners threw, in order. */
let uncaught: unknown[] = [];
const { stackTraceLimit } = Error;

beforeAll(() => {
  // Errors are made by the thousand, and nobody reads where.
  Error.stackTraceLimit = 0;
  process.setUncaughtExceptionCaptureCallback((error) => uncaught.push(error));
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
  process.setUncaughtExceptionCaptureCallback(null);
});
beforeEach(() => {
  uncaught = [];
});

async function hold(moment: Moment, plan: Plan, thrown?: Error): Promise<void> {
  const scene = new ListenerScene(moment);
  const account = await scene.run(moment, plan, thrown);
  const left = await scene.end();
  const actual = { ...account, left, uncaught: uncaught.splice(0) };
  const expected = {
    ...new ListenerModel(moment.row, moment.hasPrepare, plan).run(moment.trigger),
    left: 'closed: 0 promises, 0 streams, 0 sockets, 0 timers',
    uncaught: thrown === undefined ? [] : [thrown],
  };
  if (isDeepStrictEqual(actual, expected)) return;
  const calls = `${[...plan.setup, '→', ...plan.calls].join(' ')}${thrown === undefined ? '' : ', then throws'}`;
  expect(actual, `${calls} (${moment.row} × ${moment.trigger})`).toEqual(expected);
}

/** The calls one by one; those that do nothing here all in one run. */
function runsOf(row: Row, event: string): readonly (readonly Call[])[] {
  const isQuiet = (call: Call) => Object.keys(verdictOf(row, event, call)).every((key) => key === 'promise');
  return [...CALLS.filter((call) => !isQuiet(call)).map((call) => [call]), CALLS.filter(isQuiet)];
}

describe('the verdicts', () => {
  it('are there for every situation, documented event and method of the class', () => {
    expect(missingListenerVerdicts(ALPHABET)).toEqual([]);
    expect([...EVENTS].sort()).toEqual([...documentedEvents()].sort());
    expect(Object.keys(CALLS_OF).sort()).toEqual([...METHODS].sort());
    expect([...placesIn().keys()]).toEqual(ROWS);
  });

  it('say where each event can be heard, as the table has it', () => {
    const found = ROWS.map((row) => [
      row,
      documentedEvents().map((event) => {
        const moment = momentOf(MOMENTS, row, event);
        return [event, moment === undefined ? 'never' : moment.setup.length === 0 ? 'heard' : 'after a call'];
      }),
    ]);
    expect([...placesIn()].map(([row, marks]) => [row, [...marks]])).toEqual(found);
  });
});

describe('what has no verdict, or two, fails by name', () => {
  it('a new documented event', () => {
    expect(missingListenerVerdicts({ ...ALPHABET, events: [...ALPHABET.events, 'suspended'] })).toEqual([
      "No verdict: event 'suspended': say in HEARD_IN where it can be heard",
    ]);
  });

  it('a new situation', () => {
    expect(missingListenerVerdicts({ ...ALPHABET, rows: [...ALPHABET.rows, 'suspended'] })).toEqual([
      "No verdict: situation 'suspended': say in HEARD_IN what can be heard in it",
    ]);
  });

  it('a new method', () => {
    class Extended extends ReckerWebSocket {
      suspend(): void {}
    }
    const methods = [...METHODS, ...methodsOf(Extended.prototype)];
    expect(missingListenerVerdicts({ ...ALPHABET, methods })).toEqual([
      'No verdict: method suspend: name its calls in CALLS_OF, and write their rules',
    ]);
  });

  it('a rule that was taken out', () => {
    const rules = RULES.filter(({ calls, in: events }) => !calls.includes('wake()') || events.length > 1);
    expect(missingListenerVerdicts(ALPHABET, rules)).toEqual([
      "No verdict: 'backoff' × in a listener of 'heartbeat-timeout' × wake(): write a rule",
    ]);
  });

  it('a second rule for one cell', () => {
    const second = { calls: ['ping()'], at: ['idle'], in: ['error'], does: () => ({}) } as const;
    expect(missingListenerVerdicts(ALPHABET, [...RULES, second])).toEqual([
      "2 verdicts: 'idle' × in a listener of 'error' × ping()",
    ]);
  });
});

describe.each(ROWS)('in %s', (row) => {
  it.each(HEARD.filter((each) => each.row === row))(
    'inside a listener of $event',
    async ({ event, moment }) => {
      const { index, setup } = moment;
      for (const calls of runsOf(row, event)) {
        await hold(moment, { index, setup, calls });
        await hold(moment, { index, setup, calls: [...calls, ...calls] }, new Error(`thrown after ${calls}`));
      }
    },
  );
});
