/**
 * The class that users hold: calls become commands of the chart, and what the chart announces becomes the
 * documented events.
 *
 * Owns the actor, the present link and the promises of callers. Decides nothing about when and whether to
 * connect, and sees no timer: that is the chart's.
 */
import { type ActorRefFrom, createActor } from 'xstate';
import { connectionMachine } from '../machine/connectionMachine.js';
import { AbortError, ConfigurationError, type ReckerError, StateError } from '../machine/errors.js';
import type { ConnectionEmitted, ConnectionEvent } from '../machine/events.js';
import type { ConnectionPolicy } from '../machine/policy.js';
import type { Failure, Transport } from '../machine/port.js';
import { redactUrl } from '../machine/redact.js';
import { Announcer, reportUncaught } from './announcer.js';
import { chartClock, realClock } from './clock.js';
import { checkCloseArguments } from './closeRules.js';
import { inspection } from './inspection.js';
import { type DialSettings, Link, type LinkOwner } from './link.js';
import { iterate, MessageHub } from './messageHub.js';
import { checkOptions, DEFAULT_DECISION } from './optionRules.js';
import type { Clock, Provider, WebSocketOptions } from './options.js';
import { checkMark, Outbox, type OutboxOwner, refused, type SendOptions } from './outbox.js';
import { type PipeFromOptions, type PipeSource, type PipeToOptions, pipeFrom, pipeTo } from './pipes.js';
import { EventEmitter, toBinary } from './platform.js';
import { type ClientDefaults, dialSettings, policyOf, receiveBounds, sendBounds } from './settings.js';
import { READY_STATES, type StateView, viewOf } from './states.js';
import { type Announcement, restAfter, translate } from './translate.js';
import type {
  ConnectionState,
  SendData,
  WebSocketEvents,
  WebSocketMessage,
  WebSocketStats,
} from './types.js';
import { Waiters } from './waiters.js';

const DONE = Promise.resolve();

/** What `util.inspect` looks for, without a Node module. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A WebSocket that reconnects, notices dead peers, and tells what it does.
 *
 * @example
 * import { ReckerWebSocket } from 'recker';
 *
 * const ws = new ReckerWebSocket('wss://chat.example.com/room', { reconnect: true });
 * ws.on('message', (message) => console.log(message.data));
 * ws.on('error', (error) => console.error(error.message));
 * await ws.connect();
 * ws.send('Hello, server!');
 */
export class ReckerWebSocket extends EventEmitter<WebSocketEvents> {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;

  readonly #options: WebSocketOptions;
  readonly #policy: ConnectionPolicy;
  readonly #settings: DialSettings;
  readonly #clock: Clock;
  readonly #actor: ActorRefFrom<typeof connectionMachine>;
  readonly #announcer = new Announcer();
  readonly #outbox: Outbox;
  readonly #hub: MessageHub;
  readonly #connecting = new Waiters();
  readonly #closing = new Waiters();
  readonly #ports: LinkOwner & OutboxOwner;

  #view: StateView;
  /** Which stay in a state this is, to know whether an announcement's state was left since. */
  #visit = 0;
  #since: number;
  /** What the present step of the chart has announced so far. */
  #emitted: ConnectionEmitted[] = [];
  /** What `shouldReconnect` threw in the present step: told behind the `state` that the step brings. */
  #decisionErrors: Error[] = [];
  #stepDepth = 0;
  #link: Link | undefined;
  /** The link before the present one, until its loss was told: a new dial may begin in the same step. */
  #replacedLink: Link | undefined;
  #url: string;
  #protocol = '';
  #extensions = '';
  #abortError: AbortError | undefined;
  #lastFailure: ReckerError | undefined;
  #lostAt: number | undefined;
  #pingedAt: number | undefined;
  #rtt: number | undefined;
  #dials = 0;
  #opens = 0;
  /** `#opens` when the present `connect()` began: whether it has been open since. */
  #opensBefore = 0;

