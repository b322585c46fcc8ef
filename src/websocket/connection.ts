/**
 * What is behind one WebSocket: the client, the state that the standard gives it, and the translation of the client's
 * events into those of the standard. Must not read arguments.
 *
 * The ready state is not that of the client: in the standard it changes in the tasks that fire the events, and at
 * `close()`. The client's has changed already when its events are delivered.
 */
import {
  afterIo,
  type CloseInfo,
  type ConnectionState,
  type ReckerWebSocket,
  type SendData,
  type WebSocketMessage,
} from '../api/index.js';
import { AbortError, NO_CLOSE, QueueFullError, type ReckerError } from '../port/index.js';
import { payloadSize, type sendable } from './conversions.js';
import { CloseEvent, ErrorEvent } from './events.js';
import { Blob, Event, EventTarget, MessageEvent, type Target } from './globals.js';
import type { ReadyState } from './types.js';

/** The states in which a client stays until somebody calls it. */
const AT_REST: ReadonlySet<ConnectionState> = new Set(['idle', 'exhausted', 'closed']);

const { dispatchEvent } = EventTarget.prototype;

export type SendCallback = (error?: Error) => void;

export class Connection {
  readonly client: ReckerWebSocket;
  readonly #target: Target;
  readonly #origin: string;
  /** Whether `send()` queues while there is no connection. */
  readonly #queues: boolean;
  #readyState: ReadyState = 0;
  /** Whether `close()` or `terminate()` was called: nothing is sent or delivered any more. */
  #isAsked = false;
  binaryType = 'blob';
  /** The error that the client has announced: its `close` follows. */
  #failure: Error | undefined;
  /** Whether the client is being called: what it reports meanwhile is an event of a later task. */
  #isCalling = false;
  #hasMessageListener = false;
  /** Payload bytes given to the client that may not have left. */
  #given = 0;
  /** Payload bytes that will never leave. */
  #dropped = 0;
  /** Whether something was given to the client in the present task. */
  #hasSent = false;
  /** Whether the connection was cut: what had not left then is counted in `#dropped`. */
  #isCut = false;

