/**
 * The server's answer to a valid opening handshake, and to one that is not valid (RFC 6455 §4.2).
 */
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { type RequestChanges, tokens } from '../target.js';
import { fails, NotApplicable, passes, type Verdict } from '../verdict.js';
import type { Wire } from '../wire.js';

const check = groupOf('handshake');

const valid = 'a valid handshake';
const refused = 'no 101: an HTTP error, such as 400';

/** The values of a header of the answer. */
export function valuesOf(wire: Wire, name: string): string[] {
  return (wire.answer?.headers ?? []).filter(([each]) => each === name).map(([, value]) => value);
}

/** A 101 that carries the header with a token. */
const carries = (name: string, token: string) => async (bench: Bench) => {
  const wire = await bench.open();
  const values = valuesOf(wire, name.toLowerCase());
  const found = values.flatMap(tokens).some((each) => each.toLowerCase() === token);
  return found
    ? passes(`${name}: ${token}`)
    : fails(values.length === 0 ? `no ${name}` : `${name} without ${token}`);
};

/** A request that is no valid handshake. */
const refusesRequest =
  (changes: RequestChanges, { mayBeSilent = false } = {}) =>
  async (bench: Bench): Promise<Verdict> => {
    const { wire } = await bench.shake(changes);
    if (wire.answer?.status === 101) return fails('101: it was accepted');
    const got = bench.answerOf(wire);
    if (wire.answer !== undefined || wire.end !== undefined || mayBeSilent) return passes(got);
    return bench.silence('no answer', fails);
  };

const acceptsRequest = (changes: RequestChanges) => async (bench: Bench) => {
  const { wire } = await bench.shake(changes);
  if (wire.answer?.status === 101) return passes('101');
  if (wire.answer !== undefined || wire.end !== undefined) return fails(bench.answerOf(wire));
  return bench.silence('no answer', fails);
};

const without = (name: string): RequestChanges => ({ headers: { [name]: undefined } });
const withHeader = (name: string, value: string | readonly string[]): RequestChanges => ({
  headers: { [name]: value },
});
const wrongVersion = withHeader('Sec-WebSocket-Version', '99');

