/**
 * One client in a world that an explorer steers: each step is done to the real class, then everything is held against the rules.
 *
 * Owns the rules of safety, and the canonical form of a state. What may happen is in steps.ts.
 */
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { Ledger } from '../simulator/ledger.js';
import { EVENTS } from '../support/events.js';
import { broken, Invariants } from '../support/invariants.js';
import { probe } from './chartProbe.js';
import { type Configuration, TIMES, UNIT } from './configurations.js';
import { WatchedConnection } from './connection.js';
import { EventOrder } from './eventOrder.js';
import { SteppedClock } from './steppedClock.js';

/** Where a fault is to be planted. */
export interface Plant {
  make?(url: string, options: WebSocketOptions): ReckerWebSocket;
  /** Timers that are cleared and fire all the same. */
  readonly keepsTimersOf?: number;
  /** Events that the chart loses. */
  loses?(event: string, path: string): boolean;
}

/** What `prepare` waits for. */
interface Preparation {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Something to do inside the first listener of an event. */
export interface Nested {
  readonly event: string;
  readonly call: () => void;
}

/** More rounds of promises, each waiting for the one before, than the client has. */
const ROUNDS = 12;
/** Turns of the event loop until what was held while preparing is delivered. */
const TURNS = 4;

/** How many delays run in each state of the chart. By hand, from the contract. */
const TIMERS: Readonly<Record<string, number>> = {
  idle: 0,
  'session.connecting': 1,
  'session.reconnecting': 1,
  'session.preparing': 1,
  'session.open.unwatched': 0,
  'session.open.alive': 1,
  'session.open.awaitingPong.waiting': 1,
  'session.open.awaitingPong.asked': 0,
  backoff: 1,
  exhausted: 0,
  'closed.ended': 0,
  'closed.aborted': 0,
};
const timersIn = (path: string): number | undefined =>
  path.startsWith('session.closing.') ? 1 : TIMERS[path];

type Call = 'connect' | 'reconnect' | 'close' | 'terminate' | 'abort';

export class World {
  readonly configuration: Configuration;
  readonly client: ReckerWebSocket;
  readonly clock = new SteppedClock();
  readonly dials: WatchedConnection[] = [];
  /** Messages that the client holds. */
  messages = 0;
  /** Preparations that have not ended, the present one last. */
  preparations: Preparation[] = [];
  isAborted = false;
  /** What was heard in the present step. */
  heard: string[] = [];
  /** To be done in the present step. */
  nested: Nested | undefined;
  readonly #abort = new AbortController();
  readonly #invariants: Invariants;
  readonly #order = new EventOrder();
  readonly #ledger = new Ledger();
  /** Dials whose end was not announced yet, in order. */
  readonly #unannounced: WatchedConnection[] = [];
  #failure: unknown;
  #connecting = 0;
  #closing = 0;
  #opens = 0;
  #closes = 0;
  #delivered = 0;
  #isInOpen = false;
  /** When a `Retry-After` is over (ms, the clock's). */
  #notBefore = 0;

