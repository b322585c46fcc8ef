/**
 * WebSocket frames as bytes (RFC 6455 §5.2): reads the headers of those that a client sends, makes frames of a client,
 * and frames that break the protocol.
 *
 * Owns: the frame layout, as far as the fault server and the examination of servers need it. Must not know: sockets, HTTP or `ws`.
 */
import { randomBytes } from 'node:crypto';
import { constants, deflateRawSync } from 'node:zlib';

/** One frame that a client sent. */
export interface SeenFrame {
  /** 0 continuation, 1 text, 2 binary, 8 Close, 9 Ping, 10 Pong. */
  readonly opcode: number;
  /** Whether it is the last frame of its message. */
  readonly fin: boolean;
  /** Whether RSV1 is set: the message is compressed (RFC 7692 §6). */
  readonly compressed: boolean;
  /** Whether its payload is masked, as every frame of a client must be (§5.3). */
  readonly masked: boolean;
  /** The length of the payload in bytes. */
  readonly length: number;
}

const CLOSE = 8;
const MAX_CONTROL_PAYLOAD = 125;

/** What begins a frame (RFC 6455 §5.2). */
export interface FrameHeader {
  /** The first byte: FIN, the reserved bits and the opcode. */
  readonly first: number;
  readonly masked: boolean;
  /** The length of the header in bytes, with the mask. */
  readonly header: number;
  /** The length of the payload in bytes. */
  readonly length: number;
}

/** Reads the header at the beginning of `bytes`; undefined where bytes are missing. */
export function frameHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const masked = (second & 0x80) !== 0;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const header = 2 + lengthBytes + (masked ? 4 : 0);
  if (bytes.length < header) return undefined;
  const length =
    lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short;
  return { first, masked, header, length };
}

/** Reads frame headers out of a stream of bytes; payloads are skipped, except a Close's. */
export class FrameTap {
  /** The peer's Close, once it has come. */
  close: { readonly code: number; readonly reason: string } | undefined;

  readonly #onFrame: (frame: SeenFrame) => void;
  #bytes: Buffer = Buffer.alloc(0);
  #skip = 0;

  constructor(onFrame: (frame: SeenFrame) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    const skipped = Math.min(this.#skip, chunk.length);
    this.#skip -= skipped;
    if (skipped === chunk.length) return;
    this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(skipped)]);
    while (this.#read()) {
      const rest = Math.min(this.#skip, this.#bytes.length);
      this.#skip -= rest;
      this.#bytes = this.#bytes.subarray(rest);
    }
  }

  /** Reads one header, and a Close whole; false where bytes are missing. Leaves the payload to be skipped. */
  #read(): boolean {
    const bytes = this.#bytes;
    const head = this.#skip > 0 ? undefined : frameHeader(bytes);
    if (head === undefined) return false;
    const { first, masked, header, length } = head;
    const opcode = first & 0x0f;
    if (opcode === CLOSE && length <= MAX_CONTROL_PAYLOAD) {
      if (bytes.length < header + length) return false;
      const payload = Buffer.from(bytes.subarray(header, header + length));
      if (masked) applyMask(payload, bytes.subarray(header - 4, header));
      const code = length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.close = { code, reason: payload.subarray(2).toString('utf8') };
    }
    this.#skip = header + length;
    this.#onFrame({
      opcode,
      fin: (first & 0x80) !== 0,
      compressed: (first & 0x40) !== 0,
      masked,
      length,
    });
    return true;
  }
}

/** How a frame of a client is made; without options it is as RFC 6455 wants it. */
export interface ClientFrameOptions {
  /** Whether it is the last frame of its message. Default `true`. */
  readonly fin?: boolean | undefined;
  /** The reserved bits as a number: RSV1 is 4, RSV2 is 2, RSV3 is 1. Default 0. */
  readonly rsv?: number | undefined;
  /** Whether it is masked (§5.3). Default `true`. */
  readonly masked?: boolean | undefined;
  /** How many bytes the extended length takes: 0, 2 or 8. Default: as few as possible. */
  readonly lengthBytes?: 0 | 2 | 8 | undefined;
  /** The length that the header declares. Default: that of the payload. */
  readonly declared?: bigint | undefined;
}

