/**
 * Ping and Pong (RFC 6455 §5.5.2 and §5.5.3).
 */
import { randomBytes } from 'node:crypto';
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { needsPongs } from '../facts.js';
import { fails, passes, type Verdict } from '../verdict.js';
import { clientFrame, OPCODE, type Wire } from '../wire.js';

const check = groupOf('ping');

const pongsOf = (wire: Wire) => wire.frames.filter(({ opcode }) => opcode === OPCODE.pong);

/** A Ping whose Pong has to have the same payload. */
const samePayload =
  (payload: Buffer) =>
  async (bench: Bench): Promise<Verdict> => {
    needsPongs(bench.profile);
    const wire = await bench.open();
    wire.send(OPCODE.ping, payload);
    await wire.until(() => pongsOf(wire)[0] ?? (wire.isOver || undefined), bench.patience);
    const [pong] = pongsOf(wire);
    if (pong === undefined) {
      return wire.isOver ? fails(bench.endOf(wire)) : bench.silence('no Pong', fails);
    }
    return pong.payload.equals(payload)
      ? passes('the same payload')
      : fails(`another payload, of ${pong.length} bytes`);
  };

export const pingChecks: readonly CheckDefinition[] = [
  check(['pong', 'MUST', '6455 §5.5.2'], 'a Ping', 'a Pong', async (bench) => {
    const wire = await bench.open();
    wire.send(OPCODE.ping, 'recker');
    await wire.until(() => pongsOf(wire)[0] ?? (wire.isOver || undefined), bench.patience);
    if (pongsOf(wire).length > 0) return passes('a Pong');
    if (wire.isOver) return fails(bench.endOf(wire));
    return bench.silence('no Pong', fails);
  }),
  check(
    ['payload', 'MUST', '6455 §5.5.3'],
    'a Ping with 8 bytes',
    'a Pong with the same payload',
    samePayload(Buffer.from('recker-8')),
  ),
  check(
    ['payload-125', 'MUST', '6455 §5.5.3'],
    'a Ping with 125 bytes that are no text',
    'a Pong with the same payload',
    samePayload(Buffer.from(Array.from({ length: 125 }, (_, index) => 255 - index))),
  ),
  check(
    ['empty', 'MUST', '6455 §5.5.3'],
    'a Ping without a payload',
    'a Pong without a payload',
    samePayload(Buffer.alloc(0)),
  ),
  check(
    ['several', 'MUST', '6455 §5.5.3'],
    '10 Pings at once',
    'a Pong for the last one; earlier ones may be passed over; none twice',
    async (bench) => {
      needsPongs(bench.profile);
      const wire = await bench.open();
      const payloads = Array.from({ length: 10 }, () => randomBytes(8));
      wire.write(Buffer.concat(payloads.map((payload) => clientFrame(OPCODE.ping, payload))));
      const last = payloads.at(-1) ?? Buffer.alloc(0);
      if (!(await bench.ponged(wire, last))) return bench.silence('no Pong for the last Ping', fails);
      if (wire.isOver) return fails(bench.endOf(wire));
      const answered = pongsOf(wire).map(({ payload }) => payload.toString('hex'));
      if (new Set(answered).size < answered.length) return fails('two Pongs for one Ping');
      return passes(`${answered.length} Pongs`);
    },
  ),
  check(
    ['unsolicited-pong', 'MUST', '6455 §5.5.3'],
    'a Pong that answers no Ping',
    'the connection goes on',
    async (bench) => {
      const wire = await bench.open();
      wire.send(OPCODE.pong, 'recker');
      return bench.survives(wire, true);
    },
  ),
];
