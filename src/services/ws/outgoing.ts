/**
 * What one connection sends: its frames, or ws's where ws compresses, in their order; and how much of
 * it the kernel has taken.
 *
 * Made with the first message. Must not know: why it ends, or what time it is.
 */
import type { Socket } from 'node:net';
import type WebSocket from 'ws';
import { Fragments, partsOf } from './fragments.js';
import { FrameWriter, type WriterObserver } from './frameWriter.js';
import { PacedWrites, type PaceObserver, SLICE } from './pacedWrites.js';
import type { SendSettings } from './sendSettings.js';

/** Receives what is reported of the sending. */
export interface OutgoingObserver {
  /** ws has done with all that it compressed. */
  onWorkDone(): void;
  filled(before: number): void;
  taken(bytes?: number, waiting?: boolean): void;
}

export class Outgoing implements WriterObserver, PaceObserver {
  readonly #socket: Socket;
  readonly #engine: WebSocket;
  readonly #observer: OutgoingObserver;
  readonly #settings: SendSettings;
  /** Makes and sends the data frames. Control frames, and all that is compressed, are ws's. */
  #writer: FrameWriter | undefined;
  #pace: PacedWrites | undefined;
  /** The rest of a message that leaves in several frames: so that a Ping may go in between. */
  #fragments: Fragments | undefined;
  /** Payload bytes handed over, and how many of them the kernel is known to have taken. */
  #handed = 0;
  #taken = 0;
  /** Messages that ws works on before they leave: it compresses them, in their order. */
  #worked = 0;
  /** A message that ws worked on was lost on the way to the socket: from then on the kernel never has it all. */
  #isBroken = false;

  constructor(socket: Socket, engine: WebSocket, settings: SendSettings, observer: OutgoingObserver) {
    this.#socket = socket;
    this.#engine = engine;
    this.#settings = settings;
    this.#observer = observer;
  }

  /** Whether what the socket says of its buffer holds: one that failed has forgotten what was in it. */
  get isSound(): boolean {
    return !this.#socket.destroyed && !this.#socket.errored && !this.#isBroken;
  }

  get isWorking(): boolean {
    return this.#worked > 0;
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
    const size = this.#settings.compresses ? this.#sendWorked(data) : this.#sendFramed(data);
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

  /** Hands over frames of the message that is under way while the socket has less than `limit` bytes to send. */
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

  /** ws compresses the message and reports by a callback when it has left. */
  #sendWorked(data: string | Uint8Array): number {
    this.#watchPace();
    this.#worked += 1;
    this.#writer?.seal();
    const binary = typeof data !== 'string';
    // By then the caller may have changed its bytes.
    const lasting = data instanceof Uint8Array ? Buffer.from(data) : data;
    const parts = partsOf(lasting, this.#settings);
    parts.forEach((part, index) => {
      const fin = index === parts.length - 1;
      this.#engine.send(part as Buffer, { binary, fin }, (error) => this.#onWorked(error, fin));
    });
    if (typeof data === 'string') return Buffer.byteLength(data);
    return data.length;
  }

  #onWorked(error: Error | null | undefined, isLast: boolean): void {
    // Before `onSent()`: a message that was lost leaves an empty buffer, too.
    if (error) this.#isBroken = true;
    if (isLast) this.#worked -= 1;
    if (this.#worked === 0) this.#observer.onWorkDone();
    this.onSent();
  }

  /**
   * What the kernel has taken at the least. ws counts what it works on by other measures: of that nothing is known
   * until nothing is buffered any more. A socket that failed says the same, and means the opposite.
   */
  settle(): void {
    if (!this.isSound) return;
    const { bufferedAmount } = this;
    if (bufferedAmount === 0) this.#taken = this.#handed;
    else if (!this.#settings.compresses) this.#taken = Math.max(this.#taken, this.#handed - bufferedAmount);
  }

  /** Something may have left: at the end of a tick, or when the socket or ws is through with what it had. */
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

  /** What was pending before its pace was watched: an empty write tells when all before it is through. */
  #watch(): void {
    const socket = this.#socket;
    if (this.#pace !== undefined || socket.writableLength === 0 || !socket.writable) return;
    this.#watchPace();
    socket.write(EMPTY, () => this.onSent());
  }

  /** Gives the socket what is held, in front of what ws is about to write to it. */
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
