/**
 * Much, and slow: what one client does must not take the server away from the others (RFC 6455 §10.4).
 */
import { randomBytes } from 'node:crypto';
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { needsBinary, needsPongs, needsText } from '../facts.js';
import { fails, NotApplicable, notApplicable, passes, type Verdict } from '../verdict.js';
import { clientFrame, closeBody, OPCODE, type Wire } from '../wire.js';

const check = groupOf('limits');

const MiB = 2 ** 20;
const CHUNK = 256 * 1024;
/** Bytes that may wait in this process. */
const WAITING = MiB;
/** How many Pings the slow reader sends for one of the Pings of `limits/pings`. */
const SLOW_READER_PINGS = 20;
const HALF_HANDSHAKES = 20;

const orRefuses = 'the connection goes on, or is closed (1009 or 1008); other clients are served';

/** A binary frame of so many bytes, in chunks; none of it is held in memory twice. */
function* largeFrame(length: number): Generator<Buffer> {
  const header = clientFrame(OPCODE.binary, '', { declared: BigInt(length) });
  yield header;
  const masked = Buffer.alloc(CHUNK, Buffer.from(header.subarray(-4).map((byte) => byte ^ 0x78)));
  for (let left = length; left > 0; left -= CHUNK) yield masked.subarray(0, left);
}

/** Sends all of it, as fast as the server reads; false where it stopped reading, or ended. */
async function sendAll(bench: Bench, wire: Wire, chunks: Iterable<Uint8Array>): Promise<boolean> {
  for (const chunk of chunks) {
    wire.write(chunk);
    while (wire.unsent > WAITING && !wire.isOver) {
      const before = wire.unsent;
      const moved = (): true | undefined => wire.unsent < before || wire.isOver || undefined;
      if ((await wire.until(moved, bench.patience)) === undefined) return false;
    }
    if (wire.isOver) return false;
  }
  return true;
}

/** After a heavy load: the connection goes on or is closed, and another client is served. */
async function standsIt(bench: Bench, wire: Wire, sent: string): Promise<Verdict> {
  const reaction = wire.isOver ? 'over' : await bench.reaction(wire);
  // It may be busy with what it was sent.
  const why = await bench.witness(3);
  if (why !== undefined) return fails(`afterwards another client was not served: ${why}`);
  if (reaction === 'over') return passes(bench.endOf(wire));
  if (reaction === 'alive') return passes(`it took ${sent}`);
  // Another client was served. What was sent may still be on its way through the server: once more the time that it has.
  return (await bench.reaction(wire)) === 'silent'
    ? fails(`no answer on this connection within ${2 * bench.settings.timeout} ms`)
    : passes(wire.isOver ? bench.endOf(wire) : `it took ${sent}`);
}

