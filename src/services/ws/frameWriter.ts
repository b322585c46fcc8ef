/**
 * Bursts leave as one write. From the second message of a tick the socket is corked, frames are written one behind the
 * other into shared memory, and the end of the tick uncorks it. The first message of a tick leaves at once.
 *
 * Owns the frames of this tick, for all connections of the process, so that a tick costs one `nextTick`. A process that
 * exits within the tick still sends them, as with `ws` itself: one `exit` listener writes what is held.
 */
import type { Socket } from 'node:net';
import { nextTick } from '../node/index.js';
import {
  headerLength,
  LONGEST_HEADER,
  longestEncoding,
  Slab,
  writeBinaryFrame,
  writeTextFrame,
} from './maskedFrame.js';
import { SLICE } from './pacedWrites.js';

/**
 * The size in bytes of the memory for small frames. A frame larger than an eighth of it has separate memory: a frame
 * that stays in the socket of a slow peer must not retain much more than itself.
 */
const SLAB_SIZE = 32_768;
const LARGE = SLAB_SIZE / 8;

/** The memory for small frames, how much of it is used, and the writer of the last frames in it. */
let slab: Slab | undefined;
let used = 0;
let slabWriter: FrameWriter | undefined;

/** The writers that were used in this tick. */
let written: FrameWriter[] = [];
let hooked = false;

/** Receives what a writer reports. */
export interface WriterObserver {
  /** The frames of a tick were written to the socket. */
  onSent(): void;
  /** More than a slice is about to be written at once. */
  onLargeWrite(): void;
}

/** The frames of one socket. */
export class FrameWriter {
  readonly #socket: Socket;
  readonly #observer: WriterObserver;
  /**
   * Over TLS the first message waits for the end of the tick, too. TLS delays a second write until the first one has
   * left, and a process that exits would lose it.
   */
  readonly #holdsFirst: boolean;
  #isWritten = false;
  #isCorked = false;
  /** Where in the slab the frames begin that the socket does not have yet, while this is `slabWriter`. */
  #from = 0;
  /** Bytes that the socket did not accept, because it was ended within the tick. */
  #stranded = 0;

  constructor(socket: Socket, observer: WriterObserver) {
    this.#socket = socket;
    this.#observer = observer;
    this.#holdsFirst = 'encrypted' in socket && socket.encrypted === true;
  }

  /** Bytes that were not written to the socket yet, or never will be. */
  get held(): number {
    return slabWriter === this ? used - this.#from + this.#stranded : this.#stranded;
  }

  /** Sends one text message; returns the length of its payload in bytes. */
  writeText(text: string): number {
    this.#beforeWrite();
    const longest = longestEncoding(text);
    if (longest <= LARGE) {
      const length = writeTextFrame(this.#room(longest), used, text);
      this.#advance(length);
      return length;
    }
    const length = Buffer.byteLength(text);
    const { memory, start } = ownMemory(length);
    writeTextFrame(memory, start, text);
    this.#put(memory.bytes.subarray(start));
    return length;
  }

  /**
   * Sends one frame of bytes: by default a whole binary message, else as `first` says. The caller may reuse the
   * bytes.
   */
  writeBinary(payload: Uint8Array, first?: number): void {
    this.#beforeWrite();
    const { length } = payload;
    if (length <= LARGE) {
      writeBinaryFrame(this.#room(length), used, payload, first);
      this.#advance(length);
      return;
    }
    const { memory, start } = ownMemory(length);
    writeBinaryFrame(memory, start, payload, first);
    this.#put(memory.bytes.subarray(start));
  }

  /** Writes what is held to the socket, before `ws` writes to it. */
  seal(): void {
    if (slabWriter !== this) return;
    slabWriter = undefined;
    const frames = (slab as Slab).bytes.subarray(this.#from, used);
    // Node would report a write after the end as an error of the socket.
    if (this.#socket.writable) this.#socket.write(frames);
    else this.#stranded += frames.length;
  }

  /** Writes what is held to the socket, and uncorks it. */
  flush(): void {
    this.seal();
    if (!this.#isCorked) return;
    this.#isCorked = false;
    if (this.#socket.writableLength > SLICE) this.#observer.onLargeWrite();
    this.#socket.uncork();
  }

  endTick(): void {
    this.#isWritten = false;
    this.flush();
    this.#observer.onSent();
  }

  #beforeWrite(): void {
    if (this.#isCorked) return;
    if (!this.#isWritten) {
      this.#isWritten = true;
      if (written.push(this) === 1) nextTick(endTick);
      if (!hooked) {
        hooked = true;
        process.once('exit', endTick);
      }
      if (!this.#holdsFirst) return;
    }
    this.#isCorked = true;
    this.#socket.cork();
  }

  /** The slab, with room for a payload of that length after the frames of this writer. */
  #room(payload: number): Slab {
    const needed = payload + LONGEST_HEADER;
    if (slabWriter === this && used + needed <= SLAB_SIZE) return slab as Slab;
    slabWriter?.seal();
    if (slab === undefined || used + needed > SLAB_SIZE) {
      slab = new Slab(SLAB_SIZE);
      used = 0;
    }
    slabWriter = this;
    this.#from = used;
    return slab;
  }

  /** A frame is in the slab. */
  #advance(payload: number): void {
    used += headerLength(payload) + payload;
    if (!this.#isCorked) this.seal();
  }

  /** Writes a frame that has separate memory. */
  #put(frame: Buffer): void {
    this.seal();
    this.#socket.write(frame);
  }
}

/** Memory for one frame: it ends where the frame ends, and the payload begins at a word. */
function ownMemory(payload: number): { readonly memory: Slab; readonly start: number } {
  const header = headerLength(payload);
  const start = -header & 3;
  return { memory: new Slab(start + header + payload), start };
}

function endTick(): void {
  const all = written;
  written = [];
  for (let index = 0; index < all.length; index += 1) (all[index] as FrameWriter).endTick();
}
