/**
 * One connection between its upgrade and its end, as the function of the option `prepare` sees it.
 *
 * Owns what that function is given, and what becomes of it. Must not decide what follows: it reports to the chart, and
 * nothing of it counts once its connection is gone.
 */
import {
  AbortError,
  ownMember,
  type QueueFullError,
  type ReckerError,
  type ResponseHeaders,
  SessionError,
  StateError,
  type Transport,
  withCause,
} from '../../port/index.js';
import type { ReceiveBounds } from '../options/index.js';
import { Outbox, type OutboxClient, refused, UNBOUNDED } from '../outgoing/index.js';
import type { SendData, Session, WebSocketMessage } from '../types.js';
import { checkSignal, isObject, jsonText, kindOf } from '../values/index.js';
import { HeldMessages, type HoldListener, type Where } from './heldMessages.js';

/** The connection of a session. */
export interface SessionLink {
  readonly transport: Transport | undefined;
  /** Reports to the chart what became of `prepare`. @param failure undefined where it is done */
  prepared(failure?: ReckerError): void;
}

/** What a session needs of the client. */
export interface SessionClient {
  readonly canPause: boolean;
  /** Where a message waits for the drain: the bytes at which it counts as drained. */
  readonly drainMark: number | undefined;
  readonly view: { readonly state: string };
  readonly hub: { miss(count: number): void };
  /** As `ws.send()`. */
  send(data: SendData): Promise<void>;
  onUndelivered(data: SendData, error: ReckerError): void;
  onUserError(error: Error): void;
}

/** What a session is given of its connection. */
export interface SessionFacts {
  readonly attempt: number;
  readonly reconnected: boolean;
  readonly lastFailure: ReckerError | undefined;
  readonly protocol: string;
  readonly headers: ResponseHeaders;
}

export class LiveSession implements HoldListener, OutboxClient {
  readonly held: HeldMessages;
  /** Whether the connection ended before it was open. */
  hasFailed = false;
  readonly #link: SessionLink;
  readonly #client: SessionClient;
  /** What leaves ahead of the client's queue. Made when first needed. */
  #outbox: Outbox | undefined;
  #phase: 'preparing' | 'open' | 'over' = 'preparing';
  #abort: AbortController | undefined;

  constructor(link: SessionLink, client: SessionClient, bounds: ReceiveBounds) {
    this.#link = link;
    this.#client = client;
    this.held = new HeldMessages(bounds, this);
  }

  get isPreparing(): boolean {
    return this.#phase === 'preparing';
  }

  get messagesOut(): number {
    return this.#outbox?.messagesOut ?? 0;
  }

  get bytesOut(): number {
    return this.#outbox?.bytesOut ?? 0;
  }

  /** Calls the function of the option `prepare`. What it does once the session is over changes nothing. */
  run(prepare: (session: Session) => unknown, facts: SessionFacts): void {
    let returned: unknown;
    try {
      returned = prepare(this.#faceOf(facts));
      if (isObject(returned) && typeof returned.then === 'function') {
        Promise.resolve(returned).then(
          () => this.#succeed(),
          (thrown) => this.#fail(thrown),
        );
        return;
      }
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    this.#succeed();
  }

  /** What users hold. Its methods can be taken off it. */
  #faceOf({ headers, lastFailure, ...facts }: SessionFacts): Session {
    const live = this;
    const face = {
      ...facts,
      ...(lastFailure === undefined ? {} : { lastFailure }),
      get signal() {
        return live.#signal;
      },
      send: (data: SendData) => live.#send(data),
      sendJSON: (value: unknown) => live.#send(jsonText(value)),
      next: (where?: Where, options?: { readonly signal?: AbortSignal | undefined }) =>
        live.#next(where, options),
    };
    // Cookies are among them.
    Object.defineProperty(face, 'headers', { value: headers, enumerable: false });
    return Object.freeze(face) as unknown as Session;
  }

  get #signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#phase === 'over') this.abort();
    }
    return this.#abort.signal;
  }

  #send(data: SendData): Promise<void> {
    switch (this.#phase) {
      case 'preparing':
        this.#outbox ??= new Outbox(this, UNBOUNDED, Number.POSITIVE_INFINITY);
        return this.#outbox.send(data, this.#client.drainMark);
      case 'open':
        return this.#client.send(data);
      case 'over':
        return refused(this.#ended('send'));
    }
  }

  #next(
    where: unknown,
    options: { readonly signal?: AbortSignal | undefined } | undefined,
  ): Promise<WebSocketMessage> {
    if (!this.isPreparing) return refused(this.#ended('next'));
    try {
      const signal = isObject(options) ? ownMember(options, 'signal') : undefined;
      checkSignal(signal);
      if (where !== undefined && typeof where !== 'function')
        throw new TypeError(`next() takes a function that says which message fits, not ${kindOf(where)}`);
      return this.held.next(where as Where | undefined, signal);
    } catch (error) {
      return refused(error as Error);
    }
  }

  #ended(call: 'send' | 'next'): StateError {
    const { state } = this.#client.view;
    const why =
      call === 'send' ? 'its connection has ended' : 'its connection is not being prepared any more';
    return new StateError(`session.${call}() is not possible: ${why}`, state);
  }

  /** A Blob that was sent is read first: nothing of the client's queue leaves before it. */
  #succeed(): void {
    const { transport } = this.#link;
    if (!this.isPreparing) return;
    const report = () => {
      if (this.isPreparing) this.#link.prepared();
    };
    if (this.#outbox === undefined || transport === undefined) report();
    else this.#outbox.finish(transport, report);
  }

  #fail(thrown: unknown): void {
    if (!this.isPreparing) return;
    this.#link.prepared(
      thrown instanceof SessionError
        ? thrown
        : new SessionError(withCause('prepare failed', thrown), { cause: thrown }),
    );
  }

  /** `prepare` is done: what is held is for readers and listeners. */
  open(): void {
    this.#phase = 'open';
    this.held.end('kept', this.#ended('next'));
  }

  /** The kernel took bytes of what was sent. */
  flush(): void {
    const { sendingOn } = this;
    if (sendingOn !== undefined) this.#outbox?.pump(sendingOn);
  }

  /** The connection takes no more messages. */
  end(): void {
    this.hasFailed ||= this.isPreparing;
    this.#phase = 'over';
    if (this.hasFailed) this.held.end('missed', this.#ended('next'));
    this.#outbox?.failDrains({ error: this.#ended('send') });
    for (const waiting of this.#outbox?.giveUp() ?? []) waiting.reject(this.#ended('send'));
  }

  /** Aborts the signal, where somebody has it. Code of the user's runs in here. */
  abort(): void {
    this.#abort?.abort(new AbortError('The connection of the session has ended'));
  }

  // What messages that are held mean to the connection.

  get canPause(): boolean {
    return this.#client.canPause;
  }

  onHoldPressure(isPaused: boolean): void {
    const { transport } = this.#link;
    if (isPaused) transport?.pause();
    else transport?.resume();
  }

  onOverflow(cause: QueueFullError): void {
    this.#fail(new SessionError(withCause('prepare failed', cause), { cause }));
  }

  onMissed(count: number): void {
    this.#client.hub.miss(count);
  }

  // What the outbox of the session needs.

  get sendingOn(): Transport | undefined {
    return this.#phase === 'over' ? undefined : this.#link.transport;
  }

  onUndelivered(data: SendData, error: ReckerError): void {
    if (this.#phase !== 'over') this.#client.onUndelivered(data, error);
  }

  onUserError(error: Error): void {
    this.#client.onUserError(error);
  }
}
