/**
 * RFC 6455 framing by hand, for the two ends that must cost less than any library: the benchmark's server
 * and the bare TCP client. It knows nothing of handshakes, extensions or fragmentation, none of which occur
 * here.
 */

export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Largest header of §5.2: 2 bytes, 8 of length, 4 of mask. */
const MAX_HEADER = 14;

function writeHeader(opcode: number, length: number, masked: boolean): Buffer {
  const maskBit = masked ? 0x80 : 0;
  const header =
    length < 126 ? Buffer.alloc(2) : length < 65_536 ? Buffer.alloc(4) : /* 64-bit length */ Buffer.alloc(10);
  header[0] = 0x80 | opcode;
  if (length < 126) {
    header[1] = maskBit | length;
  } else if (length < 65_536) {
    header[1] = maskBit | 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = maskBit | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return header;
}

/** What a server sends: no mask. */
export function serverFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([writeHeader(opcode, payload.length, false), payload]);
}

/** What a client sends: masked, as §5.3 demands. */
export function clientFrame(opcode: number, payload: Buffer): Buffer {
  const mask = Buffer.from([0x12, 0x34, 0x56, 0x78]);
  const masked = Buffer.from(payload);
  applyMask(masked, mask);
  return Buffer.concat([writeHeader(opcode, payload.length, true), mask, masked]);
}

function applyMask(data: Buffer, mask: Buffer): void {
  for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) ^ (mask[i & 3] ?? 0);
}

/**
 * Finds the frames in a byte stream. Payloads of data frames are skipped without being touched unless
 * `wantsPayload`, so that counting 64 KiB frames costs no more than counting small ones.
 */
export class FrameReader {
  private readonly head = Buffer.alloc(MAX_HEADER);
  private headLength = 0;
  private remaining = 0;
  private opcode = 0;
  private mask: Buffer | undefined;
  private collected: Buffer[] | undefined;

  constructor(
    private readonly onFrame: (opcode: number, payload: Buffer | undefined) => void,
    public wantsPayload: boolean,
  ) {}

  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.remaining > 0) {
        const take = Math.min(this.remaining, chunk.length - at);
        this.collected?.push(chunk.subarray(at, at + take));
        at += take;
        this.remaining -= take;
        if (this.remaining === 0) this.finish();
        continue;
      }
      if (this.headLength === 0) {
        const size = this.parseHeader(chunk, at, chunk.length - at);
        if (size > 0) {
          at += size;
          continue;
        }
      }
      // A header cut in two by the network: gather it byte by byte.
      this.head[this.headLength++] = chunk[at++] ?? 0;
      if (this.parseHeader(this.head, 0, this.headLength) > 0) this.headLength = 0;
    }
  }

  /** Returns the header's size, or 0 when it is not all there yet. */
  private parseHeader(from: Buffer, at: number, available: number): number {
    if (available < 2) return 0;
    const first = from[at] ?? 0;
    const second = from[at + 1] ?? 0;
    const masked = second >= 0x80;
    let length = second & 0x7f;
    const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0;
    const size = 2 + lengthBytes + (masked ? 4 : 0);
    if (available < size) return 0;
    if (lengthBytes === 2) length = from.readUInt16BE(at + 2);
    else if (lengthBytes === 8) length = Number(from.readBigUInt64BE(at + 2));

    this.opcode = first & 0x0f;
    this.remaining = length;
    if (this.wantsPayload || this.opcode >= Opcode.close) {
      this.collected = [];
      this.mask = masked ? Buffer.from(from.subarray(at + size - 4, at + size)) : undefined;
    }
    if (length === 0) this.finish();
    return size;
  }

  private finish(): void {
    const { collected, mask } = this;
    this.collected = undefined;
    if (collected === undefined) {
      this.onFrame(this.opcode, undefined);
      return;
    }
    const payload = Buffer.concat(collected);
    if (mask !== undefined) applyMask(payload, mask);
    this.onFrame(this.opcode, payload);
  }
}
