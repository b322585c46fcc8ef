/**
 * The closing handshake (RFC 6455 §5.5.1 and §7).
 */
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { needsText } from '../facts.js';
import { fails, NotApplicable, passes, type Verdict } from '../verdict.js';
import { clientFrame, closeBody, now, OPCODE, type Wire } from '../wire.js';

const check = groupOf('close');

/** Sends a Close and waits for the answer, or the end. */
async function closed(bench: Bench, body: Uint8Array): Promise<Wire> {
  const wire = await bench.open();
  wire.send(OPCODE.close, body);
  await wire.until(() => wire.isOver || undefined, bench.patience);
  return wire;
}

const answers =
  (body: Uint8Array, isRight: (code: number) => boolean = () => true) =>
  async (bench: Bench) => {
    const wire = await closed(bench, body);
    if (wire.close !== undefined)
      return isRight(wire.close.code) ? passes(bench.endOf(wire)) : fails(bench.endOf(wire));
    return wire.end === undefined ? bench.silence('no Close', fails) : fails(bench.endOf(wire));
  };

/** A code that no endpoint may send must not come back; 1002, another code or the end of TCP is right. */
const notReturned =
  (code: number) =>
  async (bench: Bench): Promise<Verdict> => {
    const wire = await closed(bench, closeBody(code));
    if (wire.close?.code === code && wire.close.length >= 2)
      return fails(`Close ${code}: it sent the code back`);
    return wire.isOver ? passes(bench.endOf(wire)) : bench.silence('no Close', fails);
  };

const notCode = (code: number, why: string, level: 'MUST' | 'SHOULD', rfc: string): CheckDefinition =>
  check(
    [`code-${code}`, level, rfc],
    `Close ${code}, ${why}`,
    `Close 1002, or the end of TCP; never ${code}`,
    notReturned(code),
  );

/** The server's Close after a fault has to say what it was. */
const says =
  (code: number, bytes: (bench: Bench) => Uint8Array) =>
  async (bench: Bench): Promise<Verdict> => {
    const wire = await bench.open();
    wire.write(bytes(bench));
    await wire.until(() => wire.isOver || undefined, bench.patience);
    if (!wire.isOver) throw new NotApplicable('it did not fail the connection: another check says so');
    return wire.close?.code === code ? passes(bench.endOf(wire)) : fails(bench.endOf(wire));
  };

/** Waits for the end of TCP after the server's Close. */
async function endAfterClose(bench: Bench, wire: Wire): Promise<Verdict> {
  await wire.until(() => wire.end, bench.patience);
  if (wire.end === undefined) return bench.silence('TCP stayed open', fails);
  const took = Math.round((wire.endedAt ?? now()) - (wire.closedAt ?? now()));
  return passes(`${wire.end} ${Math.max(0, took)} ms after its Close`);
}

