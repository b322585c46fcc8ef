/**
 * The client behind the class: the link of the present connection, and the data path between it, the listeners, the send
 * queue and the readers.
 *
 * Must not decide when or whether to connect, and uses no timer: the chart does both.
 */
import type { ConnectionCommand, ConnectionPolicy, DialAttempt } from '../machine/index.js';
import {
  AbortError,
  ownMember,
  type ReckerError,
  type ResponseHeaders,
  type RuntimeFact,
  type RuntimeListener,
  type SocketFact,
  type SocketPort,
  StateError,
  type Transport,
} from '../port/index.js';
import { microtask } from '../services/runtime/index.js';
import {
  arrivalTime,
  ChartActor,
  ChartClock,
  Environment,
  type EnvironmentClient,
  GuardedClock,
  inspection,
  realClock,
  type StateView,
  wallTime,
} from './chart/index.js';
import { Announcer, type Listeners, PendingCalls, publishDial } from './events/index.js';
import { type HubClient, MessageHub } from './incoming/index.js';
import { Link, type LinkClient, RoundTrips } from './link/index.js';
import {
  type Clock,
  type DialSettings,
  OPTION_TABLE,
  policyOf,
  readOption,
  receiveBounds,
  sendBounds,
  settled,
  type WebSocketOptions,
} from './options/index.js';
import { Outbox, type OutboxClient, refused, type SendOptions } from './outgoing/index.js';
import { toBinary, watchRuntime } from './platform.js';
import { Sessions, type SessionsClient } from './session/index.js';
import { type ReporterClient, StepReporter } from './stepReporter.js';
import type { SendData, WebSocketMessage, WebSocketStats } from './types.js';
import { checkSignal, onAbortOf } from './values/index.js';

const DONE = Promise.resolve();