export const limitChecks: readonly CheckDefinition[] = [
  check(
    ['large-message', 'MUST', '6455 §10.4'],
    'a binary message of 16 MiB (messageBytes) in one frame',
    orRefuses,
    async (bench) => {
      needsBinary(bench.profile);
      const wire = await bench.open();
      if (!(await sendAll(bench, wire, largeFrame(bench.settings.messageBytes))) && !wire.isOver) {
        return bench.silence('it stopped reading, and ended nothing', fails);
      }
      return standsIt(bench, wire, 'it');
    },
    { phase: 'alone', cost: ({ messageBytes }) => ({ bytes: messageBytes }) },
  ),
  check(
    ['declared-length', 'MUST', '6455 §10.4'],
    'the header of a binary frame that declares 1 TiB, and 1 KiB of it',
    'Close 1009, the end of TCP, or patience; other clients are served',
    async (bench) => {
      const wire = await bench.open();
      wire.write(
        Buffer.concat([clientFrame(OPCODE.binary, '', { declared: 1n << 40n }), Buffer.alloc(1024)]),
      );
      await wire.until(() => wire.isOver || undefined, {
        ...bench.patience,
        ms: Math.min(500, bench.patience.ms),
      });
      const why = await bench.witness();
      if (why !== undefined) return fails(`afterwards another client was not served: ${why}`);
      return passes(wire.isOver ? bench.endOf(wire) : 'it waits for the rest');
    },
    { phase: 'alone' },
  ),
  check(
    ['says-1009', 'SHOULD', '6455 §7.4.1'],
    'the header of a binary frame that declares 1 TiB',
    'where it refuses: Close 1009, so that the client does not send it again',
    async (bench) => {
      const wire = await bench.open();
      wire.write(clientFrame(OPCODE.binary, '', { declared: 1n << 40n }));
      await wire.until(() => wire.isOver || undefined, {
        ...bench.patience,
        ms: Math.min(500, bench.patience.ms),
      });
      if (!wire.isOver) throw new NotApplicable('it waits for the rest');
      return wire.close?.code === 1009 ? passes('Close 1009') : fails(bench.endOf(wire));
    },
    { phase: 'alone' },
  ),
  check(
    ['fragments', 'MUST', '6455 §10.4'],
    'a text message in 10,000 fragments (fragments) of one byte',
    orRefuses,
    async (bench) => {
      needsText(bench.profile);
      const wire = await bench.open();
      const count = bench.settings.fragments;
      const middle = Array.from({ length: count - 2 }, () =>
        clientFrame(OPCODE.continuation, 'x', { fin: false }),
      );
      await sendAll(bench, wire, [
        Buffer.concat([
          clientFrame(OPCODE.text, 'x', { fin: false }),
          ...middle,
          clientFrame(OPCODE.continuation, 'x'),
        ]),
      ]);
      return standsIt(bench, wire, `${count} fragments`);
    },
    { phase: 'alone', cost: ({ fragments }) => ({ bytes: 7 * fragments }) },
  ),
  check(
    ['pings', 'MUST', '6455 §5.5.2'],
    '1,000 Pings at once (pings)',
    'a Pong for the last one, or the end of the connection; other clients are served',
    async (bench) => {
      needsPongs(bench.profile);
      const wire = await bench.open();
      const last = randomBytes(8);
      const count = bench.settings.pings;
      const frames = Array.from({ length: count - 1 }, () => clientFrame(OPCODE.ping, 'recker'));
      wire.write(Buffer.concat([...frames, clientFrame(OPCODE.ping, last)]));
      const answered = await bench.ponged(wire, last);
      if (!answered) return bench.silence('no Pong for the last Ping', fails);
      return standsIt(bench, wire, `${count} Pings`);
    },
    { phase: 'alone', cost: ({ pings }) => ({ bytes: 14 * pings }) },
  ),
  check(
    ['slow-reader', 'MUST', '6455 §10.4'],
    '20,000 Pings (20 × pings) of 125 bytes from a client that does not read; then it reads',
    'other clients are served meanwhile; afterwards the connection goes on, or has been ended',
    async (bench) => {
      needsPongs(bench.profile);
      const wire = await bench.open();
      wire.stopReading();
      const ping = clientFrame(OPCODE.ping, Buffer.alloc(125, 'p'));
      const many = Buffer.alloc(ping.length * bench.settings.pings, ping);
      for (let round = 0; round < SLOW_READER_PINGS; round += 1) wire.write(many);
      // It may be busy with the Pings themselves; one that is blocked stays so.
      const why = await bench.witness(5);
      if (why !== undefined) return fails(`meanwhile another client was not served: ${why}`);
      wire.goOnReading();
      return standsIt(bench, wire, 'them');
    },
    { phase: 'alone', cost: ({ pings }) => ({ bytes: SLOW_READER_PINGS * 131 * pings, connections: 9 }) },
  ),
  check(
    ['slow-sender', 'SHOULD', '6455 §10.4'],
    'a text message that comes in 20 pieces over a third of the timeout',
    'other clients are served meanwhile; the connection goes on',
    async (bench) => {
      needsText(bench.profile);
      const wire = await bench.open();
      const bytes = clientFrame(OPCODE.text, bench.settings.message);
      const size = Math.ceil(bytes.length / 20);
      const half = Math.floor(bytes.length / 2);
      let why: string | undefined;
      for (let at = 0; at < bytes.length; at += size) {
        wire.write(bytes.subarray(at, at + size));
        await bench.pause(bench.settings.timeout / 60);
        if (at <= half && at + size > half) why = await bench.witness();
      }
      if (why !== undefined) return fails(`meanwhile another client was not served: ${why}`);
      return bench.survives(wire, true);
    },
    { phase: 'alone' },
  ),
  check(
    ['half-handshakes', 'SHOULD', '6455 §10.4'],
    `${HALF_HANDSHAKES} connections that send half of a handshake and stay`,
    'other clients are served meanwhile',
    async (bench) => {
      for (let count = 0; count < HALF_HANDSHAKES; count += 1) {
        const wire = await bench.dial();
        const { bytes } = bench.request();
        wire.write(bytes.subarray(0, bytes.length / 2));
      }
      const why = await bench.witness();
      return why === undefined
        ? passes('another client was served')
        : fails(`another client was not served: ${why}`);
    },
    { phase: 'alone', cost: () => ({ connections: HALF_HANDSHAKES + 2 }) },
  ),
  check(
    ['close-then-flood', 'SHOULD', '6455 §7.1.1'],
    'Close 1000, then 1 MiB that the server need not read',
    'the server ends TCP in time; other clients are served',
    async (bench) => {
      const wire = await bench.open();
      wire.send(OPCODE.close, closeBody(1000));
      wire.write(Buffer.alloc(Math.min(MiB, bench.settings.messageBytes)));
      await wire.until(() => wire.end, bench.patience);
      const why = await bench.witness();
      if (why !== undefined) return fails(`afterwards another client was not served: ${why}`);
      if (wire.end !== undefined) return passes(wire.end);
      return wire.close === undefined
        ? notApplicable('no Close came: see close/answered')
        : bench.silence('TCP stayed open', fails);
    },
    { phase: 'alone', cost: () => ({ bytes: MiB }) },
  ),
];
