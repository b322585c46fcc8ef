/**
 * Single frames: masks, reserved bits and opcodes, lengths (RFC 6455 §5.1, §5.2 and §5.5), and what the server's own look
 * like.
 */
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { needsBinary, needsPongs, needsText } from '../facts.js';
import { fails, notApplicable, passes, type Verdict } from '../verdict.js';
import { type ClientFrameOptions, clientFrame, OPCODE } from '../wire.js';

const check = groupOf('frames');

const failed = 'Close 1002, or the end of TCP';
const goesOn = 'the connection goes on';

/** Where a frame stands alone it carries the message that the server takes: nothing but the fault is new to it. */
const refusesText = (options: ClientFrameOptions) => async (bench: Bench) => {
  needsText(bench.profile);
  return bench.refuses(clientFrame(OPCODE.text, bench.settings.message, options));
};

const refusesOpcodes = (opcodes: readonly number[]) => async (bench: Bench) => {
  let verdict: Verdict = notApplicable('no opcode');
  for (const opcode of opcodes) {
    verdict = await bench.refuses(clientFrame(opcode));
    if (verdict.result !== 'pass') return { ...verdict, got: `opcode ${opcode}: ${verdict.got}` };
  }
  return verdict;
};

/** A text of so many bytes that begins with the server's message. */
const textOf = (message: string, length: number): string => {
  const rest = length - Buffer.byteLength(message);
  return rest < 0 ? 'x'.repeat(length) : message + 'x'.repeat(rest);
};

/** RFC 6455 §5.2: the least number of bytes has to be used. The sender's duty; few servers look. */
const refusesLength = (lengthBytes: 2 | 8) => (bench: Bench) => {
  needsText(bench.profile);
  return bench.refuses(clientFrame(OPCODE.text, bench.settings.message.slice(0, 40), { lengthBytes }));
};

