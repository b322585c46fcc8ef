/**
 * Messages in several frames (RFC 6455 §5.4), for peers that refuse long ones: some gateways end a connection at a
 * frame of more than 32 KB.
 */
import type { FrameWriter } from './frameWriter.js';
import { BINARY, CONTINUATION, FIN, TEXT } from './maskedFrame.js';
import type { SendSettings } from './sendSettings.js';

/** The frames of one message, each made when it is written. */
export class Fragments {
  readonly #bytes: Uint8Array;
  readonly #size: number;
  #opcode: number;
  #from = 0;

  constructor(data: string | Uint8Array, size: number) {
    // A copy: the caller may change its bytes before all of them have left.
    this.#bytes = typeof data === 'string' ? Buffer.from(data) : Buffer.from(data);
    this.#opcode = typeof data === 'string' ? TEXT : BINARY;
    this.#size = size;
  }

  /** Bytes of payload that have not been written. */
  get left(): number {
    return this.#bytes.length - this.#from;
  }

  /** Writes the next frame. */
  write(writer: FrameWriter): void {
    const end = Math.min(this.#from + this.#size, this.#bytes.length);
    const fin = end === this.#bytes.length ? FIN : 0;
    writer.writeBinary(this.#bytes.subarray(this.#from, end), fin | this.#opcode);
    this.#opcode = CONTINUATION;
    this.#from = end;
  }
}

/**
 * The parts of a message for `ws`. A part may become longer when it is compressed: by at most an eighth, and by the
 * ends of its blocks (`deflateBound` in zlib).
 */
export function partsOf(
  data: string | Uint8Array,
  { compresses, maxFrameSize }: SendSettings,
): readonly (string | Uint8Array)[] {
  if (maxFrameSize === undefined) return [data];
  const size = compresses ? Math.max(1, Math.floor(((maxFrameSize - 16) * 6) / 7)) : maxFrameSize;
  const whole = typeof data === 'string' ? Buffer.from(data) : data;
  const { length } = whole;
  if (length <= size) return [data];
  const parts: Uint8Array[] = [];
  for (let from = 0; from < length; from += size) {
    parts.push(whole.subarray(from, Math.min(from + size, length)));
  }
  return parts;
}
