/**
 * The client behind the class: the chart's actor, the present link, the promises of callers, and the way of
 * what the chart announces to the listeners.
 *
 * Decides nothing about when and whether to connect, and sees no timer: that is the chart's.
 */
import { type ActorRefFrom, createActor } from 'xstate';
import {
  type ConnectionCommand,
  type ConnectionEmitted,
  type ConnectionPolicy,
  connectionMachine,
  type DialAttempt,
} from '../machine/index.js';
import {
  AbortError,
  forgetOptions,
  isolateScheduler,
  ownMember,
  type ReckerError,
  type ResponseHeaders,
  type SocketFact,
  type SocketPort,
  StateError,
  type Transport,
  unsetActorOptions,
} from '../port/index.js';
import { microtask } from '../services/runtime/index.js';
import {
  arrivalTime,
  ChartClock,
  Environment,
  type EnvironmentOwner,
  GuardedClock,
  inspection,
  realClock,
  type StateView,
  viewOf,
  wallTime,
} from './chart/index.js';
import {
  type Announcement,
  Announcer,
  Ending,
  isHandled,
  translate,
  Waiters,
  warnOfEnd,
} from './events/index.js';
import { type HubOwner, MessageHub } from './incoming/index.js';
import { Link, type LinkOwner, RoundTrips } from './link/index.js';
import {
  type Clock,
  type DialSettings,
  policyOf,
  receiveBounds,
  sendBounds,
  type WebSocketOptions,
} from './options/index.js';
import { checkMark, Outbox, type OutboxOwner, refused, type SendOptions } from './outgoing/index.js';
import { type EnvironmentListener, errorMonitor, toBinary, warn, watchEnvironment } from './platform.js';
import type { SendData, WebSocketEvents, WebSocketMessage, WebSocketStats } from './types.js';
import { checkSignal, onAbortOf } from './values/index.js';

/** Who hears: the emitter that users hold. */
export interface Listeners {
  emit<Name extends keyof WebSocketEvents>(event: Name, ...args: WebSocketEvents[Name]): unknown;
  emit(event: symbol, error: Error): unknown;
  listenerCount(event: keyof WebSocketEvents): number;
}

const DONE = Promise.resolve();

/** Shared by all steps that announce nothing. Never pushed to. */
const NOTHING_EMITTED: ConnectionEmitted[] = [];

export class ClientCore implements LinkOwner, HubOwner, OutboxOwner, EnvironmentOwner, EnvironmentListener {
  readonly outbox: Outbox;
  readonly hub: MessageHub;
  readonly #listeners: Listeners;
  readonly #options: WebSocketOptions;
  readonly #policy: ConnectionPolicy;
  readonly #settings: DialSettings;
  readonly #clock: Clock;
  readonly #actor: ActorRefFrom<typeof connectionMachine>;
  readonly #announcer = new Announcer();
  readonly #connecting = new Waiters();
  #closing: Waiters | undefined;
  readonly #roundTrips: RoundTrips;

  #view: StateView;
  /** Which stay in a state this is, to know whether an announcement's state was left since. */
  #visit = 0;
  /** When the present state was entered, by the time of day: for users, and no measure of an interval. */
  #since: number;
  /** What the present step of the chart has announced so far. */
  #emitted = NOTHING_EMITTED;
  /** What functions of the user's threw in the present step: emitted behind the `state` that the step brings. */
  #userErrors: Error[] | undefined;
  #stepDepth = 0;
  #link: Link | undefined;
  /** The link before the present one, until its loss was told: a new dial may begin in the same step. */
  #replacedLink: Link | undefined;
  #url: string;
  #protocol = '';
  #extensions = '';
  #abortError: AbortError | undefined;
  #lastEnding: Ending | undefined;
  /** When the last connection was lost, by the time of day: `downtime` counts what the machine sleeps. */
  #lostAt: number | undefined;
  /** When the present dial began. */
  #dialledAt = 0;
  /** The headers of the 101, until `open` has been announced. */
  #answerHeaders: ResponseHeaders | undefined;
  #dials = 0;
  #opens = 0;
  /** `#opens` when the present `connect()` began: whether it has been open since. */
  #opensBefore = 0;