export const frameChecks: readonly CheckDefinition[] = [
  check(
    ['unmasked', 'MUST', '6455 §5.1'],
    'a text frame without a mask',
    failed,
    refusesText({ masked: false }),
  ),
  check(['unmasked-control', 'MUST', '6455 §5.1'], 'a Ping without a mask', failed, (bench) =>
    bench.refuses(clientFrame(OPCODE.ping, 'recker', { masked: false })),
  ),
  check(
    ['rsv1', 'MUST', '6455 §5.2'],
    'a text frame with RSV1, no extension negotiated',
    failed,
    refusesText({ rsv: 4 }),
  ),
  check(['rsv2', 'MUST', '6455 §5.2'], 'a text frame with RSV2', failed, refusesText({ rsv: 2 })),
  check(['rsv3', 'MUST', '6455 §5.2'], 'a text frame with RSV3', failed, refusesText({ rsv: 1 })),
  check(['rsv-control', 'MUST', '6455 §5.2'], 'a Ping with RSV2', failed, (bench) =>
    bench.refuses(clientFrame(OPCODE.ping, 'recker', { rsv: 2 })),
  ),
  check(
    ['opcode-data', 'MUST', '6455 §5.2'],
    'frames with the reserved opcodes 3 to 7, each on its own connection',
    failed,
    refusesOpcodes([3, 4, 5, 6, 7]),
    { cost: () => ({ connections: 7 }) },
  ),
  check(
    ['opcode-control', 'MUST', '6455 §5.2'],
    'frames with the reserved opcodes 11 to 15, each on its own connection',
    failed,
    refusesOpcodes([11, 12, 13, 14, 15]),
    { cost: () => ({ connections: 7 }) },
  ),
  check(['control-126', 'MUST', '6455 §5.5'], 'a Ping of 126 bytes', failed, (bench) =>
    bench.refuses(clientFrame(OPCODE.ping, Buffer.alloc(126, 'x'))),
  ),
  check(['control-fragmented', 'MUST', '6455 §5.5'], 'a Ping without FIN', failed, (bench) =>
    bench.refuses(clientFrame(OPCODE.ping, 'recker', { fin: false })),
  ),
  check(
    ['length-16', 'SHOULD', '6455 §5.2'],
    'a short text whose length takes 16 bits instead of 7',
    failed,
    refusesLength(2),
  ),
  check(
    ['length-64', 'SHOULD', '6455 §5.2'],
    'a short text whose length takes 64 bits instead of 7',
    failed,
    refusesLength(8),
  ),
  check(
    ['length-2^63', 'MUST', '6455 §5.2'],
    'a frame with the length 2^63: the most significant bit has to be 0',
    'Close 1002 or 1009, or the end of TCP',
    async (bench) => {
      const wire = await bench.open();
      wire.write(clientFrame(OPCODE.binary, '', { declared: 1n << 63n }));
      await wire.until(() => wire.isOver || undefined, bench.patience);
      return wire.isOver
        ? passes(bench.endOf(wire))
        : bench.silence('neither a Close nor the end of TCP', fails);
    },
  ),
  check(
    ['lengths', 'MUST', '6455 §5.2'],
    'text messages of 0, 1, 125, 126, 127 bytes, whose length takes 7 or 16 bits',
    goesOn,
    async (bench) => {
      needsText(bench.profile);
      const wire = await bench.open();
      for (const length of [0, 1, 125, 126, 127])
        wire.send(OPCODE.text, textOf(bench.settings.message, length));
      return bench.takes(wire, OPCODE.text, textOf(bench.settings.message, 127), false);
    },
  ),
  check(
    ['length-65536', 'MUST', '6455 §5.2'],
    'text messages of 65,535 and 65,536 bytes, whose length takes 16 and 64 bits',
    goesOn,
    async (bench) => {
      needsText(bench.profile);
      const wire = await bench.open();
      for (const length of [65_535, 65_536]) wire.send(OPCODE.text, textOf(bench.settings.message, length));
      const verdict = await bench.takes(wire, OPCODE.text, textOf(bench.settings.message, 65_536), false);
      return wire.close?.code === 1009
        ? notApplicable('Close 1009: it takes no message as large as that')
        : verdict;
    },
    { cost: () => ({ bytes: 2 ** 17 }) },
  ),
  check(
    ['binary', 'MUST', '6455 §5.6'],
    'a binary message',
    `${goesOn}, or Close 1003 or 1008`,
    async (bench) => {
      needsBinary(bench.profile);
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      const wire = await bench.open();
      wire.send(OPCODE.binary, bytes);
      return bench.takes(wire, OPCODE.binary, bytes, false);
    },
  ),
  check(
    ['in-pieces', 'MUST', '6455 §5.2'],
    'a text frame byte by byte',
    `${goesOn}: TCP has no boundaries`,
    async (bench) => {
      needsText(bench.profile);
      const wire = await bench.open();
      const bytes = clientFrame(OPCODE.text, bench.settings.message);
      const size = Math.ceil(bytes.length / 24);
      for (let at = 0; at < bytes.length; at += size) {
        wire.write(bytes.subarray(at, at + size));
        await bench.pause(2);
      }
      return bench.takes(wire, OPCODE.text, bench.settings.message, true);
    },
  ),
  check(
    ['at-once', 'MUST', '6455 §5.2'],
    '50 text frames and a Ping in one write',
    `${goesOn}: each is read`,
    async (bench) => {
      needsText(bench.profile);
      const wire = await bench.open();
      const frames = Array.from({ length: 50 }, () => clientFrame(OPCODE.text, bench.settings.message));
      wire.write(Buffer.concat([...frames, clientFrame(OPCODE.ping, 'recker')]));
      return bench.takes(wire, OPCODE.text, bench.settings.message, true);
    },
  ),
  check(
    ['server-unmasked', 'MUST', '6455 §5.1'],
    'a Ping',
    'no frame of the server is masked',
    async (bench) => {
      needsPongs(bench.profile);
      const wire = await bench.open();
      await bench.ping(wire);
      return wire.frames.some(({ masked }) => masked) ? fails('a masked frame') : passes('none');
    },
  ),
  check(
    ['server-reserved', 'MUST', '6455 §5.2'],
    'a Ping, no extension negotiated',
    'no frame of the server has a reserved bit or opcode',
    async (bench) => {
      needsPongs(bench.profile);
      const wire = await bench.open();
      await bench.ping(wire);
      const odd = wire.frames.find(
        ({ rsv, opcode }) => rsv !== 0 || (opcode > 2 && opcode < 8) || opcode > 10,
      );
      if (odd === undefined) return passes('none');
      return fails(odd.rsv === 0 ? `opcode ${odd.opcode}` : 'a reserved bit');
    },
  ),
];
