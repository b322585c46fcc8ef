/**
 * Data frames of a client (RFC 6455 §5.2, §5.3): header, random mask and payload, in one pass and in one piece of
 * memory.
 *
 * `ws` makes its frames in several steps and masks byte by byte. Measured against it, a burst of 64 B messages costs a
 * twelfth, and one of 64 KiB a fifth (bench: burst). Owns the layout. Must not know a socket.
 */
import { randomFillSync } from 'node:crypto';
import { nativeMask } from './nativeMask.js';

/** Of the first byte: the bit that marks a message's last frame, and the opcodes. */
export const FIN = 0x80;
export const CONTINUATION = 0x00;
export const TEXT = 0x01;
export const BINARY = 0x02;

/** The bit of the second byte that marks a masked payload: a client masks every frame. */
const MASKED = 0x80;

/** The longest header in bytes: two, a length of eight, a mask of four. */
export const LONGEST_HEADER = 14;

/** The header of a payload below 64 KiB. */
const LONG_HEADER = 8;
const SHORT_HEADER = 6;

/** Memory for frames, as bytes and as words, by which it is masked. */
export class Slab {
  readonly bytes: Buffer;
  readonly words: Uint32Array;

  constructor(size: number) {
    // Not from Node's pool: a slice would retain the pool, and might not begin at a word.
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.words = new Uint32Array(this.bytes.buffer, 0, size >>> 2);
  }
}

/** How long the header of a masked frame is. */
export function headerLength(payload: number): number {
  return payload < 126 ? SHORT_HEADER : payload < 65_536 ? LONG_HEADER : LONGEST_HEADER;
}

/** The largest number of bytes of `text` in UTF-8: three for each UTF-16 code unit. */
export const longestEncoding = (text: string): number => text.length * 3;

/** Writes bytes as one frame at `start`; `first` is its first byte: a whole binary message by default. */
export function writeBinaryFrame(slab: Slab, start: number, payload: Uint8Array, first = FIN | BINARY): void {
  const { length } = payload;
  const from = start + headerLength(length);
  writeHeader(slab.bytes, start, first, length);
  const native = length < MANY ? undefined : nativeMask();
  if (native === undefined) {
    slab.bytes.set(payload, from);
    mask(slab, from, from + length);
  } else {
    native(payload, key, slab.bytes, from, length);
  }
}

/**
 * Writes a text message as one frame at `start`; returns the length of its payload. There must be room for
 * {@link longestEncoding} and for {@link LONGEST_HEADER}, where the length is not known.
 */
export function writeTextFrame(slab: Slab, start: number, text: string): number {
  const { bytes } = slab;
  // Correct for ASCII, as most texts are. The length in UTF-8 is known once it is written.
  const guess = start + headerLength(text.length);
  const length = bytes.write(text, guess);
  const from = start + headerLength(length);
  if (from !== guess) bytes.copyWithin(from, guess, guess + length);
  writeHeader(bytes, start, FIN | TEXT, length);
  const native = length < MANY ? undefined : nativeMask();
  if (native === undefined) mask(slab, from, from + length);
  else native(bytes.subarray(from, from + length), key, bytes, from, length);
  return length;
}

/** The header, with a new key at its end. */
function writeHeader(bytes: Buffer, start: number, first: number, length: number): void {
  bytes[start] = first;
  if (length < 126) {
    bytes[start + 1] = MASKED | length;
  } else if (length < 65_536) {
    bytes[start + 1] = MASKED | 126;
    bytes[start + 2] = length >>> 8;
    bytes[start + 3] = length;
  } else {
    bytes[start + 1] = MASKED | 127;
    bytes.writeUIntBE(0, start + 2, 2);
    bytes.writeUIntBE(length, start + 4, 6);
  }
  drawKey();
  const end = start + headerLength(length);
  for (let index = 0; index < 4; index += 1) bytes[end - 4 + index] = key[index] as number;
}

/** Below this many bytes are masked one by one: words need preparation. */
const FEW = 16;

/** From this many bytes on native code masks them, where it is installed. For fewer the call costs more. */
const MANY = 1024;

/** Masks the bytes from `from` to `end` with the present key. */
function mask({ bytes, words }: Slab, from: number, end: number): void {
  let at = from;
  let turn = 0;
  const firstWord = end - from < FEW ? end : (from + 3) & ~3;
  for (; at < firstWord; at += 1, turn += 1) bytes[at] = (bytes[at] as number) ^ (key[turn & 3] as number);
  if (at === end) return;
  const word = turnedKey(turn);
  const lastWord = end >>> 2;
  for (let index = at >>> 2; index < lastWord; index += 1) words[index] = (words[index] as number) ^ word;
  for (at = lastWord << 2; at < end; at += 1) {
    bytes[at] = (bytes[at] as number) ^ (key[(at - from) & 3] as number);
  }
}

// The key as bytes, for both ends of a payload, and as a word in this machine's byte order, for what is between them.
const keyWord = new Uint32Array(1);
const key = new Uint8Array(keyWord.buffer);
const turnedWord = new Uint32Array(1);
const turned = new Uint8Array(turnedWord.buffer);

/** The key as a word that begins with its byte number `turn`. */
function turnedKey(turn: number): number {
  for (let index = 0; index < 4; index += 1) turned[index] = key[(turn + index) & 3] as number;
  return turnedWord[0] as number;
}

/** Keys are drawn many at a time. They must be unpredictable (RFC 6455 §5.3, §10.3). */
const keys = new Uint32Array(2048);
let nextKey = keys.length;

function drawKey(): void {
  if (nextKey === keys.length) {
    randomFillSync(keys);
    nextKey = 0;
  }
  keyWord[0] = keys[nextKey] as number;
  nextKey += 1;
}