  constructor(target: Target, client: ReckerWebSocket, origin: string, queues: boolean) {
    this.#target = target;
    this.client = client;
    this.#origin = origin;
    this.#queues = queues;
    client.on('state', this.#onState);
    client.on('open', this.#onOpen);
    client.on('error', this.#onError);
    client.on('reconnect-error', this.#onError);
    client.on('close', this.#onClose);
    client.on('undelivered', this.#onUndelivered);
    if (AT_REST.has(client.state) && client.state !== 'idle') {
      // Its signal is aborted already: it never dials, and emits nothing.
      afterIo(() => this.#end(new AbortError('The signal is aborted'), NO_CLOSE, '', false, false));
    } else this.#call(() => void client.connect());
  }

  get readyState(): ReadyState {
    return this.#readyState;
  }

  /** Whether `send()` is an error. */
  get refusesToSend(): boolean {
    return this.#readyState === 0 && !this.#queues;
  }

  // Calls.

  /** No event is made of messages that nobody listens to. */
  listenToMessages(): void {
    if (this.#hasMessageListener) return;
    this.#hasMessageListener = true;
    this.client.on('message', this.#onMessage);
  }

  send(data: ReturnType<typeof sendable>, callback: SendCallback | undefined): void {
    const size = payloadSize(data);
    if (!this.#takesMessages) {
      this.#dropped += size;
      if (callback !== undefined)
        afterIo(() => callback(new AbortError('The WebSocket is closing or closed')));
      return;
    }
    if (!this.#hasSent) {
      this.#settleGiven();
      this.#hasSent = true;
      afterIo(() => {
        this.#hasSent = false;
      });
    }
    this.#given += size;
    const sent = this.client.send(data);
    if (callback === undefined) return;
    sent.then(
      () => afterIo(() => callback()),
      (error) => afterIo(() => callback(error)),
    );
  }

  /** Open; with `reconnect` also before and between connections, until the client is at rest. */
  get #takesMessages(): boolean {
    if (this.#isAsked) return false;
    if (this.#readyState === 1) return true;
    return this.#queues && (this.#readyState !== 3 || !AT_REST.has(this.client.state));
  }

  get bufferedAmount(): number {
    if (!this.#hasSent) this.#settleGiven();
    return this.#given + this.#dropped;
  }

  /** The client counts what is left, with the bytes of the framing, or compressed. */
  #settleGiven(): void {
    if (this.#given > 0) this.#given = Math.min(this.#given, this.client.bufferedAmount);
  }

  close(code: number | null, reason: string): void {
    const { client } = this;
    if (this.#readyState === 1) {
      this.#ask();
      this.#call(() => void client.close(code, reason));
    } else if (this.#readyState === 0) {
      this.#cut(new AbortError('The WebSocket was closed before the connection was established'));
    } else if (this.#readyState === 2 && !this.#isAsked) {
      // The peer's Close is there, and is answered. No other dial follows.
      this.#ask();
      void client.close(null);
    } else if (this.#readyState === 3 && !AT_REST.has(client.state)) {
      // In a listener of `error` or `close`, which the client would follow with another dial: it does not.
      this.#isAsked = true;
      this.#stopListening();
      client.terminate();
    }
  }

  terminate(): void {
    if (this.#readyState === 0 || this.#readyState === 3) this.close(null, '');
    else if (!AT_REST.has(this.client.state)) this.#cut(undefined);
  }

  /** Ends the connection at once. The events are those of a later task. */
  #cut(failure: Error | undefined): void {
    this.#ask();
    this.#stopListening();
    this.#dropped = this.bufferedAmount;
    this.#given = 0;
    this.#isCut = true;
    this.client.terminate();
    afterIo(() => this.#end(failure, NO_CLOSE, '', false, false));
  }

  /** `close()` was called: no message is delivered, and none is taken. */
  #ask(): void {
    this.#isAsked = true;
    this.#readyState = 2;
  }

  /** The client fires nothing here any more. An `error` without a listener would be thrown, so that one stays. */
  #stopListening(): void {
    const { client } = this;
    client.off('state', this.#onState);
    client.off('open', this.#onOpen);
    client.off('close', this.#onClose);
    client.off('message', this.#onMessage);
  }

  #call(call: () => void): void {
    this.#isCalling = true;
    try {
      call();
    } finally {
      this.#isCalling = false;
    }
  }

  // What the client reports.

  readonly #onState = (state: ConnectionState): void => {
    if (state === 'closing' && this.#readyState === 1) this.#readyState = 2;
  };

  readonly #onOpen = (): void => {
    if (this.#readyState !== 0) return;
    this.#readyState = 1;
    this.#fire(new Event('open'));
  };

  readonly #onMessage = ({ data, isBinary }: WebSocketMessage): void => {
    if (this.#readyState !== 1) return;
    const value = isBinary ? this.#binary(data) : data;
    this.#fire(new MessageEvent('message', { data: value, origin: this.#origin }));
  };

  #binary(bytes: Uint8Array): unknown {
    if (this.binaryType === 'nodebuffer') return bytes;
    if (this.binaryType === 'blob') return new Blob([bytes]);
    const { buffer, byteOffset, byteLength } = bytes;
    return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  }

  readonly #onError = (error: Error): void => {
    this.#failure = error;
  };

  readonly #onClose = (code: number, reason: string, info: CloseInfo): void => {
    if (this.#readyState === 3) return;
    // An error that the client does not announce belongs to what the standard ends with `close` alone. Before `open` it is
    // an abort: a failed dial.
    const isAnnounced = info.error === this.#failure || this.#readyState === 0;
    const failure = isAnnounced ? info.error : undefined;
    this.#failure = undefined;
    if (!info.willReconnect) {
      this.#dropped += Math.min(this.#given, info.unsentBytes);
      this.#given = 0;
    }
    const end = () => this.#end(failure, code, reason, info.wasClean, info.willReconnect);
    if (this.#isCalling) afterIo(end);
    else end();
  };

  readonly #onUndelivered = (data: SendData, error: ReckerError): void => {
    if (this.#isCut) return;
    const size = payloadSize(data);
    this.#given = Math.max(0, this.#given - size);
    this.#dropped += size;
    // "Flag the WebSocket as full and then close the WebSocket connection." With `reconnect` the message alone is lost.
    if (error instanceof QueueFullError && !this.#queues && this.#readyState === 1) this.#cut(error);
  };

  #end(
    failure: Error | undefined,
    code: number,
    reason: string,
    wasClean: boolean,
    willReturn: boolean,
  ): void {
    this.#readyState = 3;
    if (failure !== undefined) {
      this.#fire(new ErrorEvent('error', { message: failure.message, error: failure }));
    }
    this.#fire(new CloseEvent('close', { code, reason, wasClean }));
    if (willReturn && !AT_REST.has(this.client.state)) this.#readyState = 0;
  }

  /** A listener that throws is reported as an uncaught error, and the others are called. */
  #fire(event: globalThis.Event): void {
    Reflect.apply(dispatchEvent, this.#target, [event]);
  }
}
