/**
 * One dial, and the connection that it becomes: connects the socket port of the chart with a transport.
 *
 * Owns the values of the providers and the request. Sends facts to the chart, and messages straight to the client. Must not
 * decide anything: what follows a failure is decided by the chart.
 */

import { type DialAttempt, ProgressMarks } from '../../machine/index.js';
import {
  AbortError,
  ConfigurationError,
  ConnectionError,
  type DialRequest,
  type Loss,
  NO_CLOSE,
  NO_CODE,
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
  type DialSettings,
  mergeHeaders,
  type ProviderContext,
  type Target,
  type ValueOrProvider,
} from '../options/index.js';
import { afterIo, byteLength, defaultTransport } from '../platform.js';
import { isPromise, kindOf } from '../values/index.js';
import { GuardedTransport, isTransport, type TransportGuard, transportError } from './guardedTransport.js';

/** The client as its link needs it: what the link reports to it, and what it asks. */
export interface LinkClient {
  /** Runs a report to the chart as one step of the client. */
  step(act: () => void): void;
  onDialled(link: Link, attempt: number): void;
  onOpened(protocol: string, extensions: string, headers: ResponseHeaders): void;
  /** Milliseconds until the deadline of the present dial. */
  dialTimeLeft(): number;
  onMessage(data: string | Uint8Array, isBinary: boolean, bytes: number): void;
  /** @param newer how many newer Pings still wait for their answer */
  onPong(newer: number): void;
  /** The kernel took bytes: hands over what is queued. */
  flush(): void;
  /** Sends a Ping frame, or the `heartbeatMessage`; returns whether it was sent. */
  sendHeartbeat(transport: Transport): boolean;
  /** The transport threw, and the connection remains. */
  onUserError(error: Error): void;
  /** The time of the client's clock, in ms. */
  readonly now: number;
}

/** The values of one dial. */
type DialValues = readonly [
  target: Target,
  protocols: DialRequest['protocols'],
  headers: DialRequest['headers'],
  tls: DialRequest['tls'],
  proxy: DialRequest['proxy'],
];

export class Link implements SocketPort, TransportObserver, TransportGuard {
  /** Set once the factory has been asked to dial. */
  transport: Transport | undefined;
  /** The URL that is dialled, without user info; `''` until it is known. */
  url = '';
  readonly #client: LinkClient;
  readonly #settings: DialSettings;
  readonly #onFact: (fact: SocketFact) => void;
  #live = true;
  #isOpen = false;
  /** Whether the newest heartbeat could not be sent: then no answer to it can come. */
  #isMute = false;
  /** Whether a Close has to wait for the outbox (`held`), and the Close that waits. */
  #close: 'free' | 'held' | (() => void) = 'free';
  /** The progress of outgoing bytes; made when the kernel is full for the first time. */
  #marks: ProgressMarks | undefined;
  /** Whether the chart knows that bytes wait. */
  #isWaitingKnown = false;
  #pingedAt = Number.NEGATIVE_INFINITY;
  #abort: AbortController | undefined;

