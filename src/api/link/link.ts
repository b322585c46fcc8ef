/**
 * One dial and the connection it becomes: joins the chart's socket port to a transport.
 *
 * Owns the providers' values, the request, and the way of facts to the chart and of messages to the client.
 * Must not decide anything: what follows a failure is the chart's business.
 */

import { type DialAttempt, ProgressMarks } from '../../machine/index.js';
import {
  AbortError,
  ConfigurationError,
  ConnectionError,
  type DialRequest,
  type Loss,
  type ReckerError,
  type ResponseHeaders,
  type SocketFact,
  type SocketPort,
  type Transport,
  type TransportFactory,
  type TransportObserver,
  withCause,
} from '../../port/index.js';
import { microtask } from '../../services/runtime/index.js';
import {
  type Constant,
  type DialSettings,
  mergeHeaders,
  type ProviderContext,
  type Target,
} from '../options/index.js';
import { afterIo, byteLength, defaultTransport } from '../platform.js';
import { isPromise, kindOf } from '../values/index.js';
import { GuardedTransport, isTransport, type TransportGuard, transportError } from './guardedTransport.js';

/** What the chart's socket tells the client directly: the data path. */
export interface LinkOwner {
  /** Runs a report to the chart as one step of the client. */
  step(act: () => void): void;
  onDialled(link: Link): void;
  onOpened(protocol: string, extensions: string, headers: ResponseHeaders): void;
  /** Milliseconds until the deadline of the present dial. */
  dialTimeLeft(): number;
  onMessage(data: string | Uint8Array, isBinary: boolean, bytes: number): void;
  /** @param newer how many newer Pings still wait for their answer */
  onPong(newer: number): void;
  /** The kernel took bytes: hands over what is queued. */
  flush(): void;
  /** Sends a Ping frame, or what the user put in its place; returns whether it left. */
  sendHeartbeat(transport: Transport): boolean;
  /** The transport threw, and the connection goes on. */
  onUserError(error: Error): void;
  /** The time of the client's clock, in ms. */
  readonly now: number;
}

/** The values of one dial. */
interface DialValues extends Pick<DialRequest, 'protocols' | 'headers' | 'tls' | 'proxy'> {
  readonly target: Target;
}

const ABNORMAL_CLOSURE = 1006;

export class Link implements SocketPort, TransportObserver, TransportGuard {
  /** There from the moment that the transport is asked to dial. */
  transport: Transport | undefined;
  /** Where it dials to, once that is known; without user info. */
  url = '';
  readonly #owner: LinkOwner;
  readonly #settings: DialSettings;
  readonly #report: (fact: SocketFact) => void;
  #live = true;
  #isOpen = false;
  /** Whether the newest heartbeat could not be sent, so that no answer to it can come. */
  #isMute = false;
  /** What is not to be sent before the outbox is through: `held`, or the Close that waits. */
  #close: 'free' | 'held' | (() => void) = 'free';
  /** How bytes on their way out move; made when the kernel is full for the first time. */
  #marks: ProgressMarks | undefined;
  /** Whether the chart knows that bytes wait. */
  #isWaitingKnown = false;
  #pingedAt = Number.NEGATIVE_INFINITY;
  #abort: AbortController | undefined;