  /**
   * @param url a `ws:` or `wss:` URL, or a function that gives one for each dial
   * @param options see {@link WebSocketOptions}; checked at once
   * @throws ConfigurationError for a URL or option that can never work
   */
  constructor(url: string | URL | Provider<string | URL>, options?: WebSocketOptions);
  /** @internal */
  constructor(
    url: string | URL | Provider<string | URL>,
    options?: WebSocketOptions,
    defaults?: ClientDefaults,
  );
  constructor(
    url: string | URL | Provider<string | URL>,
    options?: WebSocketOptions,
    defaults?: ClientDefaults,
  ) {
    super();
    const checked = checkOptions(options);
    this.#options = checked;
    this.#settings = dialSettings(url, checked, defaults);
    this.#policy = policyOf(checked, this.#settings.factory);
    this.#clock = checked.clock ?? realClock;
    this.#since = this.#clock.now();
    this.#url = 'value' in this.#settings.url ? this.#settings.target(this.#settings.url.value, {}).href : '';
    this.#ports = this.#makePorts();
    this.#outbox = new Outbox(this.#ports, sendBounds(checked), checked.maxInFlight ?? 1_048_576);
    this.#hub = new MessageHub(receiveBounds(checked), (paused) => this.#onPressure(paused));
    this.#view = viewOf(new Set(['idle', 'queues']), this.#policy.reconnect);
    this.#actor = this.#startActor();
    this.#watchSignal();
  }

  // State, live at any time.

  /** The state of the chart. */
  get state(): ConnectionState {
    return this.#view.state;
  }

