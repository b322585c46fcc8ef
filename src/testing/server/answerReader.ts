/**
 * Reads what a server sends on one connection: the heads of its HTTP answers, then frames.
 *
 * Owns: the bytes that are not yet read, and how much of them is kept. Must not know: sockets, or what is right.
 */
import { applyMask, frameHeader } from '../frames.js';

/** The head of an HTTP answer. */
export interface Answer {
  readonly status: number;
  /** As received, names in lower case, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A frame of the server. */
export interface ServerFrame {
  readonly opcode: number;
  readonly fin: boolean;
  /** The reserved bits as a number: RSV1 is 4. */
  readonly rsv: number;
  readonly masked: boolean;
  readonly length: number;
  /** The payload, unmasked; of a longer one its first {@link KEPT} bytes. */
  readonly payload: Buffer;
}

/** How many bytes of a payload are kept. */
const KEPT = 128 * 1024;
/** How long a head may be; what is longer is no answer. */
const LONGEST_HEAD = 64 * 1024;

interface Unfinished {
  readonly frame: Omit<ServerFrame, 'payload'>;
  readonly mask: Buffer | undefined;
  readonly kept: Buffer[];
  left: number;
  room: number;
}

/** One connection's worth of bytes. */
export class AnswerReader {
  /** The final answer to the handshake: not a 1xx, except 101. */
  answer: Answer | undefined;
  /** What was sent is no HTTP answer: it is not read further. */
  garbage = false;
  /** The frames after a 101, in order. */
  readonly frames: ServerFrame[] = [];

  #bytes: Buffer = Buffer.alloc(0);
  #unfinished: Unfinished | undefined;

  push(chunk: Buffer): void {
    if (this.garbage) return;
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    while (this.answer === undefined) if (!this.#readHead()) return;
    if (this.answer.status !== 101) {
      // The body says nothing that is checked.
      this.#bytes = Buffer.alloc(0);
      return;
    }
    while (this.#readFrame());
  }

  #readHead(): boolean {
    const end = this.#bytes.indexOf('\r\n\r\n');
    const begin = this.#bytes.subarray(0, 5).toString('latin1');
    if (!'HTTP/'.startsWith(begin) && !begin.startsWith('HTTP/')) {
      this.garbage = true;
      return false;
    }
    if (end < 0) {
      if (this.#bytes.length > LONGEST_HEAD) this.garbage = true;
      return false;
    }
    const [first = '', ...lines] = this.#bytes.subarray(0, end).toString('latin1').split('\r\n');
    this.#bytes = this.#bytes.subarray(end + 4);
    const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(first)?.[1] ?? 0);
    if (status === 0) {
      this.garbage = true;
      return false;
    }
    if (status >= 200 || status === 101) {
      this.answer = {
        status,
        headers: lines.map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
        }),
      };
    }
    return true;
  }

  #readFrame(): boolean {
    this.#unfinished ??= this.#readHeader();
    const unfinished = this.#unfinished;
    if (unfinished === undefined) return false;
    const part = this.#bytes.subarray(0, unfinished.left);
    this.#bytes = this.#bytes.subarray(part.length);
    unfinished.left -= part.length;
    if (unfinished.room > 0 && part.length > 0) {
      const kept = Buffer.from(part.subarray(0, unfinished.room));
      unfinished.kept.push(kept);
      unfinished.room -= kept.length;
    }
    if (unfinished.left > 0) return false;
    this.#unfinished = undefined;
    const payload = Buffer.concat(unfinished.kept);
    if (unfinished.mask !== undefined) applyMask(payload, unfinished.mask);
    this.frames.push({ ...unfinished.frame, payload });
    return this.#bytes.length > 0;
  }

  #readHeader(): Unfinished | undefined {
    const bytes = this.#bytes;
    const head = frameHeader(bytes);
    if (head === undefined) return undefined;
    const { first, masked, header, length } = head;
    const mask = masked ? Buffer.from(bytes.subarray(header - 4, header)) : undefined;
    this.#bytes = bytes.subarray(header);
    return {
      frame: { opcode: first & 0x0f, fin: (first & 0x80) !== 0, rsv: (first >> 4) & 7, masked, length },
      mask,
      kept: [],
      left: length,
      room: KEPT,
    };
  }
}
