/** Options in the build for pages: what only Node can do is refused by name, and has no checks of its own. */
import { runInThisContext } from 'node:vm';
import { beforeAll, expect, it } from 'vitest';
import { bundle } from './support.js';

type Attempt = (options: Readonly<Record<string, unknown>>) => unknown;

/** Makes a client in the build for pages, and returns what a transport was given, or the message of the error. */
let attempt: Attempt;

const PAGE = `
import { ReckerWebSocket } from 'recker';
globalThis.attempt = (options) => {
  let given;
  const dial = (request) => { given = request.headers; return { send() {}, destroy() {} }; };
  const transport = options.transport && { ...options.transport, dial };
  try {
    const ws = new ReckerWebSocket('ws://x', { ...options, ...(transport && { transport }) });
    ws.on('error', () => {});
    if (transport) ws.connect().catch(() => {});
    ws.terminate();
    return given ?? 'made';
  } catch (error) {
    return error.message;
  }
};`;

beforeAll(async () => {
  runInThisContext((await bundle(PAGE)).code);
  ({ attempt } = globalThis as unknown as { attempt: Attempt });
});

it.each([
  ['headers', { Authorization: 'x' }],
  ['headers', { 'no token': '\n' }],
  ['dispatcher', { dispatch() {} }],
  ['dispatcher', 'no dispatcher'],
  ['proxy', 'http://proxy.example'],
  ['proxy', 'no proxy'],
  ['tls', { ca: 'x' }],
  ['tls', 5],
  ['lookup', () => {}],
  ['family', 5],
  ['localAddress', 'no address'],
  ['perMessageDeflate', true],
  ['perMessageDeflate', 'maybe'],
  ['maxPayload', 1],
  ['maxFrameSize', 1],
])('%s is refused by name (%#)', (name, value) => {
  expect(attempt({ [name]: value })).toBe(`${name} is not possible with the transport native`);
});

const ownTransport = { name: 'own', supports: ['headers', 'proxy', 'dispatcher'] };

it.each([
  ['a record', { A: '1', B: '2' }],
  [
    'pairs',
    [
      ['A', '1'],
      ['B', '2'],
    ],
  ],
  [
    'a Map',
    new Map([
      ['A', '1'],
      ['B', '2'],
    ]),
  ],
])('a transport that sends headers gets them from %s', (_what, headers) => {
  expect(attempt({ headers, transport: ownTransport })).toEqual({ A: '1', B: '2' });
});

it.each([5, null, [1]])('what holds no headers is refused: %j', (headers) => {
  expect(attempt({ headers, transport: ownTransport })).toMatch(/^headers must be a record of strings/);
});

it('what Node alone would refuse together goes to a transport that takes both', () => {
  expect(attempt({ proxy: 'own', dispatcher: 'own', transport: ownTransport })).toEqual({});
});
