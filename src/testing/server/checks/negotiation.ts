/**
 * Subprotocols and extensions: the server chooses out of what was offered (RFC 6455 §4.2.2 and §9.1, RFC 7692).
 */
import { deflateRawSync } from 'node:zlib';
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { needsText } from '../facts.js';
import { tokens } from '../target.js';
import { fails, NotApplicable, passes } from '../verdict.js';
import { clientFrame, OPCODE, type Wire } from '../wire.js';
import { valuesOf } from './handshake.js';

const check = groupOf('negotiation');

const EXTENSIONS = 'Sec-WebSocket-Extensions';
const PROTOCOL = 'Sec-WebSocket-Protocol';

const extensionsOf = (wire: Wire): string[] => valuesOf(wire, EXTENSIONS.toLowerCase()).flatMap(tokens);
const nameOf = (extension: string): string => extension.split(';')[0]?.trim() ?? '';
const parametersOf = (extension: string): string[] =>
  extension
    .split(';')
    .slice(1)
    .map((parameter) => parameter.split('=')[0]?.trim() ?? '');

/** A connection with permessage-deflate, and what the server said about it. */
async function compressed(bench: Bench): Promise<{ readonly wire: Wire; readonly extension: string }> {
  const wire = await bench.open({ headers: { [EXTENSIONS]: 'permessage-deflate' } });
  const extension = extensionsOf(wire).find((each) => nameOf(each) === 'permessage-deflate');
  if (extension === undefined) throw new NotApplicable('the server does not take permessage-deflate');
  return { wire, extension };
}

/** A message, compressed; without the end that RFC 7692 §7.2.1 takes away. */
const deflated = (text: string): Buffer => deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4);

export const negotiationChecks: readonly CheckDefinition[] = [
  check(
    ['protocol-unasked', 'MUST', '6455 §4.2.2'],
    'a handshake that offers no subprotocol',
    `no ${PROTOCOL} in the answer`,
    async (bench) => {
      const { wire } = await bench.shake({ headers: { [PROTOCOL]: undefined } });
      if (wire.answer?.status !== 101)
        throw new NotApplicable(`the server wants a subprotocol: ${bench.answerOf(wire)}`);
      const values = valuesOf(wire, PROTOCOL.toLowerCase());
      return values.length === 0 ? passes('none') : fails('it chose a subprotocol that was not offered');
    },
  ),
  check(
    ['protocol-chosen', 'MUST', '6455 §4.2.2'],
    'a handshake that offers the subprotocols recker-test-a and recker-test-b',
    'one of them, or none, or an HTTP error',
    async (bench) => {
      const offered = ['recker-test-a', 'recker-test-b'];
      const { wire } = await bench.shake({ headers: { [PROTOCOL]: offered.join(', ') } });
      if (wire.answer?.status !== 101) {
        if (wire.answer !== undefined || wire.end !== undefined) return passes(bench.answerOf(wire));
        return bench.silence('no answer', fails);
      }
      const values = valuesOf(wire, PROTOCOL.toLowerCase());
      if (values.length === 0) return passes('101 with none');
      const [chosen = ''] = values;
      if (values.length === 1 && offered.includes(chosen)) return passes(`101 with ${chosen}`);
      return fails(
        values.length > 1 || tokens(chosen).length > 1
          ? 'more than one subprotocol'
          : 'one that was not offered',
      );
    },
  ),
  check(
    ['extension-unasked', 'MUST', '6455 §9.1'],
    'a handshake that offers no extension',
    `no ${EXTENSIONS} in the answer`,
    async (bench) => {
      const names = extensionsOf(await bench.open());
      return names.length === 0 ? passes('none') : fails('it chose an extension that was not offered');
    },
  ),
  check(
    ['extension-unknown', 'MUST', '6455 §9.1'],
    'a handshake that offers the extension x-recker-test, which nobody knows',
    `101 without ${EXTENSIONS}`,
    async (bench) => {
      const { wire } = await bench.shake({ headers: { [EXTENSIONS]: 'x-recker-test; level=1' } });
      if (wire.answer?.status === 101) {
        const names = extensionsOf(wire);
        return names.length === 0
          ? passes('101 without it')
          : fails('101 with an extension that nobody knows');
      }
      if (wire.answer !== undefined || wire.end !== undefined) return fails(bench.answerOf(wire));
      return bench.silence('no answer', fails);
    },
  ),
  check(
    ['deflate-window', 'MUST', '7692 §7.1.2.2'],
    'a handshake that offers permessage-deflate without client_max_window_bits',
    'an answer without client_max_window_bits, each parameter at most once and known',
    async (bench) => {
      const { extension } = await compressed(bench);
      const names = parametersOf(extension);
      const known = ['server_no_context_takeover', 'client_no_context_takeover', 'server_max_window_bits'];
      const other = names.find((name, index) => !known.includes(name) || names.indexOf(name) !== index);
      if (other === undefined) return passes('permessage-deflate');
      return fails(
        other === 'client_max_window_bits'
          ? `it has ${other}`
          : 'it has a parameter that is unknown, or repeated',
      );
    },
  ),
  check(
    ['deflate-message', 'MUST', '7692 §6.2'],
    'with permessage-deflate: a compressed text message',
    'the connection goes on',
    async (bench) => {
      needsText(bench.profile);
      const { wire } = await compressed(bench);
      wire.write(clientFrame(OPCODE.text, deflated(bench.settings.message), { rsv: 4 }));
      return bench.survives(wire, true);
    },
  ),
  check(
    ['deflate-uncompressed', 'MUST', '7692 §6'],
    'with permessage-deflate: a text message that is not compressed',
    'the connection goes on: each message is compressed or not',
    async (bench) => {
      needsText(bench.profile);
      const { wire } = await compressed(bench);
      wire.send(OPCODE.text, bench.settings.message);
      return bench.survives(wire, true);
    },
  ),
  check(
    ['deflate-control', 'MUST', '7692 §6.1'],
    'with permessage-deflate: a Ping with RSV1',
    'Close 1002, or the end of TCP: control frames are never compressed',
    async (bench) =>
      bench.refusedOn((await compressed(bench)).wire, clientFrame(OPCODE.ping, 'recker', { rsv: 4 })),
  ),
  check(
    ['deflate-broken', 'MUST', '7692 §7.2.2'],
    'with permessage-deflate: a compressed text message that does not inflate',
    'Close, or the end of TCP',
    async (bench) =>
      bench.refusedOn(
        (await compressed(bench)).wire,
        clientFrame(OPCODE.text, Buffer.from([7, 255, 255, 255]), { rsv: 4 }),
      ),
  ),
];