  /** As in the WHATWG interface: 0 connecting, 1 open, 2 closing, 3 closed. */
  get readyState(): 0 | 1 | 2 | 3 {
    return READY_STATES[this.#view.state];
  }

  /** True only in `open`. */
  get isConnected(): boolean {
    return this.#view.state === 'open';
  }

  /** Where it is, or was last, dialled to, without user info; `''` before the first dial of a `url` provider. */
  get url(): string {
    return this.#url;
  }

  /** The subprotocol that the server chose, `''` where there is none. */
  get protocol(): string {
    return this.#protocol;
  }

  /** The extensions in use, e.g. `permessage-deflate`. */
  get extensions(): string {
    return this.#extensions;
  }

  /** Bytes given to `send()` that the kernel has not taken, held messages included. */
  get bufferedAmount(): number {
    return this.#outbox.bufferedAmount(this.#link?.transport);
  }

  /** The last round trip in milliseconds; `undefined` before the first. */
  get latency(): number | undefined {
    return this.#rtt;
  }

  /** Plain counters since the client was made. */
  stats(): WebSocketStats {
    return {
      messagesIn: this.#hub.messagesIn,
      messagesOut: this.#outbox.messagesOut,
      bytesIn: this.#hub.bytesIn,
      bytesOut: this.#outbox.bytesOut,
      queuedMessages: this.#outbox.queuedMessages,
      queuedBytes: this.#outbox.queuedBytes,
      dials: this.#dials,
      opens: this.#opens,
      rtt: this.#rtt,
      lastReceivedAt: this.#hub.lastReceivedAt,
      paused: this.#hub.isFull,
      since: this.#since,
    };
  }

  // Calls.

  /**
   * Connects, or joins the dial that is under way. With `reconnect` it rides through failed dials and rejects
   * only when the client gives up, is closed or aborted.
   *
   * @param options.signal ends this wait alone
   */
  connect(options: { signal?: AbortSignal } = {}): Promise<void> {
    return this.#connectBy('connect', options.signal);
  }

  /** As `connect()`, but on a new connection, from any state and whatever the option `reconnect` says. */
  reconnect(): Promise<void> {
    return this.#connectBy('reconnect', undefined);
  }

  /**
   * Sends one message: text as text, everything else as binary. While there is no connection, or much is
   * under way, it waits in the send queue.
   *
   * @returns resolved when it was handed to the socket (with `awaitDrain`, when the socket has drained);
   *   rejected, and told by `undelivered`, when it will not be sent. Need not be awaited.
   * @throws TypeError for data that cannot be sent
   */
  send(data: SendData, options?: SendOptions): Promise<void> {
    const { messages, state } = this.#view;
    if (messages === 'refused') {
      return this.#outbox.refuse(data, new StateError(`send() is not possible in the state ${state}`, state));
    }
    if (options === undefined && this.#options.awaitDrain !== true) return this.#outbox.send(data);
    const mark = checkMark(options?.highWaterMark ?? this.#options.highWaterMark ?? 16_384);
    const handedOver = this.#outbox.send(data);
    if (!(options?.awaitDrain ?? this.#options.awaitDrain)) return handedOver;
    const drained = handedOver.then(() => this.#outbox.drained(mark));
    drained.catch(() => {});
    return drained;
  }

  /**
   * Sends `JSON.stringify(value)` as text.
   *
   * @throws TypeError at once for what JSON cannot hold
   */
  sendJSON(value: unknown, options?: SendOptions): Promise<void> {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError(`JSON cannot hold a value of type ${typeof value}`);
    return this.send(text, options);
  }

  /**
   * Ends the connection with a closing handshake, and the client until the next `connect()`. What was held
   * is handed over first, then the Close, before this returns.
   *
   * @returns resolved when closed
   * @throws ConfigurationError at once for a code or reason that RFC 6455 §7.4 does not allow; nothing changes
   */
  close(code = 1000, reason = ''): Promise<void> {
    checkCloseArguments(code, reason);
    if (this.#view.state === 'closed') return DONE;
    const transport = this.#ports.sendingOn;
    if (transport !== undefined) this.#outbox.pump(transport, Number.POSITIVE_INFINITY);
    const closed = this.#closing.add();
    this.#command({ type: 'close', code, reason });
    return closed;
  }

  /**
   * Sends a Ping frame if open; `pong` tells the answer.
   *
   * @throws ConfigurationError where the transport can send neither a Ping nor a `heartbeatMessage`
   */
  ping(): void {
    const { factory } = this.#settings;
    if (!factory.supports.includes('ping') && this.#options.heartbeatMessage === undefined) {
      throw new ConfigurationError(
        'ping',
        `ping() needs heartbeatMessage with the transport ${factory.name}`,
      );
    }
    const transport = this.#ports.sendingOn;
    if (transport === undefined) return;
    if (!this.#ports.sendHeartbeat(transport)) transport.ping();
  }

  /** Sends what `readable` yields, a binary frame for each chunk, with its backpressure. */
  pipeFrom(readable: PipeSource, options?: PipeFromOptions): Promise<void> {
    return pipeFrom(this, this.#outbox, this.#hub, readable, options);
  }

  /** Writes the bytes of the messages that come, in order, with backpressure to the peer. */
  pipeTo(writable: NodeJS.WritableStream, options?: PipeToOptions): Promise<void> {
    return pipeTo(this, this.#hub, writable, options);
  }

  /**
   * Every message from now on; connects by itself. Ends on `close()`, and on the peer's 1000 or 1001 where no
   * reconnection follows; else throws. An iterator that nobody reads pauses the socket for good.
   */
  [Symbol.asyncIterator](): AsyncGenerator<WebSocketMessage, undefined, void> {
    const receiver = this.#hub.attach();
    if (this.#view.isAborted) receiver.end({ error: this.#abortError });
    else this.#command({ type: 'connect' });
    return iterate(receiver, () => this.#hub.detach(receiver));
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** State and redacted URL only: what logs may show. */
  toJSON(): { state: ConnectionState; url: string } {
    return { state: this.state, url: redactUrl(this.#url) };
  }

  [INSPECT](_depth: number, _options: unknown, inspect?: (value: unknown) => string): string {
    const shown = this.toJSON();
    return `ReckerWebSocket ${inspect === undefined ? JSON.stringify(shown) : inspect(shown)}`;
  }

  // The chart.

  #startActor(): ActorRefFrom<typeof connectionMachine> {
    const step = (act: () => void) => this.#step(act);
    const { inspect } = this.#options;
    const actor = createActor(connectionMachine, {
      ...(inspect === undefined ? undefined : inspection(inspect, this)),
      clock: chartClock(this.#clock, step) as never,
      input: {
        policy: this.#policy,
        environment: {
          dial: (attempt, report) =>
            new Link(this.#ports, this.#settings, attempt, this.#lastFailure, report),
          farewell: () => this.#link?.close(1000, ''),
          shouldReconnect: (failure) => this.#shouldReconnect(failure),
          random: this.#options.random ?? Math.random,
          now: this.#clock.now,
        },
      },
    });
    actor.on('*', (emitted) => {
      this.#emitted.push(emitted);
    });
    actor.subscribe({ next: (snapshot) => this.#onStep(snapshot.tags), error: reportUncaught });
    step(() => actor.start());
    return actor;
  }

  /** Sends a command, and delivers what came of it. */
  #command(command: ConnectionEvent): void {
    this.#step(() => this.#actor.send(command));
  }

  /** Everything that moves the chart runs in here: listeners hear of it when the outermost step is over. */
  #step(act: () => void): void {
    this.#stepDepth += 1;
    try {
      act();
    } finally {
      this.#stepDepth -= 1;
      if (this.#stepDepth === 0) this.#announcer.drain();
    }
  }

  /** After each step of the chart: what it announced, in the order in which it is told. */
  #onStep(tags: ReadonlySet<string>): void {
    const previous = this.#view;
    const view = viewOf(tags, this.#policy.reconnect);
    this.#view = view;
    if (view.state !== previous.state) {
      this.#visit += 1;
      this.#since = this.#clock.now();
      if (view.state === 'connecting') this.#opensBefore = this.#opens;
      this.#announce({ event: 'state', args: [view.state, previous.state] });
    }
    for (const error of this.#decisionErrors.splice(0)) this.#announce({ event: 'error', args: [error] });
    const emitted = this.#emitted;
    this.#emitted = [];
    for (const each of emitted) this.#onEmitted(each);
    if (view.isResting && !(previous.isResting && emitted.length === 0)) this.#onRest(emitted.at(-1));
  }

  #onEmitted(emitted: ConnectionEmitted): void {
    const downtime = this.#lostAt === undefined ? 0 : Math.max(0, this.#clock.now() - this.#lostAt);
    const unsentBytes =
      emitted.type === 'lost' ? ((this.#replacedLink ?? this.#link)?.transport?.unsentBytes ?? 0) : 0;
    const announcements = translate(emitted, { downtime, unsentBytes, unheard: this.#isUnheard(emitted) });
    for (const announcement of announcements) this.#announce(announcement);
    if (emitted.type === 'opened') this.#onOpenedStep();
    if (emitted.type === 'lost') this.#onLost(emitted);
  }

  #onOpenedStep(): void {
    this.#lostAt = undefined;
    const visit = this.#visit;
    this.#announcer.add(() => {
      if (visit !== this.#visit) return;
      const transport = this.#ports.sendingOn;
      if (transport !== undefined) this.#outbox.pump(transport);
      this.#connecting.resolveAll();
    });
  }

  #onLost(emitted: Extract<ConnectionEmitted, { type: 'lost' }>): void {
    const { loss, stage, asked } = emitted;
    const error = restAfter(emitted, this.#abortError).error;
    this.#lastFailure = loss.error ?? error;
    if (!asked) this.#lostAt ??= this.#clock.now();
    if (this.#replacedLink === undefined) this.#link = undefined;
    this.#replacedLink = undefined;
    this.#rtt = stage === 'open' ? this.#rtt : undefined;
    if (stage === 'open') this.#outbox.failDrains(error);
    this.#hub.lose(loss, asked, error);
    if (asked) this.#closing.resolveAll();
  }

  /** Nothing follows by itself: everyone who waits is told, in order, after the events that tell why. */
  #onRest(last: ConnectionEmitted | undefined): void {
    const { error, isClean } = restAfter(last, this.#abortError);
    const refusedMessages = this.#outbox.giveUp();
    const isOwnDoing = error instanceof AbortError;
    const settle = [this.#connecting.takeAll(), this.#closing.takeAll()] as const;
    this.#outbox.failDrains(error);
    this.#lostAt = undefined;
    this.#hub.end({ error: isClean ? undefined : error });
    const isTold = isOwnDoing || this.listenerCount('error') > 0;
    for (const held of refusedMessages) {
      this.#announcer.add(() => {
        held.reject(error);
        this.#deliver({ event: 'undelivered', args: [held.original, error] });
      });
    }
    this.#announcer.add(() => {
      settle[0].reject(error, isTold);
      settle[1].resolve();
    });
  }

  /** Whether nobody would be told that the client, never open since `connect()`, has failed for good. */
  #isUnheard(emitted: ConnectionEmitted): boolean {
    if (this.#opens > this.#opensBefore || this.#connecting.size > 0 || this.#hub.hasReaders) return false;
    return emitted.type !== 'exhausted' || this.listenerCount('max-reconnect-attempts') === 0;
  }

  #shouldReconnect(failure: Failure): boolean | number {
    const { shouldReconnect } = this.#options;
    if (shouldReconnect === undefined) return DEFAULT_DECISION(failure);
    try {
      const answer = shouldReconnect(failure);
      if (typeof answer === 'boolean' || (typeof answer === 'number' && !Number.isNaN(answer))) return answer;
      throw new TypeError('shouldReconnect must return true, false or a number of milliseconds');
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error('shouldReconnect threw', { cause: thrown });
      this.#decisionErrors.push(error);
      return DEFAULT_DECISION(failure);
    }
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
    if (event === 'error' && fatal !== true && this.listenerCount('error') === 0) return;
    if (event !== 'open') {
      this.emit(event, ...(args as never));
      return;
    }
    this.#outbox.isGreeting = true;
    try {
      this.emit(event, ...args);
    } finally {
      this.#outbox.isGreeting = false;
    }
  }

  // The data path.

  #makePorts(): LinkOwner & OutboxOwner {
    const self = this;
    return {
      get sendingOn(): Transport | undefined {
        return self.#view.messages === 'sent' ? self.#link?.transport : undefined;
      },
      step: (act) => this.#step(act),
      onDialled: (link) => {
        this.#replacedLink = this.#link;
        this.#link = link;
        this.#url = link.url;
        this.#dials += 1;
      },
      onOpened: (_link, protocol, extensions) => {
        this.#protocol = protocol;
        this.#extensions = extensions;
        this.#opens += 1;
        if (this.#hub.isFull) this.#link?.transport?.pause();
      },
      onMessage: (_link, data, isBinary, bytes) => this.#onMessage(data, isBinary, bytes),
      onPong: () => this.#onPong(),
      onTaken: () => {
        const transport = this.#ports.sendingOn;
        if (transport !== undefined) this.#outbox.pump(transport);
      },
      sendHeartbeat: (transport) => this.#sendHeartbeat(transport),
      onUndelivered: (data, error) => {
        this.#announce({ event: 'undelivered', args: [data, error] });
        if (this.#stepDepth === 0) this.#announcer.drain();
      },
    };
  }

  #onMessage(data: string | Uint8Array, isBinary: boolean, bytes: number): void {
    const message: WebSocketMessage = { data: typeof data === 'string' ? data : toBinary(data), isBinary };
    this.#hub.receive(message, bytes, this.#clock.now());
    if (this.#pingedAt !== undefined && this.#options.heartbeatMessage !== undefined) this.#onReply(message);
    if (this.#announcer.busy) this.#announce({ event: 'message', args: [message] });
    else this.#announcer.deliverNow(this.#deliverMessage, message);
  }

  readonly #deliverMessage = (message: WebSocketMessage): void => {
    this.emit('message', message);
  };

  #onReply(message: WebSocketMessage): void {
    try {
      if (this.#options.isHeartbeatReply?.(message) ?? true) this.#onPong();
    } catch (error) {
      reportUncaught(error);
    }
  }

  #onPong(): void {
    if (this.#pingedAt === undefined) return;
    const now = this.#clock.now();
    this.#rtt = Math.max(0, now - this.#pingedAt);
    this.#pingedAt = undefined;
    this.#hub.lastReceivedAt = now;
    this.#announce({ event: 'pong', args: [this.#rtt] });
    this.#announcer.drain();
  }

  #sendHeartbeat(transport: Transport): boolean {
    this.#pingedAt = this.#clock.now();
    const { heartbeatMessage } = this.#options;
    if (heartbeatMessage === undefined) return false;
    try {
      this.#outbox.sendPast(
        transport,
        typeof heartbeatMessage === 'function' ? heartbeatMessage() : heartbeatMessage,
      );
    } catch (error) {
      reportUncaught(error);
    }
    return true;
  }

  #onPressure(paused: boolean): void {
    const transport = this.#link?.transport;
    if (this.#view.state !== 'open' || transport === undefined) return;
    if (paused) transport.pause();
    else transport.resume();
  }

  // Those who wait.

  #connectBy(command: 'connect' | 'reconnect', signal: AbortSignal | undefined): Promise<void> {
    if (this.#view.isAborted) return refused(this.#abortError ?? new AbortError('The client was aborted'));
    if (signal?.aborted) return refused(new AbortError('The wait was aborted', { cause: signal.reason }));
    if (command === 'connect' && this.#view.state === 'open') return DONE;
    const connected = this.#connecting.add(signal);
    this.#command({ type: command });
    return connected;
  }

  /** The option `signal`: aborting ends the client for good. */
  #watchSignal(): void {
    const { signal } = this.#options;
    if (signal === undefined) return;
    const abort = () => {
      this.#abortError = new AbortError('The client was aborted', { cause: signal.reason });
      this.#command({ type: 'abort', error: this.#abortError });
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
}
