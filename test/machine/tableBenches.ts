/**
 * The two things that the hand-written table is held against: the bare chart with a fake socket, and the class
 * with a fake transport. Each is brought into a row's situation, does one column's thing, and tells what came.
 */
import { type ActorRefFrom, createActor } from 'xstate';
import { translate } from '../../src/api/events/translate.js';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import {
  AbortError,
  ConnectionError,
  type ConnectionEvent,
  type ConnectionMachine,
  type ConnectionPolicy,
  type ConnectionState,
  connectionMachine,
  DEFAULT_POLICY,
  defaultShouldReconnect,
  HandshakeError,
  type Loss,
  SessionError,
  type SocketFact,
} from '../../src/machine/index.js';
import { RUNTIME_FACT } from '../../src/port/index.js';
import {
  type FakeConnection,
  fakeTransport,
  type PeerActions,
  VirtualClock,
} from '../../src/testing/index.js';
import { EVENTS } from '../support/events.js';
import { offline } from '../support/offline.js';
import { type Column, DELAYS, OURS, PEERS, type Promised, type Row, SETTINGS } from './table.js';

/** What came of one column. */
export interface Outcome {
  readonly from: string;
  readonly to: string;
  readonly events: readonly string[];
  readonly socket: readonly string[];
  readonly call: Promised | undefined;
  readonly waiting: string | undefined;
}

/** How a row's situation is reached, in columns. */
export const WAYS: Readonly<Record<Row, readonly Column[]>> = {
  idle: [],
  connecting: ['connect()'],
  preparing: ['connect()', 'opened'],
  'preparing, after a loss': ['connect()', 'opened', 'prepared', 'closed', 'retryDelay', 'opened'],
  open: ['connect()', 'opened'],
  'open, awaiting a Pong': ['connect()', 'opened', 'nextPing'],
  'open, asked for its peer': ['connect()', 'opened', 'nextPing', 'heartbeatTimeout'],
  'closing, by us': ['connect()', 'opened', 'close()'],
  'closing, by us, then connect()': ['connect()', 'opened', 'close()', 'connect()'],
  'closing, by the peer': ['connect()', 'opened', 'peerClosed'],
  'closing, by the peer, then reconnect()': ['connect()', 'opened', 'peerClosed', 'reconnect()'],
  'closing, by the peer, then close()': ['connect()', 'opened', 'peerClosed'],
  'closing, by the peer, while preparing': ['connect()', 'opened', 'peerClosed'],
  'closing, by us, while preparing after a failed dial': [
    'connect()',
    'failed',
    'retryDelay',
    'opened',
    'close()',
  ],
  backoff: ['connect()', 'opened', 'closed'],
  reconnecting: ['connect()', 'opened', 'closed', 'retryDelay'],
  'reconnecting, at a report of the runtime': ['connect()', 'opened', 'closed', 'online'],
  exhausted: ['connect()', 'opened', 'closed', 'retryDelay', 'failed'],
  closed: ['connect()', 'opened', 'close()', 'closed'],
  'closed, by an abort': ['abort'],
};

/** Rows in which a message waits before the column; with `reconnect` only, where the peer is closing. */
const WAITING: ReadonlySet<Row> = new Set<Row>([
  'connecting',
  'preparing',
  'preparing, after a loss',
  'closing, by the peer',
  'closing, by the peer, then reconnect()',
  'closing, by the peer, then close()',
  'closing, by the peer, while preparing',
  'backoff',
  'reconnecting',
  'reconnecting, at a report of the runtime',
]);

export function hasWaiting(row: Row, reconnect: boolean): boolean {
  return WAITING.has(row) && (reconnect || !row.startsWith('closing'));
}

const refusal = () => new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
export const unprepared = () => new SessionError('the login was refused');
export const unpreparedForGood = () => new SessionError('the login was refused', { final: true });
const unauthorized = () => new HandshakeError('401', { status: 401 });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What a test does with either. */
export interface Bench {
  readonly state: ConnectionState;
  /** Does one column's thing; false where there is no such timer. */
  act(column: Column): boolean;
  run(row: Row, column: Column): Promise<Outcome | 'no such timer'>;
}

