/**
 * Bursts leave as one write: from the second message of a tick on a socket is corked, frames are put one behind
 * the other into shared memory, and the end of the tick lets them go. The first one leaves at once, so that a
 * message alone waits for nothing.
 *
 * Owns the frames of this tick, for all connections of the process, so that a tick costs one `nextTick`. A process
 * that exits within the tick still delivers, as with raw `ws`: one `exit` hook lets go of what is held.
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
 * How much memory is taken for small frames at a time. What is larger than an eighth of it gets memory of its own:
 * a frame that a slow peer leaves in its socket must not keep much more than itself.
 */
const SLAB_SIZE = 32_768;
const LARGE = SLAB_SIZE / 8;

/** Where small frames go now, up to where it is used, and whose the last of them are. */
let slab: Slab | undefined;
let used = 0;
let slabWriter: FrameWriter | undefined;

/** The writers whose sockets were written to in this tick. */
let written: FrameWriter[] = [];
let hooked = false;

/** Who is told. */
export interface WriterObserver {
  /** What was written in a tick has left, as far as it can. */
  onSent(): void;
  /** Much is about to be written at once. */
  onLargeWrite(): void;
}

/** The frames of one socket. */
export class FrameWriter {
  readonly #socket: Socket;
  readonly #observer: WriterObserver;
  /**
   * Over TLS the first message waits for the end of the tick, too: TLS holds back a second write until the first
   * one is through, and a process that exits would take it along.
   */
  readonly #holdsFirst: boolean;
  #isWritten = false;
  #isCorked = false;
  /** Where in the slab the frames begin that are not the socket's yet; of interest while this writer is the slab's. */
  #from = 0;
  /** Bytes that the socket would not take any more: it was ended before the end of the tick. */
  #stranded = 0;

  constructor(socket: Socket, observer: WriterObserver) {
    this.#socket = socket;
    this.#observer = observer;
    this.#holdsFirst = 'encrypted' in socket && socket.encrypted === true;
  }

  /** Bytes that the socket does not know of yet, or never will. */
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

  /** Sends one frame of bytes: a whole binary message, or as its first byte says. The caller may reuse the bytes. */
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

  /** Gives the socket what is held, in front of what somebody else is about to write to it. */
  seal(): void {
    if (slabWriter !== this) return;
    slabWriter = undefined;
    const frames = (slab as Slab).bytes.subarray(this.#from, used);
    // Node takes a write after the end for an error of the socket, which it is not.
    if (this.#socket.writable) this.#socket.write(frames);
    else this.#stranded += frames.length;
  }

  /** Lets all that is held leave now. */
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

  /** The slab, with room for a payload of so many bytes behind the frames of this writer. */
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

  /** A frame of its own memory. */
  #put(frame: Buffer): void {
    this.seal();
    this.#socket.write(frame);
  }
}

/** Memory for one frame alone: it ends where the frame ends, and the payload begins with a word. */
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
