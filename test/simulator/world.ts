/**
 * One client, one network, one script: run in virtual time, held against the invariants after everything that
 * happens, then healed, and held to be open in time.
 *
 * Owns: the meaning of a script's actions, and the rules of safety and liveness that join client and network.
 */

import { MESSAGE_COST } from '../../src/api/outgoing/sendQueue.js';
import type { CloseInfo, OpenInfo } from '../../src/api/types.js';
import { type Inspect, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { defaultShouldReconnect, type Failure } from '../../src/machine/index.js';
import { RUNTIME_FACT } from '../../src/port/index.js';
import { EVENTS } from '../support/events.js';
import { broken, type Command, Invariants } from '../support/invariants.js';
import { setOffline } from '../support/offline.js';
import { Random } from '../support/random.js';
import { Course } from './course.js';
import { Ledger } from './ledger.js';
import { Network, type Peer, RETRY_AFTER } from './network.js';
import { OF_SESSION, Preparing, type PreparingWatcher } from './preparing.js';
import { Readers } from './readers.js';
import type { Action, Call, Reaction, Script, Settings } from './script.js';
import { Thrown } from './thrown.js';
import { Time } from './time.js';

/** A client that dials again after 0 ms does so without end: an action may bring only so many things. */
const MOST_EVENTS = 50;
/** So many rounds of promises, each waiting for the one before, has nothing in the client. */
const ROUNDS = 6;
/** And so many turns of the event loop pass from the last step of a `prepare` to the messages that were held meanwhile. */
const TURNS = 3;

/**
 * States in which iterations may end, or hold more than they may: a socket that is closing is read on, for the
 * peer's Close comes behind its messages.
 */
const ENDS_READING: ReadonlySet<unknown> = new Set(['closing', 'closed', 'exhausted']);

export class World {
  /** What happened, for people; only where it is asked for. */
  readonly log: string[] = [];
  readonly #script: Script;
  readonly #traces: boolean;
  readonly #time: Time;
  readonly #network: Network;
  readonly #client: ReckerWebSocket;
  readonly #invariants: Invariants;
  readonly #course: Course;
  readonly #thrown: Thrown = new Thrown();
  readonly #ledger = new Ledger();
  readonly #readers = new Readers((message) => this.#places.get(message) ?? Number.NaN);
  readonly #preparing: Preparing;
  readonly #abort = new AbortController();
  #planned: { readonly event: string; readonly call: Reaction }[] = [];
  #isOffline = false;
  #failure: unknown;
  /** The messages that were heard, and their order. */
  readonly #places = new Map<number, number>();
  #newest = -1;
  #connecting = 0;
  #closing = 0;
  #opens = 0;
  #closes = 0;
  #lastClose: CloseInfo | undefined;
  /** The event whose listener is being called. */
  #inside: string | undefined;
  /** Peers whose end was not told yet, in order. */
  #untold: Peer[] = [];

  constructor(script: Script, traces = false, inspect?: Inspect) {
    this.#script = script;
    this.#traces = traces;
    const { settings, seed } = script;
    this.#time = new Time(settings.timersFirst);
    this.#invariants = new Invariants(settings);
    this.#course = new Course(settings, this.#time);
    if (settings.decision === 'in 70 ms') this.#invariants.delayFloor = 70;
    this.#network = new Network(this.#time, {
      dialled: (peer, live) => this.#guard(() => this.#dialled(peer, live)),
      handedOver: (data) => this.#guard(() => this.#handedOver(data)),
      trace: (what) => this.#trace(what),
    });
    this.#preparing = new Preparing(new Random(seed + 2), this.#time, this.#preparingWatcher());
    this.#client = new ReckerWebSocket('ws://localhost/', {
      ...this.#options(settings, seed),
      inspect,
    });
    for (const event of EVENTS) this.#client.on(event, (...args: unknown[]) => this.#hear(event, args));
  }

  /** @throws what was found to be wrong */
  async run(): Promise<void> {
    this.#thrown.watch((error) => {
      this.#failure ??= error;
    });
    try {
      for (const action of this.#script.actions) {
        this.#trace(JSON.stringify(action));
        await this.#act(action);
        await this.#settle();
      }
      await this.#heal();
      await this.#finish();
    } finally {
      this.#thrown.unwatch();
      setOffline(false);
    }
  }

  #options(settings: Settings, seed: number): WebSocketOptions {
    const { sendQueue, receiveMessages, decision, timersFirst: _, prepares, ...options } = settings;
    const random = new Random(seed + 1);
    const decide = (failure: Failure): boolean | number => {
      const isWorthIt = decision === 'always' || defaultShouldReconnect(failure);
      const answer = isWorthIt && decision === 'in 70 ms' ? 70 : isWorthIt;
      this.#course.decided(answer);
      if (decision === 'throws') throw new Error('shouldReconnect threw');
      return answer;
    };
    const short = { maxMessages: 3, maxBytes: 10_000 + 3 * MESSAGE_COST };
    return {
      ...options,
      prepare: prepares ? this.#preparing.prepare : undefined,
      sendQueue: {
        default: undefined,
        none: false as const,
        short,
        'short, drops the oldest': { ...short, overflow: 'drop-oldest' as const },
      }[sendQueue],
      receiveQueue: { maxMessages: receiveMessages, maxBytes: 1_000_000 },
      shouldReconnect: decide,
      signal: this.#abort.signal,
      random: random.next,
      clock: this.#time,
      transport: {
        name: 'simulated',
        supports: this.#network.transport.supports,
        dial: this.#network.dial,
      },
    };
  }

  #preparingWatcher(): PreparingWatcher {
    const client = () => this.#client;
    return {
      get client() {
        return client();
      },
      call: (what) =>
        this.#guard(() => this.#call(what === 'close' ? { do: what, code: 1000 } : { do: what })),
      guard: (act) => this.#guard(act),
      trace: (what) => this.#trace(what),
    };
  }

  /** Nothing of the queue leaves before the connection is open. */
  #handedOver(data: unknown): void {
    if (!String(data).startsWith(OF_SESSION)) {
      if (this.#client.state === 'preparing') broken(`${String(data)} was sent while preparing`);
      this.#ledger.handedOver(data);
    } else if (this.#client.state !== 'preparing') broken(`a session sent in ${this.#client.state}`);
  }

  // What happens.

  async #act(action: Action): Promise<void> {
    const network = this.#network;
    switch (action.do) {
      case 'listen once':
        this.#planned.push(action);
        break;
      case 'iterate':
        this.#called('connect');
        this.#readers.add(this.#client, this.#places.size);
        break;
      case 'read':
        this.#readers.read(action.count);
        break;
      case 'leave the iteration':
        this.#readers.leave(this.#places.size);
        break;
      case 'from now on the server':
        network.fate = action.fate;
        network.latency = action.latency;
        if (action.fate === 'answers 503') {
          const { maxReconnectDelay } = this.#script.settings;
          this.#invariants.delayFloor = Math.max(70, RETRY_AFTER * 1000 + maxReconnectDelay);
        }
        break;
      case 'drop':
        network.drop();
        break;
      case 'freeze':
      case 'thaw':
        if (network.connected !== undefined) network.connected.isFrozen = action.do === 'freeze';
        break;
      case 'peer closes':
        network.peerCloses(action.code, action.thenEnds);
        break;
      case 'garbage':
        network.garbage();
        break;
      case 'peer sends':
        network.peerSends(action.count);
        break;
      case 'peer ignores Closes':
        network.ignoresCloses = action.ignores;
        break;
      case 'peer ignores Pings':
        network.ignoresPings = action.ignores;
        break;
      case 'kernel holds writes':
        network.holdWrites(action.holds);
        break;
      case 'kernel takes':
        network.take(action.bytes);
        break;
      case 'wait':
        await this.#pass(action.ms);
        break;
      case 'wait for the next timer':
        await this.#pass(Math.max(0, (this.#time.untilTimer ?? 0) - action.short));
        break;
      case 'runtime is':
        this.#isOffline = action.offline;
        setOffline(action.offline);
        break;
      case 'sleep':
        this.#time.slept += action.ms;
        break;
      default:
        this.#call(action);
        break;
    }
  }

  #call(call: Call): void {
    const client = this.#client;
    switch (call.do) {
      case 'connect':
      case 'reconnect':
        this.#connect(call.do, () => (call.do === 'connect' ? client.connect() : client.reconnect()));
        break;
      case 'connect, and give up waiting': {
        const patience = new AbortController();
        this.#connect('connect', () => client.connect({ signal: patience.signal }));
        this.#time.later(call.after, () => patience.abort());
        break;
      }
      case 'close':
        this.#close(call.code);
        break;
      case 'terminate':
        this.#called('terminate');
        client.terminate();
        break;
      case 'abort':
        this.#called('abort');
        this.#abort.abort();
        break;
      case 'ping':
        client.ping();
        break;
      case 'wake':
        this.#reported();
        client.wake();
        break;
      case 'network is back':
        this.#reported();
        client[RUNTIME_FACT]({ type: 'runtime.online' });
        break;
      case 'send':
        // The first use dials; a message that is refused does not.
        if (client.state === 'idle' && this.#script.settings.sendQueue !== 'none') this.#called('connect');
        for (let sent = 0; sent < call.count; sent += 1) {
          const greeting = this.#inside === 'open' ? this.#opens : undefined;
          const text = this.#ledger.compose(call.bytes, call.awaitDrain, greeting);
          this.#ledger.promised(text, client.send(text, { awaitDrain: call.awaitDrain }));
        }
    }
  }

  #called(command: Command): void {
    const { state } = this.#client;
    this.#invariants.called(command, state);
    this.#course.called(command, state, this.#inside !== undefined);
  }

  #reported(): void {
    this.#invariants.reported(this.#client.state);
    this.#course.reported();
  }

  /** Resolves with an opening that comes after the call, or at once where it is open. */
  #connect(command: 'connect' | 'reconnect', call: () => Promise<void>): void {
    const isOpen = command === 'connect' && this.#client.state === 'open';
    const opens = this.#opens;
    this.#called(command);
    this.#connecting += 1;
    const settled = () => {
      this.#connecting -= 1;
    };
    call().then(() => {
      settled();
      const { state } = this.#client;
      if (!isOpen && this.#opens === opens) this.#guard(() => broken(`${command}() resolved in ${state}`));
    }, settled);
  }

  /** Resolves when a connection has ended that was there, or at once where there is none. */
  #close(code: number): void {
    const client = this.#client;
    const isClosed = client.state === 'closed';
    const closes = this.#closes;
    this.#called('close');
    this.#readers.lost();
    if (!isClosed) this.#readers.ending();
    this.#closing += 1;
    const settled = () => {
      this.#closing -= 1;
    };
    client.close(code, 'enough').then(() => {
      settled();
      if (!isClosed && this.#closes === closes)
        this.#guard(() => broken(`close() resolved in ${client.state}`));
    }, settled);
  }

  async #pass(ms: number): Promise<void> {
    const latest = this.#time.elapsed + ms;
    for (let events = 0; events < MOST_EVENTS && this.#time.step(latest); events += 1) await this.#settle();
  }

  // What is told.

  #hear(event: (typeof EVENTS)[number], args: readonly unknown[]): void {
    this.#guard(() => {
      this.#invariants.heard(event, args);
      // What fails without a network uses up no attempt.
      if (event === 'reconnecting' && this.#isOffline) this.#invariants.failedOffline();
      if (this.#traces) this.#trace(`  heard ${event} ${args.map(shown).join(' ')}`);
      this.#account(event, args);
    });
    const index = this.#planned.findIndex((planned) => planned.event === event);
    const [planned] = index < 0 ? [] : this.#planned.splice(index, 1);
    if (planned === undefined) return;
    const { call } = planned;
    this.#trace(`  in it: ${JSON.stringify(call)}`);
    if (call.do === 'throw') this.#thrown.raise();
    this.#inside = event;
    this.#guard(() => this.#call(call));
    this.#inside = undefined;
  }

  /** What was heard, for the accounts. */
  #account(event: (typeof EVENTS)[number], args: readonly unknown[]): void {
    switch (event) {
      case 'undelivered':
        this.#ledger.refused(args[0]);
        break;
      case 'message':
        this.#messaged(args[0] as { readonly data: unknown });
        break;
      case 'close':
        this.#closed(args[0] as number, args[2] as CloseInfo);
        break;
      case 'open':
        this.#opens += 1;
        this.#course.opened(args[0] as OpenInfo);
        break;
      case 'reconnecting':
        this.#course.waits(args[0] as number, args[1] as number, this.#lastClose, this.#isOffline);
        break;
      case 'heartbeat-timeout':
        this.#timedOut();
        break;
      case 'state':
        if (ENDS_READING.has(args[0])) this.#readers.cutOff();
        if (args[0] === 'closed' || args[0] === 'exhausted') this.#readers.ending();
    }
  }

  #dialled(peer: Peer, live: number): void {
    this.#trace('  dials');
    this.#untold.push(peer);
    this.#invariants.dialled(live);
    this.#course.dialled();
  }

  #messaged({ data }: { readonly data: unknown }): void {
    const message = Number(data);
    const isNext = message === this.#newest + 1;
    // What prepare took, or a connection that failed to be prepared took along, is missing.
    const isLater = this.#script.settings.prepares && message > this.#newest;
    if (!isNext && !isLater) broken(`message ${data} was heard after ${this.#newest}`);
    this.#places.set(message, this.#places.size);
    this.#newest = message;
  }

  /** The loss says how much it took along, and with which code: of the connection that ended, if one did. */
  #closed(code: number, info: CloseInfo): void {
    this.#closes += 1;
    this.#lastClose = info;
    this.#readers.lost();
    this.#readers.ended(this.#places.size);
    const [oldest] = this.#untold;
    const phase = oldest?.connection.phase;
    const hasEnded = phase === 'ended' || phase === 'destroyed';
    if (hasEnded) this.#untold.shift();
    const lost = hasEnded ? (oldest?.connection.unsentBytes ?? 0) : 0;
    if (info.unsentBytes !== lost)
      broken(`close tells ${info.unsentBytes} unsent bytes, and ${lost} were lost`);
    const given = hasEnded ? oldest?.closeCode : code;
    if (code !== 1006 && code !== given) broken(`close reports ${code}, and the peer's was ${given}`);
    this.#course.lost(info, this.#isOffline);
  }

  /** A peer that was heard within `heartbeatTimeout` is not dead. */
  #timedOut(): void {
    const silence = this.#time.now() - (this.#untold[0]?.heardAt ?? 0);
    const { heartbeatTimeout } = this.#script.settings;
    if (silence < heartbeatTimeout)
      broken(`a heartbeat timed out after ${silence} of ${heartbeatTimeout} ms`);
  }

  // What must be true.

  /** Lets promises run and the network answer, then checks. */
  async #settle(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) await null;
    this.#network.poll();
    for (let round = 0; round < ROUNDS; round += 1) await null;
    // What was held is delivered in the turn of the event loop after the opening, and a `prepare` may take many rounds.
    const { prepares } = this.#script.settings;
    for (let turn = 0; prepares && turn < TURNS && (turn === 0 || this.#messagesHeld > 0); turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    this.#check();
  }

  /** Messages that have arrived, and that nobody has got or missed yet. */
  get #messagesHeld(): number {
    const { messagesIn, messagesUnread } = this.#client.stats();
    return messagesIn - this.#places.size - this.#preparing.taken.size - messagesUnread;
  }

  /** A message is delivered to `next()` or to the readers, or it counts as unread. */
  #checkMessages(messagesIn: number): void {
    const { state } = this.#client;
    const { prepares, receiveMessages } = this.#script.settings;
    // A reader that was full gets what was held.
    this.#readers.check(this.#places.size, prepares ? 2 * receiveMessages : receiveMessages);
    const { delivered } = this.#network;
    const held = this.#messagesHeld;
    if (messagesIn !== delivered || held < 0 || (held > 0 && state !== 'preparing'))
      broken(
        `${delivered} messages came, ${messagesIn} are counted, ${this.#places.size} were heard, ${held} are held`,
      );
    for (const message of this.#preparing.taken)
      if (this.#places.has(message)) broken(`message ${message} was heard, and next() got it`);
    if (this.#preparing.isWaiting && this.#network.connected?.connection.paused)
      broken('reading is paused while next() waits');
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
    const { state, readyState, bufferedAmount, isConnected } = this.#client;
    const { live, last, connected } = this.#network;
    this.#invariants.settled({ state, readyState, live, timers: this.#time.timers });
    const { messagesIn, queuedMessages, queuedBytes, paused, dials } = this.#client.stats();
    this.#ledger.balance(queuedMessages);
    this.#checkMessages(messagesIn);
    this.#preparing.check();
    if (dials !== this.#network.peers.length) broken(`${dials} dials are counted`);
    if (isConnected !== (state === 'open')) broken(`isConnected is ${isConnected} in ${state}`);
    if (last !== undefined && last.connection.lost.length > 0) broken('a message was sent after a Close');
    if (state === 'open' && connected?.connection.paused !== paused) broken(`paused is told as ${paused}`);
    const inSocket = connected?.connection.bufferedAmount ?? 0;
    if (bufferedAmount !== queuedBytes - queuedMessages * MESSAGE_COST + inSocket)
      broken(`bufferedAmount is ${bufferedAmount}`);
    const isResting = state === 'closed' || state === 'exhausted';
    if (isResting && queuedMessages > 0) broken(`${queuedMessages} messages are held in ${state}`);
    if ((isResting || state === 'open') && this.#connecting > 0) broken(`a connect() waits in ${state}`);
    if (state !== 'closing' && this.#closing > 0) broken(`a close() waits in ${state}`);
  }

  // Liveness.

  async #heal(): Promise<void> {
    const { settings } = this.#script;
    const { heartbeatInterval, heartbeatTimeout, connectTimeout, closeTimeout, maxReconnectDelay } = settings;
    const { prepares, prepareTimeout } = settings;
    const before = this.#client.state;
    const dialsBefore = this.#network.peers.length;
    this.#planned = [];
    this.#isOffline = false;
    setOffline(false);
    this.#trace(`the network heals, in ${before}`);
    this.#preparing.isHealed = true;
    this.#network.heal(heartbeatInterval > 0, connectTimeout > 0);
    this.#readers.read(Number.POSITIVE_INFINITY);
    await this.#settle();
    // Found dead, once more after a sleep; closed; the old dial given up; the longest delay; the new dial.
    const found = heartbeatInterval > 0 ? 2 * (heartbeatInterval + 2 * heartbeatTimeout) : 0;
    const delay = Math.max(maxReconnectDelay, this.#invariants.delayFloor);
    const prepared = prepares ? prepareTimeout + delay + connectTimeout : 0;
    const bound =
      found + closeTimeout + connectTimeout + delay + prepared + this.#network.longestUpload + 1000;
    await this.#passWhile(bound, () => this.#isDead || !this.#isAtRest);
    const { state } = this.#client;
    const hasGivenUp = this.#network.peers.length === dialsBefore && before !== 'backoff';
    if (settings.reconnect && state !== 'open' && !(this.#isResting && hasGivenUp)) {
      broken(`${state}, ${bound} ms after the network had healed in ${before}`);
    }
    if (this.#isDead) broken(`a dead connection is taken for open after ${bound} ms`);
  }

  get #isResting(): boolean {
    const { state } = this.#client;
    return state === 'closed' || state === 'exhausted' || state === 'idle';
  }

  get #isAtRest(): boolean {
    return this.#isResting || this.#client.state === 'open';
  }

  get #isDead(): boolean {
    return this.#client.state === 'open' && this.#network.connected?.isFrozen === true;
  }

  async #passWhile(ms: number, goesOn: () => boolean): Promise<void> {
    const latest = this.#time.elapsed + ms;
    while (goesOn() && this.#time.step(latest)) await this.#settle();
  }

  /** On a network that works: it connects, sends all it held, and closes with nothing left behind. */
  async #finish(): Promise<void> {
    const client = this.#client;
    if (!this.#abort.signal.aborted) {
      // connect() would wait until the next dial is due.
      if (!client.isConnected) this.#call({ do: client.state === 'backoff' ? 'reconnect' : 'connect' });
      await this.#passWhile(100, () => !client.isConnected);
      if (!client.isConnected) broken(`connect() on a working network leads to ${client.state}`);
      this.#call({ do: 'send', count: 1, bytes: 1, awaitDrain: true });
      await this.#settle();
      if (client.stats().queuedMessages > 0) broken('messages are held on a connection that takes them');
      this.#call({ do: 'close', code: 1000 });
      await this.#settle();
      await this.#passWhile(100, () => client.state !== 'closed');
    }
    if (client.state !== 'closed') broken(`close() on a working network leads to ${client.state}`);
    // Now and then a send() resolves with the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    await this.#settle();
    this.#ledger.audit();
    this.#readers.audit();
    this.#thrown.audit();
  }

  #guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      // Thrown into the client it would be taken for a listener's mistake.
      this.#failure ??= error;
    }
  }

  #trace(what: string): void {
    if (this.#traces)
      this.log.push(`${String(this.#time.elapsed).padStart(7)} ${this.#client?.state ?? '-'}: ${what}`);
  }
}

function shown(value: unknown): string {
  if (value instanceof Error) return `${value.name}(${value.message})`;
  return JSON.stringify(value);
}
