/**
 * Messages of several frames, and UTF-8 (RFC 6455 §5.4 and §8.1).
 */
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { needsPongs, needsText } from '../facts.js';
import { fails, passes } from '../verdict.js';
import { clientFrame, OPCODE, type Wire } from '../wire.js';

const check = groupOf('messages');

const failed = 'Close 1002, or the end of TCP';
const notUtf8 = 'Close 1007, or the end of TCP';
const goesOn = 'the connection goes on';

/** Cuts bytes into frames of one message. */
export function fragments(pieces: readonly (Uint8Array | string)[]): Buffer[] {
  return pieces.map((piece, index) =>
    clientFrame(index === 0 ? OPCODE.text : OPCODE.continuation, piece, { fin: index === pieces.length - 1 }),
  );
}

/** The message of the options in three pieces, also where characters are cut. */
function thirds(message: string): Buffer[] {
  const bytes = Buffer.from(message);
  const [one, two] = [Math.ceil(bytes.length / 3), Math.ceil((2 * bytes.length) / 3)];
  return fragments([bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)]);
}

const takesUsual = (frames: (message: string) => readonly Uint8Array[]) => async (bench: Bench) => {
  needsText(bench.profile);
  const wire = await bench.open();
  wire.write(Buffer.concat(frames(bench.settings.message)));
  return bench.takes(wire, OPCODE.text, bench.settings.message, true);
};

const refusesText =
  (...pieces: readonly (Uint8Array | string)[]) =>
  async (bench: Bench) => {
    needsText(bench.profile);
    return bench.refuses(Buffer.concat(fragments(pieces)));
  };

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Two-, three- and four-byte characters (RFC 3629 §3). */
const CHARACTERS = 'κόσμε €\u{1f600}\u{10ffff}';

const pongsNow = async (bench: Bench, wire: Wire, before: string) => {
  if (await bench.ping(wire)) {
    if (!wire.isOver) return undefined;
    return fails(bench.endOf(wire));
  }
  return bench.silence(`no Pong ${before}`, fails);
};

export const messageChecks: readonly CheckDefinition[] = [
  check(['fragments', 'MUST', '6455 §5.4'], 'a text message in three fragments', goesOn, takesUsual(thirds)),
  check(
    ['empty-fragments', 'MUST', '6455 §5.4'],
    'a text message in fragments of which the first, one in the middle and the last are empty',
    goesOn,
    takesUsual((message) => fragments(['', message, '', ''])),
  ),
  check(
    ['control-between', 'MUST', '6455 §5.4'],
    'a fragment of a text, a Ping, after its Pong the other fragment',
    'the Pong before the message is complete, then the connection goes on',
    async (bench) => {
      needsText(bench.profile);
      needsPongs(bench.profile);
      const wire = await bench.open();
      const [first, ...rest] = thirds(bench.settings.message);
      wire.write(first ?? Buffer.alloc(0));
      const early = await pongsNow(bench, wire, 'between two fragments');
      if (early !== undefined) return early;
      wire.write(Buffer.concat(rest));
      return bench.takes(wire, OPCODE.text, bench.settings.message, true);
    },
  ),
  check(
    ['close-between', 'MUST', '6455 §5.4'],
    'a fragment of a text, then Close 1000',
    'Close',
    async (bench) => {
      needsText(bench.profile);
      const wire = await bench.open();
      wire.write(thirds(bench.settings.message)[0] ?? Buffer.alloc(0));
      wire.sendClose(1000);
      await wire.until(() => wire.isOver || undefined, bench.patience);
      if (wire.close !== undefined) return passes(bench.endOf(wire));
      return wire.end === undefined ? bench.silence('no Close', fails) : fails(bench.endOf(wire));
    },
  ),
  check(
    ['continuation-alone', 'MUST', '6455 §5.4'],
    'a continuation frame with nothing to continue',
    failed,
    (bench) => bench.refuses(clientFrame(OPCODE.continuation, bench.settings.message)),
  ),
  check(
    ['continuation-after', 'MUST', '6455 §5.4'],
    'a complete text message, then a continuation frame',
    failed,
    async (bench) => {
      needsText(bench.profile);
      return bench.refuses(
        Buffer.concat([
          clientFrame(OPCODE.text, bench.settings.message),
          clientFrame(OPCODE.continuation, bench.settings.message),
        ]),
      );
    },
  ),
  check(
    ['interleaved', 'MUST', '6455 §5.4'],
    'a fragment of a text, then a new text frame',
    failed,
    async (bench) => {
      needsText(bench.profile);
      const [first = Buffer.alloc(0)] = thirds(bench.settings.message);
      return bench.refuses(Buffer.concat([first, clientFrame(OPCODE.text, bench.settings.message)]));
    },
  ),
  check(
    ['utf8-split', 'MUST', '6455 §5.6'],
    'a text whose characters of 2, 3 and 4 bytes are cut by fragments, one byte in each',
    goesOn,
    async (bench) => {
      needsText(bench.profile);
      const wire = await bench.open();
      const bytes = Buffer.from(CHARACTERS);
      wire.write(Buffer.concat(fragments([...bytes].map((byte) => Buffer.from([byte])))));
      return bench.takes(wire, OPCODE.text, bytes, false);
    },
  ),
  check(
    ['utf8-invalid', 'MUST', '6455 §8.1'],
    'a text that is not UTF-8: the bytes 63 FF 63',
    notUtf8,
    refusesText(hex('63 ff 63')),
  ),
  check(
    ['utf8-split-invalid', 'MUST', '6455 §8.1'],
    'a text in two fragments whose bytes are not UTF-8 together: 63 C3 | 28 63',
    notUtf8,
    refusesText(hex('63 c3'), hex('28 63')),
  ),
  check(
    ['utf8-unfinished', 'MUST', '6455 §8.1'],
    'a text that ends within a character: 63 E2 82',
    notUtf8,
    refusesText(hex('63 e2 82')),
  ),
  check(
    ['utf8-surrogate', 'MUST', '6455 §8.1'],
    'a text with half of a surrogate pair: 63 ED A0 80',
    notUtf8,
    refusesText(hex('63 ed a0 80')),
  ),
  check(
    ['utf8-overlong', 'MUST', '6455 §8.1'],
    'a text with an overlong form of "/": 63 C0 AF',
    notUtf8,
    refusesText(hex('63 c0 af')),
  ),
  check(
    ['utf8-beyond', 'MUST', '6455 §8.1'],
    'a text with a character beyond U+10FFFF: 63 F4 90 80 80',
    notUtf8,
    refusesText(hex('63 f4 90 80 80')),
  ),
];