  constructor(configuration: Configuration, plant: Plant = {}) {
    this.configuration = configuration;
    const { reconnect, maxReconnectAttempts } = configuration;
    this.#invariants = new Invariants({
      autoConnect: false,
      reconnect,
      maxReconnectAttempts,
      maxReconnectDelay: TIMES.maxReconnectDelay * UNIT,
    });
    probe.forget();
    probe.loses = plant.loses?.bind(plant);
    const make = plant.make ?? ((url, options) => new ReckerWebSocket(url, options));
    this.client = make('ws://localhost/', this.#options(plant));
    for (const event of EVENTS) this.client.on(event, (...args: unknown[]) => this.#hear(event, args));
  }

  /** The dial or connection that lives. */
  get live(): WatchedConnection | undefined {
    const last = this.dials.at(-1);
    return last?.isLive === true ? last : undefined;
  }

  get path(): string {
    return probe.path;
  }

  /** Messages that arrived, and that nobody has got or missed yet. */
  get held(): number {
    const { messagesIn, messagesUnread } = this.client.stats();
    return messagesIn - messagesUnread - this.#delivered;
  }

  #options(plant: Plant): WebSocketOptions {
    const { configuration, clock } = this;
    const { heartbeat, minUptime, reconnect, maxReconnectAttempts, prepare } = configuration;
    const supports = ['ping', 'pause', 'headers'] as const;
    return {
      reconnect,
      maxReconnectAttempts,
      minUptime: minUptime * UNIT,
      reconnectDelay: TIMES.reconnectDelay * UNIT,
      maxReconnectDelay: TIMES.maxReconnectDelay * UNIT,
      heartbeatInterval: heartbeat ? TIMES.heartbeatInterval * UNIT : 0,
      heartbeatTimeout: TIMES.heartbeatTimeout * UNIT,
      connectTimeout: TIMES.connectTimeout * UNIT,
      closeTimeout: TIMES.closeTimeout * UNIT,
      signal: this.#abort.signal,
      random: () => 0,
      clock: {
        now: clock.now,
        setTimeout: clock.setTimeout,
        clearTimeout:
          plant.keepsTimersOf === undefined
            ? clock.clearTimeout
            : (id) => {
                if (clock.delayOf(id) !== plant.keepsTimersOf) clock.clearTimeout(id);
              },
      },
      transport: {
        name: 'explored',
        supports,
        dial: (request, observer) => {
          const connection = new WatchedConnection(request, observer, (data) => this.#handedOver(data));
          this.dials.push(connection);
          this.#unannounced.push(connection);
          this.guard(() => {
            this.#invariants.dialled(this.dials.filter(({ isLive }) => isLive).length);
            if (clock.now() < this.#notBefore) broken('it dials before a Retry-After is over');
          });
          return connection;
        },
      },
      ...(prepare
        ? {
            prepareTimeout: TIMES.prepareTimeout * UNIT,
            prepare: () =>
              new Promise<void>((resolve, reject) => {
                this.preparations.push({ resolve, reject });
              }),
          }
        : {}),
    };
  }

  // What is done to the client.

  call(what: Call): void {
    const { client } = this;
    this.#invariants.called(what, client.state);
    // Only joining the dial that is to come leaves it as it is.
    if (what !== 'connect' || client.state !== 'backoff') this.#notBefore = 0;
    if (what === 'connect' || what === 'reconnect') {
      const { state } = client;
      const before = this.#opens;
      this.#connecting += 1;
      client[what]().then(
        () => {
          this.#connecting -= 1;
          this.guard(() => {
            if (this.#opens === before && state !== 'open') broken(`${what}() resolved, and nothing opened`);
          });
        },
        () => {
          this.#connecting -= 1;
        },
      );
    } else if (what === 'close') {
      const { state } = client;
      const before = this.#closes;
      this.#closing += 1;
      client.close(1000, 'enough').then(
        () => {
          this.#closing -= 1;
          this.guard(() => {
            if (this.#closes === before && state !== 'closed') broken('close() resolved, and nothing closed');
          });
        },
        () => this.guard(() => broken('close() rejected')),
      );
    } else if (what === 'terminate') client.terminate();
    else {
      this.isAborted = true;
      this.#order.isAborted = true;
      this.#abort.abort();
    }
  }

  /** A fact of the runtime is about to be reported. */
  report(fact: () => void): void {
    this.#invariants.reported(this.client.state);
    fact();
  }

  /** A server asks for a delay, which may be above the cap. */
  askForDelay(ms: number): void {
    this.#invariants.delayFloor = ms;
    this.#notBefore = this.clock.now() + ms;
  }

  /** Of the step before: every other delay is within the cap. */
  forgetDelay(): void {
    this.#invariants.delayFloor = 0;
  }

  send(): void {
    // The first use dials.
    if (this.client.state === 'idle') this.#invariants.called('connect', 'idle');
    const text = this.#ledger.compose(1, false, this.#isInOpen ? this.#opens : undefined);
    this.messages += 1;
    this.#ledger.promised(text, this.client.send(text));
  }

  #handedOver(data: unknown): void {
    this.guard(() => {
      if (this.client.state !== 'open') broken(`a message is handed over in ${this.client.state}`);
      this.#ledger.handedOver(data);
      this.messages -= 1;
    });
  }

  // What it announces.

  #hear(event: (typeof EVENTS)[number], args: readonly unknown[]): void {
    this.heard.push(event);
    this.guard(() => {
      this.#invariants.heard(event, args);
      this.#order.heard(event, args, this.client.state);
      if (event === 'close') this.#ended(args[0]);
      if (event === 'open') this.#opens += 1;
      else if (event === 'close') this.#closes += 1;
      else if (event === 'message') this.#delivered += 1;
      else if (event === 'undelivered') {
        this.#ledger.refused(args[0]);
        this.messages -= 1;
      }
    });
    const { nested } = this;
    if (nested?.event !== event) return;
    this.nested = undefined;
    this.#isInOpen = event === 'open';
    this.guard(nested.call);
    this.#isInOpen = false;
  }

  /** The code is 1006, or the one that the peer of the same connection sent. */
  #ended(code: unknown): void {
    const [oldest] = this.#unannounced;
    const hasEnded = oldest !== undefined && !oldest.isLive;
    if (hasEnded) this.#unannounced.shift();
    const possible = hasEnded ? [1006, oldest.peerCode] : [1000, 1006];
    if (!possible.includes(code as number))
      broken(`close reports ${code} for a connection that ended with ${possible}`);
  }

  /** What is thrown into the client would count as a listener's mistake. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  // What must be true.

  /** Lets promises run until nothing more happens by itself. */
  async settle(): Promise<void> {
    const rounds = this.configuration.prepare ? 2 * ROUNDS : ROUNDS;
    for (let round = 0; round < rounds; round += 1) await null;
    if (!this.configuration.prepare) return;
    for (let turn = 0; turn < TURNS && this.held > 0 && this.client.state !== 'preparing'; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    if (this.client.state !== 'preparing' && this.preparations.length > 1)
      this.preparations.splice(0, this.preparations.length - 1);
  }

  /** @throws what was found to be wrong */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    const { state, readyState, isConnected } = this.client;
    const live = this.dials.filter(({ isLive }) => isLive).length;
    const timers = this.clock.size;
    this.#order.settled();
    this.#invariants.settled({ state, readyState, live, timers });
    const { path } = this;
    if (timers !== timersIn(path)) broken(`${timers} timers in ${path}`);
    const { queuedMessages, dials } = this.client.stats();
    this.#ledger.balance(queuedMessages);
    this.#ledger.audit();
    if (dials !== this.dials.length)
      broken(`${dials} dials are counted, and there were ${this.dials.length}`);
    if (isConnected !== (state === 'open')) broken(`isConnected is ${isConnected} in ${state}`);
    if (this.dials.some(({ lost }) => lost.length > 0)) broken('a message was sent after a Close');
    const isResting = state === 'closed' || state === 'exhausted';
    if ((isResting || state === 'open') && queuedMessages > 0)
      broken(`${queuedMessages} messages wait in ${state}`);
    const isAtRest = isResting || state === 'idle';
    if ((isAtRest || state === 'open') && this.#connecting > 0) broken(`a connect() waits in ${state}`);
    if (state !== 'closing' && this.#closing > 0) broken(`a close() waits in ${state}`);
    if (this.held !== 0 && state !== 'preparing' && state !== 'closing')
      broken(`${this.held} received messages are held in ${state}`);
    if (!this.preparesRightly) broken(`prepare waits in ${state}`);
  }

  /** In `preparing`, and only there, `prepare` has been called for the connection that lives. */
  private get preparesRightly(): boolean {
    return this.client.state !== 'preparing' || this.preparations.length > 0;
  }

  /** Whether a dial that is over, and a `prepare` that is over, can still report. Neither decides what may happen. */
  get over(): number {
    const { dials, live, preparations, client } = this;
    const isDialOver = dials.length > (live === undefined ? 0 : 1);
    const isPrepareOver = preparations.length > (client.state === 'preparing' ? 1 : 0);
    return (isDialOver ? 1 : 0) + (isPrepareOver ? 2 : 0);
  }

  /**
   * Everything that decides what may happen from here on, and nothing that only grows: two histories with the same form are
   * explored once.
   */
  get key(): string {
    const { path, clock, client, live } = this;
    const { state } = client;
    const parts: unknown[] = [
      path,
      clock.left.map((left) => left / UNIT).join(','),
      this.#connecting > 0 ? 'c' : '',
      this.messages,
      this.#invariants.key,
    ];
    if (live !== undefined) {
      const { phase, questions, questionAge, unanswered, isPeerDone, closes } = live;
      parts.push(phase, questions, questionAge, Math.min(unanswered, 2), isPeerDone, closes.length > 0);
    }
    if (state === 'preparing') parts.push(this.held);
    if (state !== 'idle' && state !== 'closed' && state !== 'exhausted') parts.push(this.#memory());
    return parts.join('|');
  }

  /** What the chart remembers, relative to the present, as far as it can still decide anything. */
  #memory(): string {
    const { context } = probe;
    if (context === undefined) return '';
    const { configuration, path } = this;
    const now = this.clock.now();
    const until = (then: number) => Math.max(0, then - now) / UNIT;
    const { attempt, hasBeenOpen, isHastened, verdict, openedAt, loss } = context;
    const mayWakeAt = context.dialledAt + TIMES.reconnectDelay * UNIT;
    const parts: unknown[] = [attempt, hasBeenOpen, isHastened, until(mayWakeAt)];
    if (isHastened && verdict.kind === 'retry') parts.push(verdict.delay / UNIT);
    if (openedAt !== undefined) parts.push(Math.min(configuration.minUptime, (now - openedAt) / UNIT));
    if (path === 'backoff') {
      const { dueAt, notBefore } = context;
      parts.push(until(dueAt), until(notBefore), notBefore < dueAt, Math.max(notBefore, mayWakeAt) < dueAt);
    }
    if (path.startsWith('session.open.awaitingPong')) {
      const interval = TIMES.heartbeatInterval * UNIT;
      parts.push(until(context.pingedAt + interval), until(context.askAt));
      parts.push(now - context.askAt > interval);
    }
    if (path.startsWith('session.closing') && loss !== undefined)
      parts.push(
        loss.code,
        loss.sentCode,
        loss.error?.name,
        (loss.error as { final?: boolean } | undefined)?.final,
      );
    return parts.join(';');
  }
}