export const closeChecks: readonly CheckDefinition[] = [
  check(['answered', 'MUST', '6455 §5.5.1'], 'Close 1000', 'Close', answers(closeBody(1000))),
  check(
    ['code-returned', 'SHOULD', '6455 §5.5.1'],
    'Close 1000',
    'Close 1000: the code comes back',
    async (bench) => {
      const wire = await closed(bench, closeBody(1000));
      if (wire.close === undefined) throw new NotApplicable('no Close came: see close/answered');
      return wire.close.code === 1000 ? passes('Close 1000') : fails(bench.endOf(wire));
    },
  ),
  check(['empty', 'MUST', '6455 §5.5.1'], 'Close without a code', 'Close', answers(Buffer.alloc(0))),
  check(
    ['empty-code', 'MUST', '6455 §7.4.1'],
    'Close without a code',
    'Close without a code, or with one that may be sent; never 1005',
    async (bench) => {
      const { close } = await closed(bench, Buffer.alloc(0));
      if (close === undefined) throw new NotApplicable('no Close came: see close/empty');
      const sent = close.length >= 2;
      return sent && [1005, 1006, 1015].includes(close.code)
        ? fails(`Close ${close.code} on the wire`)
        : passes(sent ? `Close ${close.code}` : 'Close without a code');
    },
  ),
  check(
    ['reason-123', 'MUST', '6455 §5.5.1'],
    'Close 1000 with a reason of 123 bytes, the longest',
    'Close',
    answers(closeBody(1000, 'r'.repeat(123))),
  ),
  check(
    ['code-3000', 'SHOULD', '6455 §7.4.2'],
    'Close 3000, a registered range',
    'Close; not 1002',
    answers(closeBody(3000), (code) => code !== 1002),
  ),
  check(
    ['code-4999', 'SHOULD', '6455 §7.4.2'],
    'Close 4999, private use',
    'Close; not 1002',
    answers(closeBody(4999), (code) => code !== 1002),
  ),
  notCode(1005, 'which stands for "no code" and is never sent', 'MUST', '6455 §7.4.1'),
  notCode(1006, 'which stands for "no Close" and is never sent', 'MUST', '6455 §7.4.1'),
  notCode(1015, 'which stands for a failed TLS handshake and is never sent', 'MUST', '6455 §7.4.1'),
  notCode(999, 'below the codes in use', 'SHOULD', '6455 §7.4.2'),
  notCode(1004, 'which has no meaning', 'SHOULD', '6455 §7.4.1'),
  notCode(5000, 'above the codes in use', 'SHOULD', '6455 §7.4.2'),
  check(
    ['one-byte', 'MUST', '6455 §5.5.1'],
    'Close with a body of 1 byte: a code has 2',
    'Close 1002, or the end of TCP; never a body of 1 byte',
    async (bench) => {
      const wire = await closed(bench, Buffer.from([3]));
      if (wire.close?.length === 1) return fails('Close with a body of 1 byte');
      return wire.isOver ? passes(bench.endOf(wire)) : bench.silence('no Close', fails);
    },
  ),
  check(
    ['one-byte-code', 'SHOULD', '6455 §7.4.1'],
    'Close with a body of 1 byte: a code has 2',
    'Close 1002, or the end of TCP; not 1000, as if nothing had been wrong',
    async (bench) => {
      const wire = await closed(bench, Buffer.from([3]));
      if (!wire.isOver || wire.close?.length === 1) throw new NotApplicable('see close/one-byte');
      return wire.close?.code === 1000 ? fails('Close 1000') : passes(bench.endOf(wire));
    },
  ),
  check(
    ['reason-utf8', 'SHOULD', '6455 §8.1'],
    'Close 1000 with a reason that is not UTF-8',
    'Close 1007 or 1002, or the end of TCP; not 1000',
    async (bench) => {
      const wire = await closed(bench, Buffer.concat([closeBody(1000), Buffer.from([0x63, 0xff, 0x63])]));
      if (!wire.isOver) return bench.silence('no Close', fails);
      return wire.close?.code === 1000 ? fails('Close 1000') : passes(bench.endOf(wire));
    },
  ),
  check(
    ['data-after', 'MUST', '6455 §5.5.1'],
    'Close 1000, a text message and a Ping in one write',
    'Close, and no data after it, such as an echo',
    async (bench) => {
      const wire = await bench.open();
      const body = closeBody(1000);
      const frames = [
        clientFrame(OPCODE.close, body),
        clientFrame(OPCODE.text, bench.settings.message),
        clientFrame(OPCODE.ping, 'recker'),
      ];
      wire.write(Buffer.concat(frames));
      await wire.until(() => wire.end, bench.patience);
      if (wire.close === undefined) throw new NotApplicable('no Close came: see close/answered');
      const after = wire.frames.slice(wire.frames.findIndex(({ opcode }) => opcode === OPCODE.close) + 1);
      // A Pong is no data frame, and not asked for after a Close (§5.5.2): it does no harm.
      const data = after.filter(({ opcode }) => opcode <= OPCODE.binary).length;
      return data === 0 ? passes('Close, no data after it') : fails(`${data} data frames after its Close`);
    },
  ),
  check(
    ['tcp-ended', 'MUST', '6455 §7.1.1'],
    'Close 1000, and nothing else: TCP is left open',
    'after its Close the server ends TCP, without waiting for the client to do so',
    async (bench) => {
      const wire = await closed(bench, closeBody(1000));
      if (wire.close === undefined) throw new NotApplicable('no Close came: see close/answered');
      return endAfterClose(bench, wire);
    },
  ),
  check(
    ['tcp-ended-after-fault', 'SHOULD', '6455 §7.1.7'],
    'a frame with a reserved opcode; TCP is left open',
    'the server ends TCP in time',
    async (bench) => {
      const wire = await bench.open();
      wire.write(clientFrame(3));
      await wire.until(() => wire.isOver || undefined, bench.patience);
      if (!wire.isOver) throw new NotApplicable('it did not fail the connection: see frames/opcode-data');
      return endAfterClose(bench, wire);
    },
  ),
  check(
    ['says-1002', 'SHOULD', '6455 §10.7'],
    'a frame with a reserved opcode',
    'Close 1002 before the end of TCP, so that the client knows why',
    says(1002, () => clientFrame(3)),
  ),
  check(
    ['says-1007', 'SHOULD', '6455 §10.7'],
    'a text that is not UTF-8',
    'Close 1007 before the end of TCP, so that the client knows why',
    says(1007, ({ profile }) => {
      needsText(profile);
      return clientFrame(OPCODE.text, Buffer.from([0x63, 0xff, 0x63]));
    }),
  ),
  check(
    ['client-fin', 'SHOULD', '6455 §7.1.1'],
    'a FIN without a Close, as a client that was ended sends it',
    'the server ends its side in time',
    async (bench) => {
      const wire = await bench.open();
      wire.finish();
      await wire.until(() => wire.end, bench.patience);
      return wire.end === undefined ? bench.silence('TCP stayed open', fails) : passes(bench.endOf(wire));
    },
  ),
];