/** Fires the pending timer of `column`, and those that are due before it. */
export function fire(clock: VirtualClock, column: Column): boolean {
  const timer = clock.pending.find(({ delay }) => delay === DELAYS[column]);
  if (timer === undefined) return false;
  clock.advance(timer.at - clock.now());
  return true;
}

export class ChartBench implements Bench {
  readonly #clock = new VirtualClock();
  readonly #actor: ActorRefFrom<typeof connectionMachine>;
  #report: (fact: SocketFact) => void = () => {};
  /** What a Close of the peer said so far. */
  #peer: Loss = { code: 1006, reason: '', wasClean: false };
  #events: string[] = [];
  #socket: string[] = [];
  #isOffline = false;
  /** ms for which the machine slept: its timers stood still, the time of day did not. */
  #slept = 0;

  constructor(
    reconnect: boolean,
    prepares: boolean,
    machine: ConnectionMachine = connectionMachine,
    settings: Partial<ConnectionPolicy> = {},
  ) {
    const log = (what: string) => this.#socket.push(what);
    this.#actor = createActor(machine, {
      clock: this.#clock as never,
      input: {
        policy: { ...DEFAULT_POLICY, ...SETTINGS, ...settings, reconnect, prepares },
        environment: {
          dial: (_attempt, report) => {
            log('dial');
            this.#report = report;
            return {
              ping: () => log('ping'),
              pingAgain: () => log('ping'),
              askLiveness: () => log('askLiveness'),
              close: (code, reason) => log(`close ${code} ${reason}`),
              destroy: () => log('destroy'),
            };
          },
          farewell: () => log('close 1000 '),
          shouldReconnect: defaultShouldReconnect,
          isOffline: () => this.#isOffline,
          random: () => 0,
          now: this.#clock.now,
          wallTime: () => this.#clock.now() + this.#slept,
        },
      },
    });
    this.#actor.on('*', (emitted) => {
      for (const { event, args } of translate(emitted, { downtime: 0, unsentBytes: 0, unheard: false })) {
        this.#events.push(written(event, args));
      }
    });
    this.#actor.start();
  }

  get state(): ConnectionState {
    for (const tag of this.#actor.getSnapshot().tags) if (tag in STATES) return tag as ConnectionState;
    throw new Error('a state without a name');
  }

  /** The innermost state of the chart, e.g. `session.open.alive`. */
  get path(): string {
    return pathOf(this.#actor.getSnapshot().value);
  }

  sleep(ms: number): void {
    this.#slept += ms;
  }

  /** An event that the table has no column for: what came of it. */
  send(event: ConnectionEvent): Pick<Outcome, 'events' | 'socket'> {
    this.#events = [];
    this.#socket = [];
    this.#actor.send(event);
    return { events: this.#events, socket: this.#socket };
  }

  act(column: Column): boolean {
    if (column in DELAYS) return fire(this.#clock, column);
    const fact = FACTS[column];
    this.#isOffline = column.endsWith('offline');
    if (column === 'peerClosed') this.#peer = { ...PEERS, wasClean: true };
    if (column === 'closed') this.#report({ type: 'socket.closed', loss: this.#peer });
    else if (fact !== undefined) this.#report(fact());
    else if (column === 'abort') this.#actor.send({ type: 'abort', error: new AbortError('aborted') });
    else if (column === 'close()') this.#actor.send({ type: 'close', ...OURS });
    else if (column === 'connect()' || (column === 'send()' && this.state === 'idle'))
      this.#actor.send({ type: 'connect' });
    else if (column === 'reconnect()') this.#actor.send({ type: 'reconnect' });
    else if (column === 'terminate()') this.#actor.send({ type: 'terminate' });
    else if (column === 'online') this.#actor.send({ type: 'runtime.online' });
    else if (column === 'awake') this.#actor.send({ type: 'runtime.awake' });
    return true;
  }

  enter(row: Row): void {
    for (const step of WAYS[row]) this.act(step);
    if (row === 'closing, by the peer, then close()') this.act('close()');
  }

  async run(row: Row, column: Column): Promise<Outcome | 'no such timer'> {
    this.enter(row);
    const from = this.state;
    this.#events = [];
    this.#socket = [];
    if (!this.act(column)) return 'no such timer';
    const events = this.state === from ? this.#events : [`state ${this.state} ${from}`, ...this.#events];
    return { from, to: this.state, events, socket: this.#socket, call: undefined, waiting: undefined };
  }
}

function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[key, below]] = Object.entries(value as object) as [[string, unknown]];
  return `${key}.${pathOf(below)}`;
}

const STATES = {
  idle: 1,
  connecting: 1,
  preparing: 1,
  open: 1,
  closing: 1,
  backoff: 1,
  reconnecting: 1,
  exhausted: 1,
  closed: 1,
};

const FACTS: Partial<Record<Column, () => SocketFact>> = {
  opened: () => ({ type: 'socket.opened' }),
  failed: () => ({
    type: 'socket.failed',
    loss: { code: 1006, reason: '', wasClean: false, error: refusal() },
  }),
  'failed, offline': () => ({
    type: 'socket.failed',
    loss: { code: 1006, reason: '', wasClean: false, error: refusal() },
  }),
  'failed for good': () => ({
    type: 'socket.failed',
    loss: { code: 1006, reason: '', wasClean: false, error: unauthorized() },
  }),
  peerClosed: () => ({ type: 'socket.peerClosed', ...PEERS }),
  peerErred: () => ({ type: 'socket.peerErred', sentCode: 1002, error: refusal() }),
  ponged: () => ({ type: 'socket.ponged' }),
  'answered alive': () => ({ type: 'socket.answered', alive: true }),
  'answered dead': () => ({ type: 'socket.answered', alive: false }),
  prepared: () => ({ type: 'session.prepared' }),
  'prepare failed': () => ({ type: 'session.failed', error: unprepared() }),
  'prepare failed for good': () => ({ type: 'session.failed', error: unpreparedForGood() }),
};

/** An event as the table writes it. */
export function written(event: string, args: readonly unknown[]): string {
  const [first, second, third] = args as [never, never, never];
  switch (event) {
    case 'open': {
      const { reconnected, attempt } = first as { reconnected: boolean; attempt: number };
      return `open ${reconnected ? 'again' : 'first'} ${attempt}`;
    }
    case 'close': {
      const { wasClean, error, willReconnect } = third as {
        wasClean: boolean;
        error?: Error;
        willReconnect: boolean;
      };
      const asEnded = first === OURS.code && wasClean && error === undefined;
      return [
        `close ${first} "${second}"`,
        wasClean && !asEnded ? 'wasClean' : '',
        error?.name ?? '',
        willReconnect ? 'willReconnect' : '',
      ]
        .filter((part) => part !== '')
        .join(' ');
    }
    case 'error':
    case 'reconnect-error':
      return `${event} ${(first as Error).name}`;
    case 'undelivered':
      return `undelivered ${first} ${(second as Error).name}`;
    default:
      return [event, ...args].join(' ');
  }
}

export const RECORDED = new Set(['close', 'ping', 'askLiveness', 'destroy', 'send']);

export class ClassBench implements Bench {
  readonly #clock = new VirtualClock();
  readonly #fake = fakeTransport({ autoAnswer: 'manual' });
  readonly #abort = new AbortController();
  readonly #reconnect: boolean;
  readonly #ws: ReckerWebSocket;
  #events: string[] = [];
  #socket: string[] = [];
  #call: Promise<unknown> | undefined;
  #waiting: string | undefined;

  /** What becomes of the newest `prepare`. */
  #preparing: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  constructor(reconnect: boolean, prepares: boolean) {
    this.#reconnect = reconnect;
    const prepare = () =>
      new Promise<void>((resolve, reject) => {
        this.#preparing = { resolve, reject };
      });
    const options: WebSocketOptions = {
      ...SETTINGS,
      reconnect,
      ...(prepares ? { prepare } : {}),
      clock: this.#clock,
      signal: this.#abort.signal,
      transport: {
        name: 'fake',
        supports: this.#fake.supports,
        dial: (request, observer) => this.#dial(request, observer),
      },
    };
    this.#ws = new ReckerWebSocket('ws://localhost/', options);
    for (const event of EVENTS) {
      this.#ws.on(event, (...args: unknown[]) => this.#events.push(written(event, args)));
    }
  }

  get state(): ConnectionState {
    return this.#ws.state;
  }

  /** Records what the client does to a connection, in order. */
  #dial: (typeof this.fake)['dial'] = (request, observer) => {
    this.#socket.push('dial');
    const connection = this.#fake.dial(request, observer);
    return new Proxy(connection, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (RECORDED.has(name as string)) {
            this.#socket.push([name, ...args].join(' '));
          }
          return value.apply(target, args);
        };
      },
    });
  };

  get fake() {
    return this.#fake;
  }

  act(column: Column): boolean {
    if (column in DELAYS) return fire(this.#clock, column);
    const ws = this.#ws;
    const calls: Partial<Record<Column, () => Promise<unknown>>> = {
      'connect()': () => ws.connect(),
      'close()': () => ws.close(OURS.code, OURS.reason),
      'reconnect()': () => ws.reconnect(),
      'send()': () => ws.send('new'),
    };
    const call = calls[column];
    if (call !== undefined) {
      this.#call = call();
      this.#call.catch(() => {});
    } else if (column === 'terminate()') {
      ws.terminate();
    } else if (column === 'online') {
      ws[RUNTIME_FACT]({ type: 'runtime.online' });
    } else if (column === 'awake') {
      ws.wake();
    } else if (column === 'abort') {
      this.#abort.abort();
    } else if (column === 'prepared') {
      this.#preparing?.resolve();
    } else if (column.startsWith('prepare failed')) {
      this.#preparing?.reject(column === 'prepare failed' ? unprepared() : unpreparedForGood());
    } else if (this.#fake.dials.length > 0) {
      drive(this.#fake.last, column);
    }
    return true;
  }

  async run(row: Row, column: Column): Promise<Outcome | 'no such timer'> {
    for (const step of WAYS[row]) {
      this.act(step);
      await settled();
    }
    if (hasWaiting(row, this.#reconnect)) {
      this.#waiting = 'held';
      this.#ws.send('waiting').then(
        () => {
          this.#waiting = 'sent';
        },
        (error: Error) => {
          this.#waiting = `refused ${error.name}`;
        },
      );
    }
    if (row === 'closing, by the peer, then close()') this.act('close()');
    await settled();
    const from = this.state;
    this.#events = [];
    this.#socket = [];
    this.#call = undefined;
    if (!this.act(column)) return 'no such timer';
    const call = await outcomeOf(this.#call);
    return { from, to: this.state, events: this.#events, socket: this.#socket, call, waiting: this.#waiting };
  }
}

async function outcomeOf(promise: Promise<unknown> | undefined): Promise<Promised | undefined> {
  await settled();
  if (promise === undefined) return undefined;
  return Promise.race([
    promise.then(
      () => 'resolves' as const,
      (error: Error) => `rejects ${error.name}` as const,
    ),
    settled().then(() => 'pending' as const),
  ]);
}

/** What the peer does: in order where that can be, else late, as no transport should. */
const DRIVE: Partial<Record<Column, (peer: PeerActions) => void>> = {
  opened: (peer) => peer.open(),
  failed: (peer) => peer.fail(refusal()),
  'failed for good': (peer) => peer.fail(unauthorized()),
  'failed, offline': (peer) => offline(() => peer.fail(refusal())),
  peerClosed: (peer) => peer.peerClose(PEERS.code, PEERS.reason),
  peerErred: (peer) => peer.peerErr(refusal(), 1002),
  closed: (peer) => peer.end(),
  ponged: (peer) => peer.pong(),
  'answered alive': (peer) => peer.answer(true),
  'answered dead': (peer) => peer.answer(false),
};

export function drive(connection: FakeConnection, column: Column): void {
  try {
    DRIVE[column]?.(connection);
  } catch {
    DRIVE[column]?.(connection.late);
  }
}
