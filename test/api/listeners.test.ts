/**
 * Calls from inside listeners: each of connect(), close(), reconnect() and send(), alone and in pairs, while
 * each announcement of each cell of the hand-written table is being delivered. What is heard, what the getter
 * says meanwhile and what the socket sees are held against the model in listenersModel.ts.
 */
import { describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { RUNTIME_FACT } from '../../src/port/index.js';
import { type FakeConnection, fakeTransport, VirtualClock } from '../../src/testing/index.js';
import {
  type Column,
  DELAYS,
  none,
  OURS,
  prepares,
  type Row,
  SETTINGS,
  TABLE,
  WITHOUT_RECONNECT,
} from '../machine/table.js';
import {
  drive,
  fire,
  hasWaiting,
  RECORDED,
  unprepared,
  unpreparedForGood,
  WAYS,
  written,
} from '../machine/tableBenches.js';
import { EVENTS } from '../support/events.js';
import { type Account, CALLS, type Call, type Extra, Model, type Plan } from './listenersModel.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The real client in a row's situation. */
class Scene {
  readonly #clock = new VirtualClock();
  readonly #fake = fakeTransport({ autoAnswer: 'manual' });
  readonly #abort = new AbortController();
  readonly #promises: Promise<unknown>[] = [];
  readonly #ws: ReckerWebSocket;
  readonly #reconnect: boolean;
  /** What becomes of the newest `prepare`. */
  #preparing: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #plan: Plan = new Map();
  #log: string[] = [];
  #socket: string[] = [];

  constructor(reconnect: boolean, hasPrepare: boolean) {
    this.#reconnect = reconnect;
    const fake = this.#fake;
    this.#ws = new ReckerWebSocket('ws://localhost/', {
      ...SETTINGS,
      reconnect,
      ...(hasPrepare ? { prepare: () => this.#prepare() } : {}),
      clock: this.#clock,
      signal: this.#abort.signal,
      transport: {
        name: 'fake',
        supports: fake.supports,
        dial: (request, observer) => this.#recorded(fake.dial(request, observer)),
      },
    });
    for (const event of EVENTS) this.#ws.on(event, (...args: unknown[]) => this.#hear(event, args));
  }

  #prepare(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#preparing = { resolve, reject };
    });
  }

  async enter(row: Row): Promise<void> {
    for (const step of WAYS[row]) {
      this.#act(step);
      // `prepare` ends in a later turn.
      if (step === 'prepared') await settled();
    }
    if (hasWaiting(row, this.#reconnect)) this.#promises.push(this.#ws.send('waiting'));
    if (row === 'closing, by the peer, then close()') this.#act('close()');
  }

  async run(trigger: Column | Extra, plan: Plan): Promise<Account> {
    await settled();
    if (trigger === 'pong') this.#ws.ping();
    this.#plan = plan;
    this.#log = [];
    this.#socket = [];
    if (trigger === 'message') this.#fake.last.message('hi');
    else if (trigger === 'pong') this.#fake.last.pong();
    else this.#act(trigger);
    if (trigger === 'prepared' || trigger.startsWith('prepare failed')) await settled();
    const account = { log: this.#log, socket: this.#socket, state: this.#ws.state };
    this.#plan = new Map();
    return account;
  }

  /** Brings the client to rest: then no promise may be left open. */
  async end(): Promise<void> {
    let open = 0;
    for (const promise of this.#promises) {
      open += 1;
      const done = () => {
        open -= 1;
      };
      promise.then(done, done);
    }
    this.#log = [];
    this.#socket = [];
    void this.#ws.close();
    for (const connection of this.#fake.live) connection.end();
    await settled();
    expect([open, this.#ws.state, this.#fake.live.length, this.#clock.pending]).toEqual([0, 'closed', 0, []]);
  }

  #hear(event: string, args: unknown[]): void {
    const index = this.#log.length;
    const text = event === 'message' ? 'message hi' : written(event, args);
    this.#log.push(`${text} @ ${this.#ws.state}`);
    for (const call of this.#plan.get(index) ?? []) this.#act(call);
  }

  #act(column: Column): void {
    const ws = this.#ws;
    const calls: Record<Call, () => Promise<void> | void> = {
      'connect()': () => ws.connect(),
      'close()': () => ws.close(OURS.code, OURS.reason),
      'reconnect()': () => ws.reconnect(),
      'terminate()': () => ws.terminate(),
      'send()': () => ws.send('new'),
    };
    if (column in calls) {
      const promise = calls[column as Call]();
      promise?.catch(() => {});
      if (promise !== undefined) this.#promises.push(promise);
    } else if (column in DELAYS) fire(this.#clock, column);
    else if (column === 'abort') this.#abort.abort();
    else if (column === 'prepared') this.#preparing?.resolve();
    else if (column.startsWith('prepare failed'))
      this.#preparing?.reject(column === 'prepare failed' ? unprepared() : unpreparedForGood());
    else if (column === 'awake') ws.wake();
    else if (column === 'online') ws[RUNTIME_FACT]({ type: 'runtime.online' });
    else drive(this.#fake.last, column);
  }

  #recorded(connection: FakeConnection): FakeConnection {
    this.#socket.push('dial');
    return new Proxy(connection, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (RECORDED.has(name as string)) this.#socket.push([name, ...args].join(' '));
          return value.apply(target, args) as unknown;
        };
      },
    });
  }
}

/** Every call alone, every two in the same listener, every two in consecutive ones. */
function plansAt(index: number): Plan[] {
  const plans: Plan[] = [];
  for (const first of CALLS) {
    plans.push(new Map([[index, [first]]]));
    for (const second of CALLS) {
      plans.push(new Map([[index, [first, second]]]));
      plans.push(
        new Map([
          [index, [first]],
          [index + 1, [second]],
        ]),
      );
    }
  }
  return plans;
}

/** What is tried; without `reconnect` only what then differs, and what has nothing to do with it. */
const cells: [Row, Column | Extra, boolean][] = [
  ...(Object.keys(TABLE) as Row[]).flatMap((row) =>
    (Object.keys(TABLE[row]) as Column[])
      .filter((column) => TABLE[row][column] !== none)
      .map((column): [Row, Column, boolean] => [row, column, true]),
  ),
  ...WITHOUT_RECONNECT.map(({ row, column }): [Row, Column, boolean] => [row, column, false]),
  ...[true, false].flatMap((reconnect): [Row, Column | Extra, boolean][] => [
    ['open', 'message', reconnect],
    ['open', 'pong', reconnect],
    ['closing, by us', 'message', reconnect],
  ]),
  ['connecting', 'opened', false],
  ['open', 'peerClosed', false],
];

const heldIn = (row: Row, reconnect: boolean): string[] => (hasWaiting(row, reconnect) ? ['waiting'] : []);
const modelOf = (row: Row, reconnect: boolean, plan?: Plan) =>
  new Model(row, heldIn(row, reconnect), reconnect, plan);
const told = cells
  .map(([row, trigger, reconnect]) => ({
    ...{ row, trigger, reconnect },
    log: modelOf(row, reconnect).run(trigger).log,
  }))
  .filter(({ log }) => log.length > 0);

describe('calls from inside listeners', () => {
  it('are tried in every documented event', () => {
    const events = new Set(told.flatMap(({ log }) => log.map((line) => line.split(' ')[0])));
    expect([...events].sort()).toEqual([...EVENTS].sort());
    // Announcements with a listener that calls, each with 4 calls, 16 pairs in it and 16 over two of them.
    expect(told.reduce((sum, { log }) => sum + log.length, 0) * 36).toBeGreaterThan(6000);
  });

  for (const { row, trigger, reconnect, log } of told) {
    const title = `${row} × ${trigger}${reconnect ? '' : ', without reconnect'}`;
    it(`${title}: ${log.length} announcements × 36`, async () => {
      for (const [index, line] of log.entries()) {
        for (const plan of plansAt(index)) {
          const scene = new Scene(reconnect, prepares(row));
          await scene.enter(row);
          const account = await scene.run(trigger, plan);
          const calls = JSON.stringify([...plan]);
          expect(account, `${calls} in ${line}`).toEqual(modelOf(row, reconnect, plan).run(trigger));
          await scene.end();
        }
      }
    });
  }
});
