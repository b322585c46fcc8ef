/** Frames as bytes: read back by the rules of RFC 6455 §5.2 and §5.3, written down anew. */
import { describe, expect, it, vi } from 'vitest';

/** The module anew: it looks for bufferutil once. */
async function load(isNative: boolean) {
  vi.resetModules();
  vi.stubEnv('WS_NO_BUFFER_UTIL', isNative ? '' : '1');
  const { nativeMask } = await import('../../src/services/ws/nativeMask.js');
  expect(nativeMask() !== undefined).toBe(isNative);
  vi.unstubAllEnvs();
  return import('../../src/services/ws/maskedFrame.js');
}
const VARIANTS = { 'with bufferutil': await load(true), 'without bufferutil': await load(false) };

interface Read {
  readonly first: number;
  readonly key: Buffer;
  readonly payload: Buffer;
  readonly end: number;
}

function read(bytes: Buffer, start: number): Read {
  const second = bytes.readUInt8(start + 1);
  expect(second & 0x80).toBe(0x80);
  const short = second & 0x7f;
  const [length, at] =
    short === 127
      ? [Number(bytes.readBigUInt64BE(start + 2)), start + 10]
      : short === 126
        ? [bytes.readUInt16BE(start + 2), start + 4]
        : [short, start + 2];
  // The shortest form is the only one that is allowed.
  expect(short).toBe(length < 126 ? length : length < 65_536 ? 126 : 127);
  const key = Buffer.from(bytes.subarray(at, at + 4));
  const payload = Buffer.from(bytes.subarray(at + 4, at + 4 + length));
  for (let index = 0; index < length; index += 1) {
    payload[index] = payload.readUInt8(index) ^ key.readUInt8(index % 4);
  }
  return { first: bytes.readUInt8(start), key, payload, end: at + 4 + length };
}

const LENGTHS = [
  0, 1, 3, 4, 15, 16, 17, 18, 19, 20, 63, 125, 126, 127, 1000, 65_535, 65_536, 65_537, 200_003,
];
const counted = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 7) & 255));

const PLACES = (Object.keys(VARIANTS) as (keyof typeof VARIANTS)[]).flatMap((variant) =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((start) => [variant, start] as const),
);

describe.each(PLACES)('%s, a frame that begins at byte %i', (variant, start) => {
  const { headerLength, LONGEST_HEADER, longestEncoding, Slab, writeBinaryFrame, writeTextFrame } =
    VARIANTS[variant];

  it.each(LENGTHS)('of %i bytes is binary, masked and nothing beside itself', (length) => {
    const payload = counted(length);
    const slab = new Slab(start + headerLength(length) + length + 9);
    slab.bytes.fill(0xee);
    writeBinaryFrame(slab, start, payload);
    const frame = read(slab.bytes, start);
    expect(frame.first).toBe(0x82);
    expect(frame.payload.equals(payload)).toBe(true);
    expect(frame.end).toBe(start + headerLength(length) + length);
    expect(slab.bytes.subarray(0, start)).toEqual(Buffer.alloc(start, 0xee));
    expect(slab.bytes.subarray(frame.end)).toEqual(Buffer.alloc(9, 0xee));
  });

  it.each([
    '',
    'x',
    'x'.repeat(125),
    'x'.repeat(126),
    'é'.repeat(62),
    'é'.repeat(63), // 126 bytes of 63 characters: the header is longer than it looks
    '€'.repeat(42),
    `${'x'.repeat(124)}é`,
    '🙂'.repeat(31),
    '🙂'.repeat(32),
    'lone \ud800 surrogate',
    'é'.repeat(40_000),
  ])('of a text (%#) is UTF-8', (text) => {
    const slab = new Slab(start + longestEncoding(text) + LONGEST_HEADER);
    const expected = Buffer.from(text);
    expect(writeTextFrame(slab, start, text)).toBe(expected.length);
    const frame = read(slab.bytes, start);
    expect(frame.first).toBe(0x81);
    expect(frame.payload.equals(expected)).toBe(true);
  });
});

it('draws a new key for each frame, from all 2^32', () => {
  const { Slab, writeBinaryFrame } = VARIANTS['without bufferutil'];
  const slab = new Slab(64);
  const keys = Array.from({ length: 5000 }, () => {
    writeBinaryFrame(slab, 0, Buffer.from('same'));
    return read(slab.bytes, 0).key;
  });
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBeGreaterThan(4990);
  for (const place of [0, 1, 2, 3]) expect(new Set(keys.map((key) => key[place])).size).toBe(256);
});