/** The frame of a client, masked with a random key (RFC 6455 §5.2 and §5.3). */
export function clientFrame(
  opcode: number,
  data: Uint8Array | string = '',
  options: ClientFrameOptions = {},
): Buffer {
  const { fin = true, rsv = 0, masked = true } = options;
  const payload = Buffer.from(data);
  const length = options.declared ?? BigInt(payload.length);
  const lengthBytes = options.lengthBytes ?? (length < 126n ? 0 : length < 0x1_0000n ? 2 : 8);
  const header = Buffer.alloc(2 + lengthBytes + (masked ? 4 : 0));
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const short = lengthBytes === 8 ? 127 : lengthBytes === 2 ? 126 : Number(length);
  header[1] = (masked ? 0x80 : 0) | short;
  if (lengthBytes === 2) header.writeUInt16BE(Number(length), 2);
  if (lengthBytes === 8) header.writeBigUInt64BE(length, 2);
  if (masked) {
    const key = randomBytes(4);
    key.copy(header, header.length - 4);
    applyMask(payload, key);
  }
  return Buffer.concat([header, payload]);
}

/** Masks bytes in place, or unmasks them (RFC 6455 §5.3). */
export function applyMask(payload: Buffer, key: Buffer): void {
  for (let i = 0; i < payload.length; i += 1) payload[i] = (payload[i] ?? 0) ^ (key[i & 3] ?? 0);
}

/** An unmasked Close frame, as a server sends it (RFC 6455 §5.5.1). */
export function closeFrame(code: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  const payload = Buffer.concat([Buffer.from([code >> 8, code & 0xff]), text]);
  return Buffer.concat([Buffer.from([0x88, payload.length]), payload]);
}

/** The beginning of a text frame of 100 bytes: its header and ten of them. */
export function halfFrame(): Buffer {
  return Buffer.concat([Buffer.from([0x81, 100]), Buffer.alloc(10, 'x')]);
}

/**
 * What `sendGarbage()` can send. Each breaks RFC 6455, or is meant to exhaust the client:
 * - `reservedBits`: RSV2 is set (§5.2)
 * - `maskedFrame`: a server's frame is masked (§5.1)
 * - `badUtf8`: a text that is not UTF-8 (§8.1)
 * - `hugeLength`: a length of 2^63 (§5.2)
 * - `zipBomb`: 300 KiB that inflate to 300 MiB; needs permessage-deflate on both sides, else it is a reserved bit
 * - `pingFlood`: 10,000 Pings (§5.5.2)
 * - `manyFragments`: one text in 70,000 fragments (§5.4)
 * - `badOpcode`: opcode 3 (§5.2)
 * - `longControlFrame`: a Ping of 126 bytes (§5.5)
 * - `fragmentedControl`: a Ping without FIN (§5.5)
 */
export type GarbageKind =
  | 'reservedBits'
  | 'maskedFrame'
  | 'badUtf8'
  | 'hugeLength'
  | 'zipBomb'
  | 'pingFlood'
  | 'manyFragments'
  | 'badOpcode'
  | 'longControlFrame'
  | 'fragmentedControl';

const GARBAGE: Readonly<Record<GarbageKind, () => Buffer>> = {
  reservedBits: () => Buffer.from([0xa1, 1, 0x78]),
  maskedFrame: () => Buffer.from([0x81, 0x81, 1, 2, 3, 4, 0x78 ^ 1]),
  badUtf8: () => Buffer.from([0x81, 2, 0xc3, 0x28]),
  hugeLength: () => Buffer.from([0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
  zipBomb: () => zipBomb(300),
  pingFlood: () => repeat(Buffer.from([0x89, 4, 0x70, 0x69, 0x6e, 0x67]), 10_000),
  manyFragments: () =>
    Buffer.concat([
      Buffer.from([0x01, 1, 0x78]),
      repeat(Buffer.from([0x00, 1, 0x78]), 69_998),
      Buffer.from([0x80, 1, 0x78]),
    ]),
  badOpcode: () => Buffer.from([0x83, 0]),
  longControlFrame: () => Buffer.concat([Buffer.from([0x89, 126, 0, 126]), Buffer.alloc(126, 'x')]),
  fragmentedControl: () => Buffer.from([0x09, 0]),
};

/** The bytes of one kind of garbage. */
export function garbage(kind: GarbageKind): Buffer {
  return GARBAGE[kind]();
}

function repeat(bytes: Buffer, times: number): Buffer {
  return Buffer.alloc(bytes.length * times, bytes);
}

/** A compressed binary frame of so many MiB of zeros. One MiB is compressed, with no reference outside itself. */
function zipBomb(mebibytes: number): Buffer {
  const one = deflateRawSync(Buffer.alloc(2 ** 20), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  // The last 00 00 FF FF is not sent (RFC 7692 §7.2.1).
  const payload = repeat(one, mebibytes).subarray(0, -4);
  const header = Buffer.alloc(10);
  header[0] = 0xc2;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([header, payload]);
}