  constructor(listeners: Listeners, options: WebSocketOptions, settings: DialSettings) {
    this.#listeners = listeners;
    this.#options = options;
    this.#settings = settings;
    this.#policy = policyOf(options, settings.factory);
    this.#clock = options.clock === undefined ? realClock : new GuardedClock(options.clock, this);
    this.#roundTrips = new RoundTrips(options, this.#clock, this);
    this.#since = wallTime(this.#clock);
    this.#url = 'value' in settings.url ? settings.url.value.href : '';
    this.outbox = new Outbox(this, sendBounds(options), options.maxInFlight ?? 1_048_576);
    this.hub = new MessageHub(receiveBounds(options), this);
    this.#view = IDLE;
    this.#actor = this.#startActor();
    this.#watchSignal();
    watchEnvironment(this);
    if (options.autoConnect === true) this.#connectSoon();
  }

  get view(): StateView {
    return this.#view;
  }

  get url(): string {
    return this.#url;
  }

  get protocol(): string {
    return this.#protocol;
  }

  get extensions(): string {
    return this.#extensions;
  }

  get rtt(): number | undefined {
    return this.#roundTrips.last;
  }

  get abortError(): AbortError | undefined {
    return this.#abortError;
  }

  get bufferedAmount(): number {
    return this.outbox.bufferedAmount(this.#link?.transport);
  }

  /** The connection that takes messages now, if one does. */
  get sendingOn(): Transport | undefined {
    return this.#view.messages === 'sent' ? this.#link?.transport : undefined;
  }

  stats(): WebSocketStats {
    const { outbox, hub } = this;
    return {
      messagesIn: hub.messagesIn,
      messagesOut: outbox.messagesOut,
      bytesIn: hub.bytesIn,
      bytesOut: outbox.bytesOut,
      messagesUnread: hub.messagesUnread,
      queuedMessages: outbox.queuedMessages,
      queuedBytes: outbox.queuedBytes,
      dials: this.#dials,
      opens: this.#opens,
      rtt: this.#roundTrips.last,
      lastReceivedAt: hub.lastReceivedAt,
      paused: hub.isPaused,
      since: this.#since,
    };
  }

  // Calls.

  connectBy(command: 'connect' | 'reconnect', signal: AbortSignal | undefined): Promise<void> {
    checkSignal(signal);
    if (this.#view.isAborted) return refused(this.#abortError ?? new AbortError('The client was aborted'));
    if (signal?.aborted) return refused(new AbortError('The wait was aborted', { cause: signal.reason }));
    if (command === 'connect' && this.#view.state === 'open') return DONE;
    const connected = this.#connecting.add(signal);
    this.command({ type: command });
    return connected;
  }

  send(data: SendData, options: SendOptions | undefined): Promise<void> {
    const { messages, state } = this.#view;
    if (messages === 'refused') {
      return this.outbox.refuse(
        data,
        `send() is not possible in the state ${state}`,
        (reason) => new StateError(reason, state),
      );
    }
    return state === 'idle' ? this.#sendFirst(data, options) : this.#send(data, options);
  }

  /** The first use of a client: a message that is held dials. */
  #sendFirst(data: SendData, options: SendOptions | undefined): Promise<void> {
    const held = this.outbox.queuedMessages;
    const sent = this.#send(data, options);
    if (held === 0 && this.outbox.queuedMessages === 1) this.#connectSoon();
    return sent;
  }

  #send(data: SendData, options: SendOptions | undefined): Promise<void> {
    if (options === undefined && this.#options.awaitDrain !== true) return this.outbox.send(data);
    const mark = checkMark(ownMember(options, 'highWaterMark') ?? this.#options.highWaterMark ?? 16_384);
    if (!(ownMember(options, 'awaitDrain') ?? this.#options.awaitDrain)) return this.outbox.send(data);
    return this.outbox.send(data, mark);
  }

  close(code: number, reason: string): Promise<void> {
    if (this.#view.state === 'closed') return DONE;
    const transport = this.sendingOn;
    if (transport !== undefined) this.outbox.finish(transport, this.#link?.holdClose());
    this.#closing ??= new Waiters();
    const closed = this.#closing.add();
    this.hub.leave();
    this.command({ type: 'close', code, reason });
    return closed;
  }

  terminate(): void {
    this.command({ type: 'terminate' });
  }

  ping(): void {
    const transport = this.sendingOn;
    if (transport !== undefined) this.sendHeartbeat(transport);
  }

  /** When the present code has returned, so that what it still attaches misses nothing; unless it made another call. */
  #connectSoon(): void {
    microtask(() => {
      if (this.#view.state === 'idle') this.command({ type: 'connect' });
    });
  }

  /** Sends a command to the chart, and delivers what came of it. */
  command(command: ConnectionCommand): void {
    this.step(() => this.#actor.send(command));
  }

  // The chart.

  #startActor(): ActorRefFrom<typeof connectionMachine> {
    const { inspect } = this.#options;
    const actor = createActor(connectionMachine, {
      ...unsetActorOptions(),
      ...(inspect === undefined ? undefined : inspection(inspect, this)),
      clock: new ChartClock(this.#clock, this) as never,
      input: { policy: this.#policy, environment: new Environment(this, this.#options, this.#clock) },
    });
    actor.on('*', (emitted) => {
      if (this.#emitted === NOTHING_EMITTED) this.#emitted = [];
      this.#emitted.push(emitted);
    });
    // Without an error listener XState reports what the chart throws as an uncaught error.
    actor.subscribe((snapshot) => this.#onStep(snapshot.tags));
    isolateScheduler(actor.system);
    this.step(() => actor.start());
    isolateScheduler(actor.system);
    forgetOptions(actor);
    return actor;
  }

  /** Everything that moves the chart runs in here: listeners hear of it when the outermost step is over. */
  step(act: () => void): void {
    this.#stepDepth += 1;
    try {
      act();
    } finally {
      this.#stepDepth -= 1;
      if (this.#stepDepth === 0) {
        this.#announceUserErrors();
        this.#announcer.drain();
      }
    }
  }

  /** After each step of the chart: what it announced, in the order in which it is told. */
  #onStep(tags: ReadonlySet<string>): void {
    const previous = this.#view;
    const view = viewOf(tags, this.#policy.reconnect);
    this.#view = view;
    if (view.state !== previous.state) {
      this.#visit += 1;
      this.#since = wallTime(this.#clock);
      if (view.state === 'connecting') this.#opensBefore = this.#opens;
      this.#announce({ event: 'state', args: [view.state, previous.state] });
    }
    this.#announceUserErrors();
    const emitted = this.#emitted;
    this.#emitted = NOTHING_EMITTED;
    // Read before anything ends: the promises that wait now report this end.
    const isAwaited = view.isResting && this.#isAwaited;
    let isThrown = false;
    for (const each of emitted) isThrown = this.#onEmitted(each) || isThrown;
    if (view.isResting && !(previous.isResting && emitted.length === 0)) {
      const ending = new Ending(emitted.at(-1), this.#abortError);
      this.#onRest(ending);
      if (!isAwaited && !isThrown) this.#announcer.add(() => warnOfEnd(ending, this.#url, this.#listeners));
    }
  }

  #announceUserErrors(): void {
    const errors = this.#userErrors;
    if (errors === undefined) return;
    this.#userErrors = undefined;
    for (const error of errors) this.#announce({ event: 'error', args: [error] });
  }

  /** Whether somebody waits who learns how the client ends. */
  get #isAwaited(): boolean {
    return this.#connecting.size > 0 || this.hub.hasReaders || this.hub.hasPipes;
  }

  /** @returns whether it brings an `error` that is thrown where nobody listens */
  #onEmitted(emitted: ConnectionEmitted): boolean {
    const downtime = this.#lostAt === undefined ? 0 : Math.max(0, wallTime(this.#clock) - this.#lostAt);
    const endsLink = emitted.type === 'lost' || emitted.type === 'terminated';
    const unsentBytes = endsLink ? ((this.#replacedLink ?? this.#link)?.transport?.unsentBytes ?? 0) : 0;
    const announcements = translate(emitted, {
      downtime,
      unsentBytes,
      unheard: this.#isUnheard(emitted),
      headers: this.#answerHeaders,
    });
    for (const announcement of announcements) this.#announce(announcement);
    if (emitted.type === 'opened') this.#onOpenedStep();
    if (emitted.type === 'lost') this.#onLost(emitted);
    if (emitted.type === 'terminated') this.#onTerminated(emitted);
    return announcements.some(({ fatal }) => fatal === true);
  }

  #onOpenedStep(): void {
    this.#answerHeaders = undefined;
    this.#lostAt = undefined;
    const visit = this.#visit;
    this.#announcer.add(() => {
      if (visit !== this.#visit) return;
      const transport = this.sendingOn;
      if (transport !== undefined) this.outbox.pump(transport);
      this.#connecting.resolveAll();
    });
  }

  #onLost(emitted: Extract<ConnectionEmitted, { type: 'lost' }>): void {
    const { loss, stage, asked } = emitted;
    const ending = new Ending(emitted, this.#abortError);
    this.#lastEnding = ending;
    if (!asked) this.#lostAt ??= wallTime(this.#clock);
    this.#roundTrips.forget();
    if (this.#replacedLink === undefined) this.#link = undefined;
    this.#replacedLink = undefined;
    if (stage === 'open') this.outbox.failDrains(ending);
    this.hub.lose(loss, { stage, asked, willReconnect: emitted.willReconnect }, ending);
    this.#closing?.resolveAll();
  }

  #onTerminated(emitted: ConnectionEmitted): void {
    this.#roundTrips.forget();
    this.#link = undefined;
    this.hub.terminate(new Ending(emitted, undefined));
  }

  /** Nothing follows by itself: everyone who waits is told, in order, after the events that tell why. */
  #onRest(ending: Ending): void {
    const isIterated = this.hub.hasReaders;
    this.#lostAt = undefined;
    this.outbox.failDrains(ending);
    this.hub.end(ending.isClean ? undefined : ending);
    for (const held of this.outbox.giveUp()) {
      this.#announcer.add(() => {
        held.reject(ending.error);
        this.#deliver({ event: 'undelivered', args: [held.data, ending.error] });
      });
    }
    this.#settle(ending, isIterated);
  }

  /** Whoever waits now, and nobody who begins to wait in a listener before it is told. */
  #settle(ending: Ending, isIterated: boolean): void {
    const connecting = this.#connecting.takeAll();
    const closing = this.#closing?.takeAll();
    if (connecting === undefined && closing === undefined) return;
    const since = { hasBeenOpen: this.#hasBeenOpen, isIterated };
    const handled = isHandled(ending, since, this.#listeners);
    this.#announcer.add(() => {
      connecting?.reject(ending.error, handled);
      closing?.resolve();
    });
  }

  get #hasBeenOpen(): boolean {
    return this.#opens > this.#opensBefore;
  }

  /** Whether nobody would be told that the client, never open since `connect()`, has failed for good. */
  #isUnheard(emitted: ConnectionEmitted): boolean {
    if (this.#hasBeenOpen || this.#isAwaited) return false;
    return emitted.type !== 'exhausted' || this.#listeners.listenerCount('max-reconnect-attempts') === 0;
  }

  // What the chart asks.

  dial(attempt: DialAttempt, report: (fact: SocketFact) => void): SocketPort {
    this.#dialledAt = this.#clock.now();
    return new Link(this, this.#settings, attempt, this.#lastEnding, report);
  }

  dialTimeLeft(): number {
    const { connectTimeout } = this.#policy;
    return connectTimeout === 0
      ? Number.POSITIVE_INFINITY
      : this.#dialledAt + connectTimeout - this.#clock.now();
  }

  farewell(): void {
    this.#link?.close(1000, '');
  }

  onUserError(error: Error): void {
    this.#userErrors ??= [];
    this.#userErrors.push(error);
    if (this.#stepDepth > 0) return;
    this.#announceUserErrors();
    this.#announcer.drain();
  }

  // Listeners.

  #announce(announcement: Announcement): void {
    const visit = this.#visit;
    this.#announcer.add(() => {
      if (announcement.passing && visit !== this.#visit) return;
      this.#deliver(announcement);
    });
  }

  #deliver({ event, args, fatal }: Announcement): void {
    // Node's emitters throw an error that nobody listens to; here only where nobody else was told.
    if (event === 'error' && fatal !== true && this.#listeners.listenerCount('error') === 0) {
      if (errorMonitor !== undefined) this.#listeners.emit(errorMonitor, ...args);
      return;
    }
    this.outbox.isGreeting = event === 'open';
    try {
      this.#listeners.emit(event, ...(args as never));
    } finally {
      this.outbox.isGreeting = false;
    }
  }

  // The data path.

  onDialled(link: Link): void {
    this.#replacedLink = this.#link;
    this.#link = link;
    this.#url = link.url;
    this.#dials += 1;
  }

  onOpened(protocol: string, extensions: string, headers: ResponseHeaders): void {
    this.#answerHeaders = headers;
    this.#protocol = protocol;
    this.#extensions = extensions;
    this.#opens += 1;
    if (this.hub.isPaused) this.#link?.transport?.pause();
  }

  onMessage(data: string | Uint8Array, _isBinary: boolean, bytes: number): void {
    const message: WebSocketMessage =
      typeof data === 'string' ? { data, isBinary: false } : { data: toBinary(data), isBinary: true };
    const isRead = this.hub.receive(message, bytes, arrivalTime(this.#clock));
    if (this.#roundTrips.isReply(message)) this.#link?.ponged();
    if (this.#announcer.busy) {
      this.#announcer.add(() => {
        if (!isRead && !this.isListenedTo) this.hub.miss();
        this.#deliver({ event: 'message', args: [message] });
      });
    } else {
      const isHeard = this.#announcer.deliverNow(this.#listeners, message);
      if (!isRead && !isHeard) this.hub.miss();
    }
  }

  get now(): number {
    return this.#clock.now();
  }

  get isListenedTo(): boolean {
    return this.#listeners.listenerCount('message') > 0;
  }

  onPong(newer: number): void {
    const times = this.#roundTrips.end(newer);
    if (times.length === 0) return;
    this.hub.lastReceivedAt = wallTime(this.#clock);
    for (const rtt of times) this.#announce({ event: 'pong', args: [rtt] });
    this.#announcer.drain();
  }

  onTaken(): void {
    const transport = this.sendingOn;
    if (transport !== undefined) this.outbox.pump(transport);
  }

  sendHeartbeat(transport: Transport): boolean {
    const patience = this.#policy.heartbeatInterval || 30_000;
    if (this.hub.isStuck(patience)) {
      warn(
        `Reading has been paused for ${patience} ms: an iterator or pipeTo() holds as much as receiveQueue allows and is not read on, so listeners and other readers get no message. Read it, or end it with break or return()`,
        'RECKER_READING_PAUSED',
      );
    }
    return this.#roundTrips.begin(transport, (on, data) => this.outbox.sendPast(on, data));
  }

  onUndelivered(data: SendData, error: ReckerError): void {
    this.#announce({ event: 'undelivered', args: [data, error] });
    if (this.#stepDepth === 0) this.#announcer.drain();
  }

  /** Stops reading, or goes on. */
  onPressure(isPaused: boolean): void {
    const transport = this.#link?.transport;
    if (this.#view.state !== 'open' || transport === undefined) return;
    if (isPaused) transport.pause();
    else transport.resume();
  }

  pause(): void {
    const { factory } = this.#settings;
    if (!factory.supports.includes('pause')) {
      throw new StateError(
        `pause() is not possible with the transport ${factory.name}, which cannot stop reading`,
        this.#view.state,
      );
    }
    this.hub.hold(true);
  }

  // The surroundings.

  /** The wait for the next dial is over; a connection may have died with the network that it went over. */
  onOnline(): void {
    if (this.#view.state === 'backoff') this.command({ type: 'reconnect' });
    else this.onAwake();
  }

  onAwake(): void {
    this.ping();
  }

  /** The option `signal`: aborting ends the client for good. */
  #watchSignal(): void {
    const { signal } = this.#options;
    if (signal === undefined) return;
    if (signal.aborted) this.#abort(signal);
    else onAbortOf(signal, this, (connection) => connection.#abort(signal));
  }

  #abort(signal: AbortSignal): void {
    this.#abortError = new AbortError('The client was aborted', { cause: signal.reason });
    this.command({ type: 'abort', error: this.#abortError });
  }
}

const IDLE: StateView = viewOf(new Set(['idle', 'queues']), false);
