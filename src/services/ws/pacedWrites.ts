/**
 * The pace at which a socket's bytes leave. What is written goes to the kernel one slice at a time, the next one in
 * the callback of the last. Without it, chunks that wait in a Node socket leave as one `writev`, which reports
 * nothing until all of them have left, and that can take minutes.
 *
 * It replaces `_write` and `_writev` of the socket, the methods by which Node's streams are extended
 * (https://nodejs.org/api/stream.html#implementing-a-writable-stream). So order, corking, callbacks and errors remain
 * Node's, for every writer, over TCP, TLS and tunnels. Where the kernel has room all slices leave within the call. Must
 * not know: frames, or the time.
 */
import type { Duplex } from 'node:stream';
import { afterIo } from '../node/index.js';

/** The size of a slice in bytes. Node's TLS encrypts a little more at once; Linux takes ten times as much at once. */
export const SLICE = 131_072;

/**
 * After how many turns of the event loop a write that has not left counts as waiting for the kernel. TCP reports at
 * once what it takes, TLS a turn later, and TLS within TLS after some turns.
 */
const TURNS_OF_TCP = 1;
const TURNS_OF_OTHERS = 8;

/** Receives what is reported of the pace. */
export interface PaceObserver {
  /** The kernel takes no more. @param before bytes that it took since the pace is watched */
  onFull(before: number): void;
  /**
   * Something left that had waited. @param bytes how many the kernel took after it was full @param waiting whether
   * others wait
   */
  onTaken(bytes: number, waiting: boolean): void;
}

type Done = (error?: Error | null) => void;
interface Chunk {
  readonly chunk: unknown;
  readonly encoding: BufferEncoding;
}

/** The writes of one socket. */
export class PacedWrites {
  readonly #socket: Duplex;
  readonly #observer: PaceObserver;
  readonly #write: Duplex['_write'];
  readonly #writev: Duplex['_writev'];
  readonly #turns: number;
  /** The chunks of the present write. What is from `#at` and `#offset` on was not handed to the kernel yet. */
  #chunks: readonly Chunk[] = NOTHING;
  #at = 0;
  #offset = 0;
  #done: Done | undefined;
  /** Bytes of the present slice; bytes of the present write that have left; bytes of all writes that have left. */
  #slice = 0;
  #through = 0;
  #taken = 0;
  #isCalling = false;
  #isSliceOut = false;
  #isFull = false;
  #isWatching = false;
  /** Counts the slices, to recognize one some turns later. */
  #slices = 0;

  constructor(socket: Duplex, isTcp: boolean, observer: PaceObserver) {
    this.#socket = socket;
    this.#observer = observer;
    this.#turns = isTcp ? TURNS_OF_TCP : TURNS_OF_OTHERS;
    this.#write = socket._write;
    this.#writev = socket._writev;
    socket._write = (chunk, encoding, done) => this.#begin([{ chunk, encoding }], done);
    if (this.#writev !== undefined) socket._writev = (chunks, done) => this.#begin(chunks, done);
  }

  /** Bytes that have left and that the socket still counts, because their write has not finished. */
  get through(): number {
    return this.#through;
  }

  #begin(chunks: readonly Chunk[], done: Done): void {
    this.#chunks = chunks;
    this.#at = 0;
    this.#offset = 0;
    this.#through = 0;
    this.#done = done;
    this.#advance();
  }

  /** Writes slices for as long as the kernel takes them within the call. */
  #advance(): void {
    do {
      this.#isCalling = true;
      this.#isSliceOut = true;
      this.#slices += 1;
      this.#next();
      this.#isCalling = false;
    } while (!this.#isSliceOut && this.#done !== undefined && this.#at < this.#chunks.length);
    if (this.#isSliceOut) this.#watch();
    else this.#end();
  }

  #next(): void {
    const socket = this.#socket;
    const isFirst = this.#at === 0 && this.#offset === 0;
    const group: Chunk[] = [];
    let size = 0;
    while (this.#at < this.#chunks.length) {
      const given = this.#chunks[this.#at] as Chunk;
      const length = lengthOf(given);
      const rest = length - this.#offset;
      if (size > 0 && size + rest > SLICE) break;
      if (rest > SLICE && typeof given.chunk !== 'string') {
        const end = this.#offset + SLICE;
        group.push({
          chunk: (given.chunk as Uint8Array).subarray(this.#offset, end),
          encoding: given.encoding,
        });
        this.#offset = end;
        size = SLICE;
        break;
      }
      const isWhole = this.#offset === 0;
      const chunk = isWhole ? given.chunk : (given.chunk as Uint8Array).subarray(this.#offset);
      group.push(isWhole ? given : { chunk, encoding: given.encoding });
      size += rest;
      this.#at += 1;
      this.#offset = 0;
    }
    this.#slice = size;
    const [first] = group;
    if (group.length === 1 && first !== undefined) {
      this.#write.call(socket, first.chunk, first.encoding, this.#onSlice);
    } else {
      // Node's own list where all of it is this slice: it has properties that Node reads.
      const list = isFirst && group.length === this.#chunks.length ? this.#chunks : group;
      this.#writev?.call(socket, list as Chunk[], this.#onSlice);
    }
  }

  readonly #onSlice = (error?: Error | null): void => {
    if (error) {
      this.#at = this.#chunks.length;
      this.#isSliceOut = false;
      this.#end(error);
      return;
    }
    this.#isSliceOut = false;
    this.#through += this.#slice;
    this.#taken += this.#slice;
    if (this.#isCalling) return;
    const before = this.#taken - this.#slice;
    const wasFull = this.#isFull;
    if (this.#at < this.#chunks.length) this.#advance();
    else this.#end();
    // Node has begun the next write by now, if there is one.
    this.#isFull &&= this.#socket.writableLength > this.#through;
    this.#observer.onTaken(wasFull ? this.#taken - before : 0, this.#isFull);
  };

  /**
   * The write has finished: Node begins the next one within this call, or later where this one left within its call.
   */
  #end(error?: Error | null): void {
    const done = this.#done;
    if (done === undefined) return;
    this.#done = undefined;
    this.#chunks = NOTHING;
    this.#through = 0;
    done(error);
  }

  /** A slice that has not left some turns later waits for the kernel. */
  #watch(): void {
    if (this.#isFull || this.#isWatching) return;
    this.#isWatching = true;
    this.#watchLater(this.#slices, this.#turns);
  }

  #watchLater(slice: number, turns: number): void {
    afterIo(() => {
      if (!this.#isSliceOut) this.#isWatching = false;
      else if (slice !== this.#slices) this.#watchLater(this.#slices, this.#turns);
      else if (turns > 1) this.#watchLater(slice, turns - 1);
      else this.#fill();
    });
  }

  #fill(): void {
    this.#isWatching = false;
    if (this.#isFull || this.#socket.destroyed) return;
    this.#isFull = true;
    this.#observer.onFull(this.#taken);
  }
}

const NOTHING: readonly Chunk[] = Object.freeze([]);

function lengthOf({ chunk, encoding }: Chunk): number {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : (chunk as Uint8Array).byteLength;
}