  constructor(
    client: LinkClient,
    settings: DialSettings,
    attempt: DialAttempt,
    lastEnding: { readonly error: ReckerError } | undefined,
    onFact: (fact: SocketFact) => void,
  ) {
    this.#client = client;
    this.#settings = settings;
    this.#onFact = onFact;
    const { url, protocols, headers, tls, proxy } = settings;
    if ('value' in url && 'value' in protocols && 'value' in headers && 'value' in tls && 'value' in proxy) {
      this.#dial([url.value, protocols.value, headers.value, tls.value, proxy.value], attempt);
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

  /** Calls the providers, outside of the step of the chart, and dials with what they return. */
  async #provide(context: ProviderContext): Promise<void> {
    await null;
    if (!this.#live) return;
    const settings = this.#settings;
    const values = await Promise.all([
      settle('url', settings.url, context),
      settle('protocols', settings.protocols, context),
      settle('headers', settings.headers, context),
      settle('tls', settings.tls, context),
      settle('proxy', settings.proxy, context),
    ]);
    if (this.#live) this.#dial(values, context);
  }

  #dial([target, protocols, headers, tls, proxy]: DialValues, { attempt }: DialAttempt): void {
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
      timeLeft: () => this.#client.dialTimeLeft(),
      client: this.#settings,
      addresses,
    });
    this.#client.onDialled(this, attempt);
    // One step: what a transport reports before it returns is delivered after `transport` is set.
    this.#client.step(() => {
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

  // Called by the chart.

  ping(): void {
    this.transport?.mark();
    this.pingAgain();
  }

  /** Sends no second heartbeat while the bytes of the first may not have been sent. */
  pingAgain(): void {
    const { transport } = this;
    if (transport === undefined || this.#marks?.waitsSince(this.#pingedAt)) return;
    this.#pingedAt = this.#client.now;
    this.#isMute = !this.#client.sendHeartbeat(transport);
  }

  askLiveness(): void {
    this.#marks?.question();
    if (this.#isMute) afterIo(() => this.answered(true));
    else this.transport?.askLiveness();
  }

  forgetSilence(): void {
    this.#marks?.forgetSilence(this.#client.now);
  }

  close(code: number, reason: string): void {
    const close = () => this.transport?.close(code === NO_CODE ? null : code, reason);
    if (this.#close === 'free') close();
    else this.#close = close;
  }

  /** From now on a Close waits until the returned function is called: messages have to be sent before it. */
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

  /** The function of the option `prepare` has ended. Ignored once the connection has ended. */
  prepared(failure?: ReckerError): void {
    this.#report(
      failure === undefined ? { type: 'session.prepared' } : { type: 'session.failed', error: failure },
    );
  }

  // Called by the transport. After destroy() all of it is ignored.

  opened(protocol: string, extensions: string, headers: ResponseHeaders = NO_ANSWER): void {
    if (!this.#live) return;
    this.#isOpen = true;
    this.#client.onOpened(protocol, extensions, headers);
    this.#report({ type: 'socket.opened' });
  }

  failed(error: ReckerError, sentCode?: number): void {
    const loss: Loss = {
      code: NO_CLOSE,
      reason: '',
      wasClean: false,
      error,
      ...(sentCode === undefined ? {} : { sentCode }),
    };
    this.#report({ type: 'socket.failed', loss });
  }

  message(data: string | Uint8Array, isBinary: boolean, bytes?: number): void {
    if (!this.#live) return;
    if (this.#marks !== undefined) this.#marks.received(this.#client.now);
    this.#client.onMessage(data, isBinary, bytes ?? payloadBytes(data));
  }

  /** A Pong came, or the message that stands for one. */
  ponged(newer = 0): void {
    if (!this.#live) return;
    this.#marks?.received(this.#client.now);
    this.#client.onPong(newer);
    if (newer === 0) this.#report({ type: 'socket.ponged' });
  }

  answered(alive: boolean): void {
    const marks = this.#marks;
    if (marks === undefined) {
      this.#report({ type: 'socket.answered', alive });
      return;
    }
    const now = this.#client.now;
    marks.answer(now, alive);
    const sending = marks.read(now);
    this.#isWaitingKnown = sending.waiting;
    this.#report({ type: 'socket.answered', alive, sending });
  }

  /** Reported to the chart once, until an answer to the chart says that no bytes wait any more. */
  filled(before: number): void {
    if (!this.#live) return;
    const now = this.#client.now;
    if (this.#marks === undefined) this.#marks = new ProgressMarks(now, before);
    else this.#marks.fill(now);
    if (this.#isWaitingKnown) return;
    this.#isWaitingKnown = true;
    this.#report({ type: 'socket.filled', sending: this.#marks.read(now) });
  }

  taken(bytes = 0, waiting = false): void {
    if (!this.#live) return;
    this.#marks?.take(this.#client.now, bytes, waiting);
    this.#client.flush();
  }

  peerClosed(code: number, reason: string): void {
    this.#report({ type: 'socket.peerClosed', code, reason });
  }

  peerErred(error: ReckerError, sentCode: number): void {
    this.#report({ type: 'socket.peerErred', error, sentCode });
  }

  closed(code: number, reason: string, wasClean: boolean, error?: ReckerError): void {
    this.#report({
      type: 'socket.closed',
      loss: { code, reason, wasClean, ...(error === undefined ? {} : { error }) },
    });
  }

  // Called by the guard of a transport that throws.

  onThrow(error: Error): void {
    this.#client.onUserError(error);
  }

  onBreak(error: ReckerError): void {
    microtask(() => {
      if (this.#isOpen) this.closed(NO_CLOSE, '', false, error);
      else this.failed(error);
    });
  }

  #report(fact: SocketFact): void {
    if (this.#live) this.#client.step(() => this.#onFact(fact));
  }
}

/** The value of one part of the handshake for this dial. A provider that throws is a failed attempt. */
async function settle<Value>(
  name: string,
  source: ValueOrProvider<Value>,
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
    throw new ConnectionError(withCause(`The ${name} provider returned a value that cannot be read`, error), {
      cause: error,
    });
  }
}

/** For transports that cannot read the headers of the 101. */
const NO_ANSWER: ResponseHeaders = Object.freeze({});

const payloadBytes = (data: string | Uint8Array): number =>
  typeof data === 'string' ? byteLength(data) : data.byteLength;
