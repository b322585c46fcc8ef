/**
 * What one connection sends, in order: frames of this library, or of `ws` where it compresses. And how much of it the
 * kernel has taken.
 *
 * Made with the first message. Must not know: why the connection ends, or the time.
 */
import type { Socket } from 'node:net';
import type WebSocket from 'ws';
import { Fragments, partsOf } from './fragments.js';
import { FrameWriter, type WriterObserver } from './frameWriter.js';
import { PacedWrites, type PaceObserver, SLICE } from './pacedWrites.js';
import type { SendSettings } from './sendSettings.js';

/** Receives what the sending reports. */
export interface OutgoingObserver {
  /** `ws` has compressed and sent everything. */
  onCompressed(): void;
  filled(before: number): void;
  taken(bytes?: number, waiting?: boolean): void;
}

export class Outgoing implements WriterObserver, PaceObserver {
  readonly #socket: Socket;
  readonly #engine: WebSocket;
  readonly #observer: OutgoingObserver;
  readonly #settings: SendSettings;
  /** Makes and sends the data frames. `ws` sends control frames, and everything that is compressed. */
  #writer: FrameWriter | undefined;
  #pace: PacedWrites | undefined;
  /** The rest of a message that leaves in several frames. A Ping may be sent between two of them. */
  #fragments: Fragments | undefined;
  /** Payload bytes sent so far, and how many of them the kernel is known to have taken. */
  #handed = 0;
  #taken = 0;
  /** How many messages `ws` is compressing. */
  #compressing = 0;
  /** A message that `ws` compressed was lost before the socket: the kernel will never have everything. */
  #isBroken = false;

  constructor(socket: Socket, engine: WebSocket, settings: SendSettings, observer: OutgoingObserver) {
    this.#socket = socket;
    this.#engine = engine;
    this.#settings = settings;
    this.#observer = observer;
  }

  /** Whether the socket's buffer counts are valid: one that failed has dropped what was in it. */
  get isSound(): boolean {
    return !this.#socket.destroyed && !this.#socket.errored && !this.#isBroken;
  }

  get isCompressing(): boolean {
    return this.#compressing > 0;
  }

  get bufferedAmount(): number {
    const held = (this.#writer?.held ?? 0) + (this.#fragments?.left ?? 0);
    return this.#engine.bufferedAmount + held - (this.#pace?.through ?? 0);
  }

  get unsentBytes(): number {
    this.settle();
    return this.#handed - this.#taken;
  }

  send(data: string | Uint8Array): number {
    this.#finishFragments();
    const size = this.#settings.compresses ? this.#sendCompressed(data) : this.#sendFramed(data);
    this.#handed += size;
    return size;
  }

  #sendFramed(data: string | Uint8Array): number {
    this.#writer ??= new FrameWriter(this.#socket, this);
    const { maxFrameSize } = this.#settings;
    // A text has at most three bytes for each of its UTF-16 code units.
    if (maxFrameSize !== undefined && data.length > maxFrameSize / 3) {
      const size = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
      if (size > maxFrameSize) return this.#sendFragments(data, size, maxFrameSize);
    }
    if (data.length > SLICE / 3) this.#watchPace();
    if (typeof data === 'string') return this.#writer.writeText(data);
    this.#writer.writeBinary(data);
    return data.length;
  }

  #sendFragments(data: string | Uint8Array, size: number, maxFrameSize: number): number {
    this.#watchPace();
    this.#fragments = new Fragments(data, maxFrameSize);
    this.#feed(SLICE);
    return size;
  }

  /** Writes frames of the message in progress while the socket has less than `limit` bytes to send. */
  #feed(limit: number): void {
    const fragments = this.#fragments;
    const writer = this.#writer;
    if (fragments === undefined || writer === undefined) return;
    while (fragments.left > 0 && this.#socket.writableLength + writer.held < limit) fragments.write(writer);
    if (fragments.left === 0) this.#fragments = undefined;
  }

  #finishFragments(): void {
    if (this.#fragments !== undefined) this.#feed(Number.POSITIVE_INFINITY);
  }

  /** `ws` compresses the message, and calls back when it has left. */
  #sendCompressed(data: string | Uint8Array): number {
    this.#watchPace();
    this.#compressing += 1;
    this.#writer?.seal();
    const binary = typeof data !== 'string';
    // A copy: the caller may change its bytes before.
    const lasting = typeof data === 'string' ? data : Buffer.from(data);
    const parts = partsOf(lasting, this.#settings);
    parts.forEach((part, index) => {
      const fin = index === parts.length - 1;
      this.#engine.send(part as Buffer, { binary, fin }, (error) => this.#onCompressed(error, fin));
    });
    if (typeof data === 'string') return Buffer.byteLength(data);
    return data.length;
  }

  #onCompressed(error: Error | null | undefined, isLast: boolean): void {
    // Before `onSent()`: the buffer is empty after a message that was lost, too.
    if (error) this.#isBroken = true;
    if (isLast) this.#compressing -= 1;
    if (this.#compressing === 0) this.#observer.onCompressed();
    this.onSent();
  }

  /**
   * Counts what the kernel has taken at least. While `ws` compresses, nothing is known until nothing is buffered. The
   * buffer of a socket that failed is empty, too, and was not taken.
   */
  settle(): void {
    if (!this.isSound) return;
    const { bufferedAmount } = this;
    if (bufferedAmount === 0) this.#taken = this.#handed;
    else if (!this.#settings.compresses) this.#taken = Math.max(this.#taken, this.#handed - bufferedAmount);
  }

  /** Something may have left: at the end of a tick, or when the socket or `ws` has sent what it had. */
  onSent(): void {
    if (!this.isSound) return;
    this.#feed(SLICE);
    this.settle();
    if (this.#taken < this.#handed) this.#watch();
    this.#observer.taken();
  }

  onLargeWrite(): void {
    this.#watchPace();
  }

  #watchPace(): void {
    const { encrypted, bytesWritten } = this.#socket as Socket & { readonly encrypted?: boolean };
    this.#pace ??= new PacedWrites(this.#socket, encrypted !== true && bytesWritten !== undefined, this);
  }

  onFull(before: number): void {
    const { bytesWritten, writableLength } = this.#socket;
    const waiting = writableLength - (this.#pace?.through ?? 0);
    this.#observer.filled(bytesWritten === undefined ? before : Math.max(before, bytesWritten - waiting));
  }

  onTaken(bytes: number, waiting: boolean): void {
    if (!this.isSound) return;
    this.#feed(SLICE);
    this.settle();
    this.#observer.taken(bytes, waiting || this.#fragments !== undefined);
  }

  /** Bytes are pending from before the pace was watched: the callback of an empty write comes after all of them. */
  #watch(): void {
    const socket = this.#socket;
    if (this.#pace !== undefined || socket.writableLength === 0 || !socket.writable) return;
    this.#watchPace();
    socket.write(EMPTY, () => this.onSent());
  }

  /** Writes what is held to the socket, before `ws` writes to it. */
  seal(): void {
    this.#writer?.seal();
  }

  /** Before a Close: nothing may follow it (RFC 6455 §5.5.1). */
  finish(): void {
    this.#finishFragments();
    this.#writer?.seal();
  }

  flush(): void {
    this.#writer?.flush();
  }
}

/** A write of no bytes. */
export const EMPTY = Buffer.alloc(0);
