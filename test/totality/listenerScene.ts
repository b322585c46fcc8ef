/**
 * The real client with a fake transport in virtual time, brought to a moment at which one of its listeners calls back into
 * it, and what can be seen of that.
 */
import { PassThrough } from 'node:stream';
import { inspect } from 'node:util';
import { ReckerWebSocket } from '../../src/index.js';
import { RUNTIME_FACT } from '../../src/port/index.js';
import { type FakeConnection, fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { type Column, DELAYS, OURS, type Promised, SETTINGS } from '../machine/table.js';
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
import { type Account, isAwaited, type Moment, type Plan, returned, type Trigger } from './listenerModel.js';
import type { Call } from './listenerVerdicts.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const ignore = () => {};

/** More than the send queue of the scene holds, and more than its transport takes. */
const SURPLUS = 'x'.repeat(20_000);
const SEEN: ReadonlySet<unknown> = new Set([...RECORDED, 'pause', 'resume']);

export class ListenerScene {
  readonly #clock = new VirtualClock();
  readonly #fake = fakeTransport({ autoAnswer: 'manual' });
  readonly #abort = new AbortController();
  readonly #ws: ReckerWebSocket;
  /** Every promise that was given out. */
  readonly #promises: Promise<unknown>[] = [];
  readonly #pipes: PassThrough[] = [];
  /** What becomes of the newest `prepare`. */
  #preparing: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  /** Whether the next thing that the client asks of a function of the user throws. */
  #throws = false;
  #plan: Plan | undefined;
  #thrown: Error | undefined;
  #heard: string[] = [];
  #returned: string[] = [];
  #socket: string[] = [];
  #calls: (Promise<unknown> | undefined)[] = [];

  constructor({ row, hasPrepare, trigger }: Moment) {
    const fake = this.#fake;
    this.#ws = new ReckerWebSocket('ws://localhost/', {
      ...SETTINGS,
      sendQueue: { maxBytes: 10_000 },
      ...(hasPrepare ? { prepare: () => this.#prepare() } : {}),
      ...(trigger === 'user error' ? { inspect: () => this.#throwOnce() } : {}),
      clock: this.#clock,
      signal: this.#abort.signal,
      transport: {
        name: 'fake',
        supports: fake.supports,
        dial: (request, observer) => this.#recorded(fake.dial(request, observer)),
      },
    });
    for (const event of EVENTS) this.#ws.on(event, (...args: unknown[]) => this.#hear(event, args));
    for (const step of WAYS[row]) this.#step(step);
  }

  /** @param thrown what the listener throws after its calls */
  async run({ row, trigger }: Moment, plan: Plan, thrown?: Error): Promise<Account> {
    // `prepare` and its end are a turn late.
    await settled();
    const before = [
      isAwaited(row) ? this.#keep(this.#ws.connect()) : undefined,
      hasWaiting(row, true) ? this.#keep(this.#ws.send('waiting')) : undefined,
    ];
    if (row === 'closing, by the peer, then close()') this.#step('close()');
    if (trigger === 'pong') this.#ws.ping();
    this.#plan = plan;
    this.#thrown = thrown;
    this.#heard = [];
    this.#socket = [];
    this.#trigger(trigger);
    await settled();
    const outcomes = await Promise.all([...before, ...this.#calls].map(outcomeOf));
    this.#plan = undefined;
    return {
      heard: [...this.#heard],
      returned: this.#returned,
      socket: [...this.#socket],
      state: this.#ws.state,
      promises: outcomes.slice(before.length),
      before: outcomes.slice(0, before.length),
    };
  }

  /** Brings the client to rest, and says what is left then. */
  async end(): Promise<string> {
    let open = this.#promises.length;
    const done = () => {
      open -= 1;
    };
    for (const promise of this.#promises) promise.then(done, done);
    this.#keep(this.#ws.close());
    for (const connection of this.#fake.live) connection.end();
    for (let turn = 0; turn < 10 && open > 0; turn += 1) await settled();
    const streams = this.#pipes.filter((stream) => !stream.destroyed && !stream.writableEnded).length;
    const { length: sockets } = this.#fake.live;
    const { length: timers } = this.#clock.pending;
    return `${this.#ws.state}: ${open} promises, ${streams} streams, ${sockets} sockets, ${timers} timers`;
  }

  #prepare(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#preparing = { resolve, reject };
    });
  }

  #throwOnce(): void {
    if (!this.#throws) return;
    this.#throws = false;
    throw new Error('of the user');
  }

  #hear(event: string, args: unknown[]): void {
    const index = this.#heard.length;
    const shown = event === 'undelivered' && args[0] === SURPLUS ? ['surplus', args[1]] : args;
    this.#heard.push(`${event === 'message' ? 'message hi' : written(event, shown)} @ ${this.#ws.state}`);
    if (this.#plan?.index !== index) return;
    for (const call of this.#plan.setup) this.#call(call);
    for (const call of this.#plan.calls) this.#calls.push(this.#call(call));
    if (this.#thrown !== undefined) throw this.#thrown;
  }

  #call(call: Call): Promise<unknown> | undefined {
    const ws = this.#ws;
    const heard = this.#heard.length;
    const promise = this.#keep(CALL[call](ws, this));
    if (this.#heard.length !== heard) throw new Error(`${call} called listeners before it returned`);
    this.#returned.push(returned(ws, this.#socket));
    return promise;
  }

  #keep(promise: Promise<unknown> | undefined): Promise<unknown> | undefined {
    promise?.catch(ignore);
    if (promise !== undefined) this.#promises.push(promise);
    return promise;
  }

  /** A stream of which nothing comes, or into which nothing went yet. */
  stream(): PassThrough {
    const stream = new PassThrough();
    this.#pipes.push(stream);
    return stream;
  }

  abort(): void {
    this.#abort.abort();
  }

  #trigger(trigger: Trigger): void {
    const ws = this.#ws;
    if (trigger === 'message') this.#fake.last.message('hi');
    else if (trigger === 'pong') this.#fake.last.pong();
    else if (trigger === 'refused send') this.#keep(ws.send(SURPLUS));
    else if (trigger !== 'user error') this.#step(trigger);
    else {
      this.#throws = true;
      // A function of the user is asked, and nothing else changes.
      if (ws.isConnected) ws.ping();
      else ws[RUNTIME_FACT]({ type: 'runtime.online' });
    }
  }

  /** A column of the table, outside of listeners. */
  #step(column: Column): void {
    if (column in CALL) this.#keep(CALL[column as Call](this.#ws, this));
    else if (column in DELAYS) fire(this.#clock, column);
    else if (column === 'prepared') this.#preparing?.resolve();
    else if (column.startsWith('prepare failed'))
      this.#preparing?.reject(column === 'prepare failed' ? unprepared() : unpreparedForGood());
    else if (column === 'awake') this.#ws.wake();
    else drive(this.#fake.last, column);
  }

  #recorded(connection: FakeConnection): FakeConnection {
    this.#socket.push('dial');
    return new Proxy(connection, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (name === 'ping') this.#throwOnce();
          if (args[0] === SURPLUS) throw new Error('too large');
          if (SEEN.has(name)) this.#socket.push([name, ...args].join(' '));
          return value.apply(target, args) as unknown;
        };
      },
    });
  }
}

type Calling = (ws: ReckerWebSocket, scene: ListenerScene) => Promise<unknown> | undefined;

/** A call that returns no promise. */
const does =
  (call: (ws: ReckerWebSocket, scene: ListenerScene) => unknown): Calling =>
  (ws, scene) => {
    call(ws, scene);
    return undefined;
  };
const aborted = AbortSignal.abort();

const CALL: Readonly<Record<Call, Calling>> = {
  'connect()': (ws) => ws.connect(),
  'connect(aborted)': (ws) => ws.connect({ signal: aborted }),
  'reconnect()': (ws) => ws.reconnect(),
  'close()': (ws) => ws.close(OURS.code, OURS.reason),
  'terminate()': does((ws) => ws.terminate()),
  'send()': (ws) => ws.send('new'),
  'sendJSON()': (ws) => ws.sendJSON('new'),
  'wake()': does((ws) => ws.wake()),
  online: does((ws) => ws[RUNTIME_FACT]({ type: 'runtime.online' })),
  'ping()': does((ws) => ws.ping()),
  'pause()': does((ws) => ws.pause()),
  'resume()': does((ws) => ws.resume()),
  'pause(), resume()': does((ws) => {
    ws.pause();
    ws.resume();
  }),
  'pipeFrom()': (ws, scene) => ws.pipeFrom(scene.stream()),
  'pipeTo()': (ws, scene) => ws.pipeTo(scene.stream()),
  'iterate()': (ws) => ws[Symbol.asyncIterator]().next(),
  'dispose()': (ws) => ws[Symbol.asyncDispose](),
  'stats()': does((ws) => ws.stats()),
  'toJSON()': does((ws) => JSON.stringify(ws)),
  'inspect()': does((ws) => inspect(ws)),
  'on()': does((ws) => EVENTS.map((event) => ws.on(event, ignore))),
  'addListener()': does((ws) => EVENTS.map((event) => ws.addListener(event, ignore))),
  'prependListener()': does((ws) => EVENTS.map((event) => ws.prependListener(event, ignore))),
  abort: does((_, scene) => scene.abort()),
};

const PENDING = Symbol('pending');

async function outcomeOf(promise: Promise<unknown> | undefined): Promise<Promised | undefined> {
  if (promise === undefined) return undefined;
  try {
    return (await Promise.race([promise, settled().then(() => PENDING)])) === PENDING
      ? 'pending'
      : 'resolves';
  } catch (error) {
    return `rejects ${(error as Error).name}`;
  }
}