  constructor(
    owner: LinkOwner,
    settings: DialSettings,
    attempt: DialAttempt,
    lastEnding: { readonly error: ReckerError } | undefined,
    report: (fact: SocketFact) => void,
  ) {
    this.#owner = owner;
    this.#settings = settings;
    this.#report = report;
    const { url, protocols, headers, tls, proxy } = settings;
    if ('value' in url && 'value' in protocols && 'value' in headers && 'value' in tls && 'value' in proxy) {
      this.#dial({
        target: url.value,
        protocols: protocols.value,
        headers: headers.value,
        tls: tls.value,
        proxy: proxy.value,
      });
      return;
    }
    this.#abort = new AbortController();
    const context: ProviderContext = Object.freeze({
      attempt: attempt.attempt,
      signal: this.#abort.signal,
      ...(lastEnding === undefined ? {} : { lastFailure: lastEnding.error }),
    });
    this.#provide(context).catch((error: ReckerError) => this.failed(error));
  }

  /** Calls the providers, off the chart's step, and dials with what they give. */
  async #provide(context: ProviderContext): Promise<void> {
    await null;
    if (!this.#live) return;
    const settings = this.#settings;
    const [target, protocols, headers, tls, proxy] = await Promise.all([
      settle('url', settings.url, context),
      settle('protocols', settings.protocols, context),
      settle('headers', settings.headers, context),
      settle('tls', settings.tls, context),
      settle('proxy', settings.proxy, context),
    ]);
    if (this.#live) this.#dial({ target, protocols, headers, tls, proxy });
  }

  #dial({ target, protocols, headers, tls, proxy }: DialValues): void {
    const { factory, perMessageDeflate, maxPayload, maxFrameSize, closeTimeout, dispatcher, addresses } =
      this.#settings;
    const { href } = target;
    this.url = href;
    const request: DialRequest = Object.freeze({
      url: href,
      protocols,
      headers: mergeHeaders(target.headers, headers),
      perMessageDeflate,
      maxPayload,
      maxFrameSize,
      closeTimeout,
      tls,
      proxy,
      dispatcher,
      timeLeft: () => this.#owner.dialTimeLeft(),
      client: this.#settings,
      addresses,
    });
    this.#owner.onDialled(this);
    // One step: what a transport reports before it has returned is delivered when there is a connection.
    this.#owner.step(() => {
      this.transport = this.#begin(factory, request);
      if (!this.#live) this.transport?.destroy();
    });
  }

  #begin(factory: TransportFactory, request: DialRequest): Transport | undefined {
    try {
      const made: unknown = factory.dial(request, this);
      if (factory === defaultTransport) return made as Transport;
      if (isTransport(made)) return new GuardedTransport(made, this);
      isPromise(made);
      throw new TypeError(`it must return a Transport, not ${kindOf(made)}`);
    } catch (thrown) {
      microtask(() => this.failed(transportError('dial()', thrown)));
      return undefined;
    }
  }

  // The chart's side.

  ping(): void {
    this.transport?.mark();
    this.pingAgain();
  }

  /** One at a time is outstanding while its bytes may not have left. */
  pingAgain(): void {
    const { transport } = this;
    if (transport === undefined || this.#marks?.waitsSince(this.#pingedAt)) return;
    this.#pingedAt = this.#owner.now;
    this.#isMute = !this.#owner.sendHeartbeat(transport);
  }

  askLiveness(): void {
    this.#marks?.question();
    if (this.#isMute) afterIo(() => this.answered(true));
    else this.transport?.askLiveness();
  }

  forgetSilence(): void {
    this.#marks?.forgetSilence(this.#owner.now);
  }

  close(code: number, reason: string): void {
    const close = () => this.transport?.close(code, reason);
    if (this.#close === 'free') close();
    else this.#close = close;
  }

  /** A Close waits until what it returns is called: something has to leave before it. */
  holdClose(): () => void {
    this.#close = 'held';
    return () => {
      const held = this.#close;
      this.#close = 'free';
      if (typeof held === 'function' && this.#live) held();
    };
  }

  destroy(): void {
    this.#live = false;
    this.#abort?.abort(new AbortError('The dial has ended'));
    this.transport?.destroy();
  }

  /** What became of the function of the option `prepare`. Nothing is reported once the connection is gone. */
  prepared(failure?: ReckerError): void {
    this.#tell(
      failure === undefined ? { type: 'session.prepared' } : { type: 'session.failed', error: failure },
    );
  }

  // The transport's side. After destroy() nothing of it counts any more.

  opened(protocol: string, extensions: string, headers: ResponseHeaders = NO_ANSWER): void {
    if (!this.#live) return;
    this.#isOpen = true;
    this.#owner.onOpened(protocol, extensions, headers);
    this.#tell({ type: 'socket.opened' });
  }

  failed(error: ReckerError, sentCode?: number): void {
    const loss: Loss = {
      code: ABNORMAL_CLOSURE,
      reason: '',
      wasClean: false,
      error,
      ...(sentCode === undefined ? {} : { sentCode }),
    };
    this.#tell({ type: 'socket.failed', loss });
  }

  message(data: string | Uint8Array, isBinary: boolean, bytes?: number): void {
    if (!this.#live) return;
    if (this.#marks !== undefined) this.#marks.hear(this.#owner.now);
    this.#owner.onMessage(data, isBinary, bytes ?? payloadBytes(data));
  }

  /** A Pong came, or the message that stands for one. */
  ponged(newer = 0): void {
    if (!this.#live) return;
    this.#marks?.hear(this.#owner.now);
    this.#owner.onPong(newer);
    if (newer === 0) this.#tell({ type: 'socket.ponged' });
  }

  answered(alive: boolean): void {
    const marks = this.#marks;
    if (marks === undefined) {
      this.#tell({ type: 'socket.answered', alive });
      return;
    }
    const now = this.#owner.now;
    marks.answer(now, alive);
    const sending = marks.read(now);
    this.#isWaitingKnown = sending.waiting;
    this.#tell({ type: 'socket.answered', alive, sending });
  }

  /** The chart hears of it once, until it has been answered that nothing waits any more. */
  filled(before: number): void {
    if (!this.#live) return;
    const now = this.#owner.now;
    if (this.#marks === undefined) this.#marks = new ProgressMarks(now, before);
    else this.#marks.fill(now);
    if (this.#isWaitingKnown) return;
    this.#isWaitingKnown = true;
    this.#tell({ type: 'socket.filled', sending: this.#marks.read(now) });
  }

  taken(bytes = 0, waiting = false): void {
    if (!this.#live) return;
    this.#marks?.take(this.#owner.now, bytes, waiting);
    this.#owner.flush();
  }

  peerClosed(code: number, reason: string): void {
    this.#tell({ type: 'socket.peerClosed', code, reason });
  }

  peerErred(error: ReckerError, sentCode: number): void {
    this.#tell({ type: 'socket.peerErred', error, sentCode });
  }

  closed(code: number, reason: string, wasClean: boolean, error?: ReckerError): void {
    this.#tell({
      type: 'socket.closed',
      loss: { code, reason, wasClean, ...(error === undefined ? {} : { error }) },
    });
  }

  // What a transport of the user's throws.

  onThrow(error: Error): void {
    this.#owner.onUserError(error);
  }

  onBreak(error: ReckerError): void {
    microtask(() => {
      if (this.#isOpen) this.closed(ABNORMAL_CLOSURE, '', false, error);
      else this.failed(error);
    });
  }

  #tell(fact: SocketFact): void {
    if (this.#live) this.#owner.step(() => this.#report(fact));
  }
}

/** The value of one part of the handshake for this dial. What the user's function throws is a failed attempt. */
async function settle<Value>(
  name: string,
  source: Constant<Value>,
  context: ProviderContext,
): Promise<Value> {
  if ('value' in source) return source.value;
  let given: unknown;
  try {
    given = await source.provider(context);
  } catch (cause) {
    throw new ConnectionError(withCause(`The ${name} provider failed`, cause), {
      cause,
      code: 'ERR_RECKER_PROVIDER',
    });
  }
  try {
    return source.check(given);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    throw new ConnectionError(withCause(`The ${name} provider gave what cannot be read`, error), {
      cause: error,
    });
  }
}

/** Where the transport cannot read the headers of the 101. */
const NO_ANSWER: ResponseHeaders = Object.freeze({});

const payloadBytes = (data: string | Uint8Array): number =>
  typeof data === 'string' ? byteLength(data) : data.byteLength;