export class ClientCore
  implements
    LinkClient,
    HubClient,
    OutboxClient,
    EnvironmentClient,
    RuntimeListener,
    ReporterClient,
    SessionsClient
{
  readonly announcer: Announcer;
  readonly calls = new PendingCalls();
  readonly outbox: Outbox;
  readonly hub: MessageHub;
  readonly sessions: Sessions | undefined;
  readonly clock: Clock;
  link: Link | undefined;
  readonly #options: WebSocketOptions;
  readonly #policy: ConnectionPolicy;
  readonly #settings: DialSettings;
  readonly #reporter: StepReporter;
  readonly #chart: ChartActor;
  readonly #roundTrips: RoundTrips;
  /** The former link, until its loss is announced: a new dial may begin in the same step. */
  #endingLink: Link | undefined;
  #url: string;
  #protocol = '';
  #extensions = '';
  /** When the present dial began. */
  #dialledAt = 0;
  #dials = 0;

  constructor(listeners: Listeners, options: WebSocketOptions, settings: DialSettings) {
    this.#options = options;
    this.#settings = settings;
    this.#policy = policyOf(options, settings.factory);
    this.outbox = new Outbox(this, sendBounds(options), settled(options, 'maxInFlight'));
    this.announcer = new Announcer(listeners, this);
    this.clock = options.clock === undefined ? realClock : new GuardedClock(options.clock, this);
    this.#roundTrips = new RoundTrips(options, this.clock, this);
    this.#url = 'value' in settings.url ? settings.url.value.href : '';
    const bounds = receiveBounds(options);
    this.hub = new MessageHub(bounds, this);
    this.sessions = options.prepare && new Sessions(this, options.prepare, bounds);
    this.#reporter = new StepReporter(this);
    this.#chart = new ChartActor(
      { policy: this.#policy, environment: new Environment(this, options, this.clock) },
      new ChartClock(this.clock, this),
      options.inspect === undefined ? undefined : inspection(options.inspect, this, options),
      this.#reporter,
    );
    this.step(() => this.#chart.start());
    this.#watchSignal();
    watchRuntime(this);
    if (options.autoConnect === true) this.#connectSoon();
  }

  get view(): StateView {
    return this.#reporter.view;
  }

  get url(): string {
    return this.#url;
  }

  get connectionId(): string {
    return this.#chart.id;
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
    return this.#reporter.abortError;
  }

  get bufferedAmount(): number {
    return this.outbox.bufferedAmount(this.link?.transport);
  }

  /** The connection that takes messages now, if one does. */
  get sendingOn(): Transport | undefined {
    return this.#reporter.view.messages === 'sent' ? this.link?.transport : undefined;
  }

  stats(): WebSocketStats {
    const { outbox, hub, sessions } = this;
    return {
      messagesIn: hub.messagesIn,
      messagesOut: outbox.messagesOut + (sessions?.messagesOut ?? 0),
      bytesIn: hub.bytesIn,
      bytesOut: outbox.bytesOut + (sessions?.bytesOut ?? 0),
      messagesUnread: hub.messagesUnread,
      queuedMessages: outbox.queuedMessages,
      queuedBytes: outbox.queuedBytes,
      dials: this.#dials,
      opens: this.#reporter.opens,
      rtt: this.#roundTrips.last,
      lastReceivedAt: hub.lastReceivedAt,
      paused: sessions?.takes ? sessions.isPaused : hub.isPaused,
      since: this.#reporter.since,
    };
  }

  // Calls.

  connectBy(command: 'connect' | 'reconnect', signal: AbortSignal | undefined): Promise<void> {
    checkSignal(signal);
    if (this.view.isAborted)
      return refused(this.#reporter.abortError ?? new AbortError('The client was aborted'));
    if (signal?.aborted) return refused(new AbortError('The wait was aborted', { cause: signal.reason }));
    if (command === 'connect' && this.view.state === 'open') return DONE;
    const connected = this.calls.untilOpen(signal);
    this.command({ type: command });
    return connected;
  }

  send(data: SendData, options?: SendOptions): Promise<void> {
    const { messages, state } = this.view;
    if (messages === 'refused') {
      const reason = `send() is not possible in the state ${state}`;
      return this.outbox.refuse(data, reason, (message) => new StateError(message, state));
    }
    return state === 'idle' ? this.#sendFirst(data, options) : this.#send(data, options);
  }

  /** The first use of a client: a message that is queued makes it connect. */
  #sendFirst(data: SendData, options: SendOptions | undefined): Promise<void> {
    const held = this.outbox.queuedMessages;
    const sent = this.#send(data, options);
    if (held === 0 && this.outbox.queuedMessages === 1) this.#connectSoon();
    return sent;
  }

  #send(data: SendData, options: SendOptions | undefined): Promise<void> {
    if (options === undefined) return this.outbox.send(data, this.drainMark);
    const mark = ownMember(options, 'highWaterMark') ?? settled(this.#options, 'highWaterMark');
    readOption('highWaterMark', mark);
    const awaitsDrain = ownMember(options, 'awaitDrain') ?? settled(this.#options, 'awaitDrain');
    return this.outbox.send(data, awaitsDrain ? mark : undefined);
  }

  close(code: number, reason: string): Promise<void> {
    if (this.view.state === 'closed') return DONE;
    const transport = this.sendingOn;
    if (transport !== undefined) this.outbox.finish(transport, this.link?.holdClose());
    const closed = this.calls.untilClosed();
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

  /** Connects a microtask later, so that listeners which are attached until then miss nothing. */
  #connectSoon(): void {
    microtask(() => {
      if (this.view.state === 'idle') this.command({ type: 'connect' });
    });
  }

  /** Sends a command to the chart, and delivers the events that it causes. */
  command(command: ConnectionCommand | RuntimeFact): void {
    this.step(() => this.#chart.send(command));
  }

  /** Runs everything that moves the chart. Listeners are called when the outermost step is over. */
  step(act: () => void): void {
    this.announcer.step(act);
  }

  // What the chart asks.

  dial(attempt: DialAttempt, report: (fact: SocketFact) => void): SocketPort {
    this.#dialledAt = this.clock.now();
    return new Link(this, this.#settings, attempt, this.#reporter.lastEnding, report);
  }

  dialTimeLeft(): number {
    const { connectTimeout } = this.#policy;
    return connectTimeout === 0
      ? Number.POSITIVE_INFINITY
      : this.#dialledAt + connectTimeout - this.clock.now();
  }

  farewell(): void {
    this.link?.close(1000, '');
  }

  onUserError(error: Error): void {
    this.announcer.onUserError(error);
  }

  // The data path.

  onDialled(link: Link, attempt: number): void {
    this.#endingLink = this.link;
    this.link = link;
    this.#url = link.url;
    this.#dials += 1;
    publishDial(this, attempt);
  }

  onOpened(protocol: string, extensions: string, headers: ResponseHeaders): void {
    this.#reporter.answerHeaders = headers;
    this.#protocol = protocol;
    this.#extensions = extensions;
    if (this.hub.isPaused && this.sessions === undefined) this.link?.transport?.pause();
  }

  onMessage(data: string | Uint8Array, _isBinary: boolean, bytes: number): void {
    const message: WebSocketMessage =
      typeof data === 'string' ? { data, isBinary: false } : { data: toBinary(data), isBinary: true };
    const now = arrivalTime(this.clock);
    const { sessions } = this;
    if (sessions?.takes) {
      this.hub.count(bytes, now);
      sessions.receive(message, bytes);
    } else this.onReceived(message, this.hub.receive(message, bytes, now));
  }

  /** A message for readers and listeners. @param isRead whether a reader takes it */
  onReceived(message: WebSocketMessage, isRead: boolean): void {
    if (this.#roundTrips.isReply(message)) this.link?.ponged();
    if (this.announcer.busy) {
      this.announcer.add(() => {
        if (!isRead && !this.isListenedTo) this.hub.miss();
        this.announcer.deliver({ event: 'message', args: [message] });
      });
    } else {
      const isHeard = this.announcer.deliverNow(message);
      if (!isRead && !isHeard) this.hub.miss();
    }
  }

  get now(): number {
    return this.clock.now();
  }

  get isListenedTo(): boolean {
    return this.announcer.listeners.listenerCount('message') > 0;
  }

  onPong(newer: number): void {
    const times = this.#roundTrips.end(newer);
    if (times.length === 0) return;
    this.hub.lastReceivedAt = wallTime(this.clock);
    for (const rtt of times) this.announcer.announce({ event: 'pong', args: [rtt] });
    this.announcer.drain();
  }

  sendHeartbeat(transport: Transport): boolean {
    this.hub.warnIfStuck(this.#policy.heartbeatInterval || OPTION_TABLE.heartbeatInterval.default);
    return this.#roundTrips.begin(transport, (on, data) => this.outbox.sendPast(on, data));
  }

  onUndelivered(data: SendData, error: ReckerError): void {
    this.announcer.announceNow({ event: 'undelivered', args: [data, error] });
  }

  /** Pauses or resumes reading from the socket. */
  onPressure(isPaused: boolean): void {
    const transport = this.link?.transport;
    if (this.#reporter.view.state !== 'open' || transport === undefined || this.sessions?.takes) return;
    if (isPaused) transport.pause();
    else transport.resume();
  }

  /** The bytes at which a message counts as drained, where the option `awaitDrain` makes `send()` wait for that. */
  get drainMark(): number | undefined {
    return this.#options.awaitDrain === true ? settled(this.#options, 'highWaterMark') : undefined;
  }

  get canPause(): boolean {
    return this.#settings.factory.supports.includes('pause');
  }

  pause(): void {
    if (!this.canPause) {
      throw new StateError(
        `pause() is not possible with the transport ${this.#settings.factory.name}, which cannot stop reading`,
        this.#reporter.view.state,
      );
    }
    this.hub.hold(true);
  }

  // What the step reporter needs of the link.

  get reconnects(): boolean {
    return this.#policy.reconnect;
  }

  get unsentBytes(): number {
    return (this.#endingLink ?? this.link)?.transport?.unsentBytes ?? 0;
  }

  flush(): void {
    this.sessions?.flush();
    const transport = this.sendingOn;
    if (transport !== undefined) this.outbox.pump(transport);
  }

  onLinkEnded(): void {
    this.#roundTrips.forget();
    if (this.#endingLink === undefined) this.link = undefined;
    this.#endingLink = undefined;
  }

  // The surroundings.

  onRuntime(fact: RuntimeFact): void {
    this.command(fact);
  }

  /** The option `signal`: an abort ends the client for good. */
  #watchSignal(): void {
    const { signal } = this.#options;
    if (signal === undefined) return;
    if (signal.aborted) this.#abort(signal);
    else onAbortOf(signal, this, (client) => client.#abort(signal));
  }

  #abort(signal: AbortSignal): void {
    this.#reporter.abortError = new AbortError('The client was aborted', { cause: signal.reason });
    this.command({ type: 'abort', error: this.#reporter.abortError });
  }
}
