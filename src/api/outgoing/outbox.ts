/**
 * Sends messages: hands each to the connection within the call if possible, queues it if not, and refuses it where it can no
 * longer be sent.
 *
 * Owns the send queue and the promises that wait for a drain. Must not know why there is no connection.
 */
import { ignore, QueueFullError, type ReckerError, type Transport } from '../../port/index.js';
import { transportError } from '../link/index.js';
import type { QueueBounds } from '../options/index.js';
import { afterIo, byteLength, copyBytes } from '../platform.js';
import type { SendData } from '../types.js';
import { errorOf, isArrayBuffer, isBlob, kindOf, readBlob } from '../values/index.js';
import { BlobReads } from './blobReads.js';
import { Refusals } from './refusals.js';
import { Held, MESSAGE_COST, SendQueue } from './sendQueue.js';

/** The client as its outbox needs it. */
export interface OutboxClient {
  /** The connection that takes messages now, if one does. */
  readonly sendingOn: Transport | undefined;
  onUndelivered(data: SendData, error: ReckerError): void;
  /** A heartbeat by message cannot be sent. */
  onUserError(error: Error): void;
}

/** Options of one `send()`. */
export interface SendOptions {
  /** Wait for the drain. @default the client's option */
  awaitDrain?: boolean | undefined;
  /** What "drained" means, in bytes. @default the client's option */
  highWaterMark?: number | undefined;
}

interface DrainWaiter {
  readonly mark: number;
  resolve(): void;
  reject(error: Error): void;
}

/** A message as it is sent: a Blob is read first. */
type Payload = string | Uint8Array | Blob;

/** Shared by all clients without waiting promises. Never pushed to. */
const NO_WAITERS: DrainWaiter[] = [];
/** For messages that may always wait. */
export const UNBOUNDED: QueueBounds = {
  maxBytes: Number.POSITIVE_INFINITY,
  maxMessages: Number.POSITIVE_INFINITY,
  overflow: 'reject',
};
const DONE = Promise.resolve();

/** After how many sends that resolve at once one takes a turn of the event loop. */
const SENDS_PER_TURN = 256;

export class Outbox {
  messagesOut = 0;
  bytesOut = 0;
  readonly #client: OutboxClient;
  readonly #bounds: QueueBounds | undefined;
  readonly #maxInFlight: number;
  readonly #queue = new SendQueue();
  #drainWaiters = NO_WAITERS;
  #refusals: Refusals | undefined;
  #sendsInTurn = 0;
  /** Made when first needed. */
  #blobs: BlobReads | undefined;
  /** What is called once the whole queue was sent, and on which connection. */
  #finishing: { readonly transport: Transport; readonly done: () => void } | undefined;
  /** Set while `open` is being delivered: messages of its listeners go ahead of the queue. */
  isGreeting = false;

  constructor(client: OutboxClient, bounds: QueueBounds | undefined, maxInFlight: number) {
    this.#client = client;
    this.#bounds = bounds;
    this.#maxInFlight = maxInFlight;
  }

  /** What holding the queued messages costs. */
  get queuedBytes(): number {
    return this.#queue.cost;
  }

  get queuedMessages(): number {
    return this.#queue.length;
  }

  /** Bytes given to `send()` that the kernel has not taken. */
  bufferedAmount(transport: Transport | undefined): number {
    return this.#queue.bytes + (transport?.bufferedAmount ?? 0);
  }

  /**
   * Hands the message over now, or queues it.
   *
   * @param mark if given, the promise waits for the drain of the connection that took the message
   */
  send(data: SendData, mark?: number): Promise<void> {
    const payload = payloadOf(data);
    const transport = this.#client.sendingOn;
    if (
      transport === undefined ||
      this.#queue.holdsBack(this.isGreeting) ||
      !transport.isWritable ||
      transport.bufferedAmount > this.#maxInFlight
    ) {
      return this.#hold(data, payload, transport !== undefined, mark);
    }
    if (isBlob(payload)) {
      const held = this.#hold(data, payload, true, mark, UNBOUNDED);
      this.pump(transport);
      return held;
    }
    const failure = this.#handOver(transport, payload);
    if (failure !== undefined) return this.refuse(data, failure.message, () => failure);
    return mark === undefined ? this.#handedOver() : this.drained(mark);
  }