export const handshakeChecks: readonly CheckDefinition[] = [
  check(['accepted', 'MUST', '6455 §4.2.2'], valid, '101', async (bench) => {
    const { wire } = await bench.shake();
    if (wire.answer?.status === 101) return passes('101');
    const got = bench.answerOf(wire);
    return fails(
      `${got}; nothing else can be checked: give the URL, headers and subprotocols that it accepts`,
    );
  }),
  check(
    ['upgrade-header', 'MUST', '6455 §4.2.2'],
    valid,
    '101 with Upgrade: websocket',
    carries('Upgrade', 'websocket'),
  ),
  check(
    ['connection-header', 'MUST', '6455 §4.2.2'],
    valid,
    '101 with Connection: Upgrade',
    carries('Connection', 'upgrade'),
  ),
  check(
    ['accept-key', 'MUST', '6455 §4.2.2'],
    valid,
    '101 with Sec-WebSocket-Accept made of the key',
    async (bench) => {
      const { wire, request } = await bench.shake();
      if (wire.answer?.status !== 101) throw new NotApplicable(`not accepted: ${bench.answerOf(wire)}`);
      const values = valuesOf(wire, 'sec-websocket-accept');
      if (values.length === 1 && values[0] === request.accept) return passes('the right value');
      return fails(values.length === 0 ? 'no Sec-WebSocket-Accept' : 'another value');
    },
  ),
  check(
    ['any-case', 'MUST', '6455 §4.2.1'],
    'a handshake with "Upgrade: WebSocket" and "Connection: keep-alive, UPGRADE"',
    '101: both are compared without case, Connection as a list',
    acceptsRequest({ headers: { Upgrade: 'WebSocket', Connection: 'keep-alive, UPGRADE' } }),
  ),
  check(
    ['in-pieces', 'MUST', '9112 §2.2'],
    `${valid} in 8 pieces, 10 ms apart`,
    '101: TCP has no boundaries',
    async (bench) => {
      const wire = await bench.dial();
      const { bytes } = bench.request();
      const size = Math.ceil(bytes.length / 8);
      for (let at = 0; at < bytes.length; at += size) {
        wire.write(bytes.subarray(at, at + size));
        await bench.pause(10);
      }
      await bench.answered(wire);
      if (wire.answer?.status === 101) return passes('101');
      if (wire.answer !== undefined || wire.end !== undefined) return fails(bench.answerOf(wire));
      return bench.silence('no answer', fails);
    },
  ),
  check(
    ['long-request-line', 'SHOULD', '9112 §3'],
    'a handshake whose request line has 7,900 bytes, most of them in the query',
    '101: a server should accept lines of 8,000 bytes',
    async (bench) => {
      const room = 7900 - bench.settings.target.path.length;
      if (room < 100) throw new NotApplicable('the path is longer than that');
      return acceptsRequest({ query: `recker=${'x'.repeat(room)}` })(bench);
    },
  ),
  check(
    ['huge-header', 'SHOULD', '6585 §5'],
    'a handshake with a header of 256 KiB',
    'an HTTP error, such as 431, or the end of TCP; 101 where it takes that much',
    async (bench) => {
      const { wire } = await bench.shake(withHeader('X-Recker', 'x'.repeat(256 * 1024)));
      if (wire.answer !== undefined || wire.end !== undefined) return passes(bench.answerOf(wire));
      return bench.silence('no answer', fails);
    },
  ),
  check(
    ['version-refused', 'MUST', '6455 §4.2.2'],
    'a handshake with Sec-WebSocket-Version: 99',
    'no 101: an HTTP error, such as 426',
    refusesRequest(wrongVersion),
  ),
  check(
    ['version-named', 'MUST', '6455 §4.2.2'],
    'a handshake with Sec-WebSocket-Version: 99',
    'Sec-WebSocket-Version in the answer, with the versions that it knows',
    async (bench) => {
      const { wire } = await bench.shake(wrongVersion);
      const status = wire.answer?.status;
      if (status === undefined || status === 101)
        throw new NotApplicable(`it was answered ${bench.answerOf(wire)}`);
      const values = valuesOf(wire, 'sec-websocket-version').flatMap(tokens);
      return values.includes('13')
        ? passes(`${status} with Sec-WebSocket-Version`)
        : fails(
            `${status} ${values.length === 0 ? 'without Sec-WebSocket-Version' : 'with other versions than 13'}`,
          );
    },
  ),
  check(
    ['version-426', 'SHOULD', '6455 §4.4'],
    'a handshake with Sec-WebSocket-Version: 99',
    '426 Upgrade Required',
    async (bench) => {
      const { wire } = await bench.shake(wrongVersion);
      const status = wire.answer?.status;
      if (status === 101) throw new NotApplicable('it was accepted: see handshake/version-refused');
      return status === 426 ? passes('426') : fails(bench.answerOf(wire));
    },
  ),
  check(
    ['version-missing', 'MUST', '6455 §4.2.1'],
    'a handshake without Sec-WebSocket-Version',
    refused,
    refusesRequest(without('Sec-WebSocket-Version')),
  ),
  check(
    ['key-missing', 'MUST', '6455 §4.2.1'],
    'a handshake without Sec-WebSocket-Key',
    refused,
    refusesRequest(without('Sec-WebSocket-Key')),
  ),
  check(
    ['key-short', 'SHOULD', '6455 §4.2.1'],
    'a handshake whose Sec-WebSocket-Key has 8 bytes instead of 16',
    refused,
    refusesRequest(withHeader('Sec-WebSocket-Key', Buffer.alloc(8, 'k').toString('base64'))),
  ),
  check(
    ['key-twice', 'SHOULD', '6455 §11.3.1'],
    'a handshake with two Sec-WebSocket-Key',
    refused,
    refusesRequest(
      withHeader('Sec-WebSocket-Key', [
        Buffer.alloc(16, 'a').toString('base64'),
        Buffer.alloc(16, 'b').toString('base64'),
      ]),
    ),
  ),
  check(
    ['upgrade-missing', 'MUST', '6455 §4.2.1'],
    'a handshake without Upgrade',
    'no 101: it is an ordinary request',
    refusesRequest(without('Upgrade'), { mayBeSilent: true }),
  ),
  check(
    ['connection-missing', 'MUST', '6455 §4.2.1'],
    'a handshake with Connection: keep-alive',
    'no 101: it is an ordinary request',
    refusesRequest(withHeader('Connection', 'keep-alive'), { mayBeSilent: true }),
  ),
  check(
    ['method', 'MUST', '6455 §4.2.1'],
    'a handshake with POST',
    refused,
    refusesRequest({ method: 'POST', headers: { 'Content-Length': '0' } }, { mayBeSilent: true }),
  ),
  check(
    ['http-1.0', 'SHOULD', '6455 §4.2.1'],
    'a handshake in HTTP/1.0',
    refused,
    refusesRequest({ httpVersion: '1.0' }, { mayBeSilent: true }),
  ),
  check(
    ['host-missing', 'SHOULD', '6455 §4.2.1'],
    'a handshake without Host',
    refused,
    refusesRequest(without('Host')),
  ),
  check(
    ['refusal-answered', 'MUST', '6455 §4.2.1'],
    'a handshake without Sec-WebSocket-Key',
    'an HTTP answer that says why, not the bare end of TCP',
    async (bench) => {
      const { wire } = await bench.shake(without('Sec-WebSocket-Key'));
      const status = wire.answer?.status;
      if (status === 101) throw new NotApplicable('it was accepted: see handshake/key-missing');
      if (status !== undefined) return passes(String(status));
      return wire.end === undefined ? bench.silence('no answer', fails) : fails(bench.answerOf(wire));
    },
  ),
];
