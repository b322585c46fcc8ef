/**
 * The pace at which a socket's bytes leave: what is written to it goes to the kernel one slice at a time, the next
 * in the callback of the last. Chunks that wait in a Node socket leave as one `writev`, which reports nothing until
 * all of it is through, and that can take minutes.
 *
 * It extends the socket where Node has streams extended, at `_write` and `_writev`
 * (https://nodejs.org/api/stream.html#implementing-a-writable-stream): so order, corking, callbacks and errors stay
 * Node's, whoever writes, and over TCP, TLS and tunnels alike. Where the kernel has room all slices leave within the
 * call. Must not know: frames, or what time it is.
 */
import type { Duplex } from 'node:stream';
import { afterIo } from '../node/index.js';

/** Bytes. What Node's TLS encrypts in one go is a little more; a lump that Linux takes at a time is ten times as much. */
export const SLICE = 131_072;

/**
 * After how many turns of the event loop a write that is not through waits for the kernel. TCP says at once what it
 * takes; TLS reports a turn later, and TLS within TLS some turns.
 */
const TURNS_OF_TCP = 1;
const TURNS_OF_OTHERS = 8;

/** Receives what is reported of the pace. */
export interface PaceObserver {
  /** The kernel takes no more. @param before bytes that it took since the pace is watched */
  onFull(before: number): void;
  /** Something left that had to wait. @param bytes how many the kernel took after it was full @param waiting whether others wait */
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
  /** What the stream has given and the socket was not given yet, from `#at` and `#offset` on. */
  #chunks: readonly Chunk[] = NOTHING;
  #at = 0;
  #offset = 0;
  #done: Done | undefined;
  /** Bytes of the present slice, of the present write that are through, and of all writes. */
  #slice = 0;
  #through = 0;
  #taken = 0;
  #isCalling = false;
  #isSliceOut = false;
  #isFull = false;
  #isLooking = false;
  /** Counts the slices, to know whether one is still the same some turns later. */
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

  /** Bytes that the socket still counts, since the write that they are part of is not through. */
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

  /** Hands over slices for as long as the kernel takes them in the call. */
  #advance(): void {
    do {
      this.#isCalling = true;
      this.#isSliceOut = true;
      this.#slices += 1;
      this.#next();
      this.#isCalling = false;
    } while (!this.#isSliceOut && this.#done !== undefined && this.#at < this.#chunks.length);
    if (this.#isSliceOut) this.#look();
    else this.#end();
  }

  #next(): void {
    const socket = this.#socket;
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
      // Where all of them fit, Node's own list, which has marks of its own.
      const list = group.length === this.#chunks.length ? this.#chunks : group;
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
    // What Node had kept behind it has begun by now.
    this.#isFull &&= this.#socket.writableLength > this.#through;
    this.#observer.onTaken(wasFull ? this.#taken - before : 0, this.#isFull);
  };

  /** The write is through: Node begins the next one in this call, or, where it has left in its own call, later. */
  #end(error?: Error | null): void {
    const done = this.#done;
    if (done === undefined) return;
    this.#done = undefined;
    this.#chunks = NOTHING;
    this.#through = 0;
    done(error);
  }

  /** A slice that is still the same some turns later waits for the kernel. */
  #look(): void {
    if (this.#isFull || this.#isLooking) return;
    this.#isLooking = true;
    this.#lookLater(this.#slices, this.#turns);
  }

  #lookLater(slice: number, turns: number): void {
    afterIo(() => {
      if (!this.#isSliceOut) this.#isLooking = false;
      else if (slice !== this.#slices) this.#lookLater(this.#slices, this.#turns);
      else if (turns > 1) this.#lookLater(slice, turns - 1);
      else this.#fill();
    });
  }

  #fill(): void {
    this.#isLooking = false;
    if (this.#isFull || this.#socket.destroyed) return;
    this.#isFull = true;
    this.#observer.onFull(this.#taken);
  }
}

const NOTHING: readonly Chunk[] = Object.freeze([]);

function lengthOf({ chunk, encoding }: Chunk): number {
  return typeof chunk === 'string' ? Buffer.byteLength(chunk, encoding) : (chunk as Uint8Array).byteLength;
}