  /** Sends a heartbeat by message, which does not wait behind the queue. A Blob has to be read first. */
  sendPast(transport: Transport, data: SendData): void {
    const payload = payloadOf(data);
    const send = (bytes: string | Uint8Array): void => {
      // The connection has ended; a write would be reported as another error.
      if (!transport.isWritable) return;
      transport.send(bytes);
      transport.flush();
    };
    if (isBlob(payload)) {
      readBlob(payload)
        .then(send)
        .catch((thrown) => this.#client.onUserError(errorOf(thrown, 'arrayBuffer()')));
    } else {
      send(payload);
    }
  }

  /** Whether the next message would be handed over within the call. */
  get hasRoom(): boolean {
    const transport = this.#client.sendingOn;
    return transport?.isWritable === true && this.bufferedAmount(transport) <= this.#maxInFlight;
  }

  /** Resolves when {@link hasRoom}; rejects when the connection ends first. */
  roomToSend(): Promise<void> {
    return this.drained(this.#maxInFlight);
  }

  /** Refuses a message that was just given, with the error that `make` returns. */
  refuse(data: SendData, reason: string, make: (message: string) => ReckerError): Promise<void> {
    payloadOf(data);
    this.#refusals ??= new Refusals();
    const { error, promise } = this.#refusals.for(reason, make);
    this.#client.onUndelivered(data, error);
    return promise;
  }

  /** Hands over queued messages, until the connection has `limit` bytes to send. */
  pump(transport: Transport, limit = this.#maxInFlight): void {
    while (this.#queue.length > 0 && transport.isWritable && transport.bufferedAmount <= limit) {
      const next = this.#queue.next as Held;
      const payload = isBlob(next.data) ? this.#read(next, next.data) : next.data;
      if (payload === undefined) break;
      this.#queue.shift();
      const isData = typeof payload === 'string' || ArrayBuffer.isView(payload);
      const failure = isData ? this.#handOver(transport, payload) : payload;
      if (failure === undefined) next.resolve();
      else this.drop(next, failure);
    }
    this.#resolveDrained(transport);
  }

  /** Hands over all queued messages, then calls `done`: within the call, unless a Blob has to be read first. */
  finish(transport: Transport, done: () => void = ignore): void {
    this.pump(transport, Number.POSITIVE_INFINITY);
    if (this.#queue.length > 0 && transport.isWritable) this.#finishing = { transport, done };
    else done();
  }

  #read(held: Held, blob: Blob): Uint8Array | ReckerError | undefined {
    this.#blobs ??= new BlobReads(() => this.#onRead());
    return this.#blobs.take(held, blob);
  }

  /** A Blob was read, or cannot be read. */
  #onRead(): void {
    const finishing = this.#finishing;
    this.#finishing = undefined;
    const transport = this.#client.sendingOn;
    if (finishing !== undefined) this.finish(finishing.transport, finishing.done);
    else if (transport !== undefined) this.pump(transport);
  }

  /** Resolves once `bufferedAmount` is at or below `mark`; rejects when the connection ends first. */
  drained(mark: number): Promise<void> {
    const transport = this.#client.sendingOn;
    if (transport?.isWritable && this.bufferedAmount(transport) <= mark) return DONE;
    const promise = new Promise<void>((resolve, reject) => {
      if (this.#drainWaiters === NO_WAITERS) this.#drainWaiters = [];
      this.#drainWaiters.push({ mark, resolve, reject });
    });
    promise.catch(ignore);
    return promise;
  }

  /** The connection has ended: rejects the promises that wait for a drain. */
  failDrains(ending: { readonly error: Error }): void {
    if (this.#drainWaiters.length === 0) return;
    const waiting = this.#drainWaiters;
    this.#drainWaiters = NO_WAITERS;
    for (const waiter of waiting) waiter.reject(ending.error);
  }

  /** The client is at rest: takes out all queued messages. */
  giveUp(): Held[] {
    this.#blobs = undefined;
    this.#finishing = undefined;
    return this.#queue.takeAll();
  }

  /** @returns the error, where the transport does not take the message */
  #handOver(transport: Transport, payload: string | Uint8Array): ReckerError | undefined {
    try {
      this.bytesOut += transport.send(payload);
      this.messagesOut += 1;
      return undefined;
    } catch (thrown) {
      return transportError('send()', thrown);
    }
  }

  /**
   * Nearly always the same resolved promise. A loop of `await ws.send()` would then never let timers and I/O run: so one in
   * {@link SENDS_PER_TURN} resolves after a turn of the event loop.
   */
  #handedOver(): Promise<void> {
    this.#sendsInTurn += 1;
    if (this.#sendsInTurn < SENDS_PER_TURN) return DONE;
    this.#sendsInTurn = 0;
    return new Promise(afterIo);
  }

  #hold(
    data: SendData,
    payload: Payload,
    isOpen: boolean,
    mark: number | undefined,
    // Without a send queue, messages wait only behind a Blob that is being read.
    bounds = this.#bounds ?? (this.#queue.length > 0 ? UNBOUNDED : undefined),
  ): Promise<void> {
    const bytes = sizeOf(payload);
    if (bounds === undefined) {
      const why = isOpen ? 'more than maxInFlight bytes are being sent' : 'there is no open connection';
      return this.refuse(
        data,
        `The message cannot go out now, since ${why}, and sendQueue is false`,
        queueFullError,
      );
    }
    while (!this.#queue.fits(bytes, bounds)) {
      const isHopeless = bytes + MESSAGE_COST > bounds.maxBytes || bounds.maxMessages === 0;
      const oldest = bounds.overflow === 'drop-oldest' && !isHopeless ? this.#queue.shiftOldest() : undefined;
      if (oldest === undefined) {
        return this.refuse(data, `The send queue is full: ${describe(bounds)}`, queueFullError);
      }
      this.#refusals ??= new Refusals();
      const reason = `A newer message took its place: ${describe(bounds)}`;
      this.drop(oldest, this.#refusals.for(reason, queueFullError).error);
    }
    // The caller may change bytes after the call, so they are copied; strings and Blobs cannot change.
    const held = new Held(payload instanceof Uint8Array ? copyBytes(payload) : payload, bytes);
    if (mark !== undefined) held.waitFor(() => this.drained(mark));
    this.#queue.push(held, this.isGreeting);
    return held.promise;
  }

  /** A queued message will not be sent: rejects its promise and emits `undelivered`. */
  drop(held: Held, error: ReckerError): void {
    this.#blobs?.forget(held);
    held.reject(error);
    this.#client.onUndelivered(held.data, error);
  }

  #resolveDrained(transport: Transport): void {
    if (this.#drainWaiters.length === 0 || !transport.isWritable) return;
    const amount = this.bufferedAmount(transport);
    const waiting = this.#drainWaiters;
    this.#drainWaiters = waiting.filter((waiter) => waiter.mark < amount);
    for (const waiter of waiting) if (waiter.mark >= amount) waiter.resolve();
  }
}

const queueFullError = (message: string): QueueFullError => new QueueFullError(message);

function describe({ maxBytes, maxMessages }: QueueBounds): string {
  return `at most ${maxBytes} bytes${maxMessages === Number.POSITIVE_INFINITY ? '' : ` and ${maxMessages} messages`}; each message counts ${MESSAGE_COST} bytes beside its payload`;
}

/** The message as it is sent, without a copy. */
function payloadOf(data: SendData): Payload {
  if (typeof data === 'string') return data;
  if (ArrayBuffer.isView(data)) {
    // Nearly always. A class of another realm is no subclass; its bytes are read below.
    if (data instanceof Uint8Array && data.byteLength > 0) return data;
    // Throws a TypeError if the buffer was transferred; an empty message would be sent otherwise.
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  if (isArrayBuffer(data)) return new Uint8Array(data);
  if (isBlob(data)) return data;
  throw new TypeError(
    `send() takes a string, a Buffer, an ArrayBuffer, a view of one, or a Blob, not ${kindOf(data)}; use sendJSON() for other values`,
  );
}

function sizeOf(payload: Payload): number {
  if (typeof payload === 'string') return byteLength(payload);
  return payload instanceof Uint8Array ? payload.byteLength : payload.size;
}
