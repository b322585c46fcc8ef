/**
 * Every bad option, URL, close code and reason: a `ConfigurationError` that names it, nothing dialled, no secret in
 * the text. And the places in which options are written down, held together: doc comments, table, docs/options.md.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultOf, documentedOptions, withOptionsTable } from '../../scripts/options/documentation.js';
import { OPTION_TABLE } from '../../src/api/options/optionTable.js';
import { ConfigurationError, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

const SECRET = 's3cret';
const dispatcher = { dispatch: () => true };

/** What each option refuses; strings with the secret must not come out. */
const BAD: Readonly<Record<keyof WebSocketOptions, readonly unknown[]>> = {
  protocols: [1, null, {}, [1], '', `${SECRET} x`, [`${SECRET}\n`], [SECRET, SECRET], 'a,b', 'é'],
  headers: [
    ...[1, null, 'x', [SECRET], { a: 1 }, { a: undefined }, { a: [SECRET] }, { '': 'x' }, { 'a b': 'x' }],
    ...[
      { 'a:': 'x' },
      { 'a\n': 'x' },
      { a: `${SECRET}\n` },
      { a: `${SECRET}\r\nX: y` },
      { a: `${SECRET}\0` },
    ],
    ...[{ a: `${SECRET}✓` }, { Connection: 'x' }, { upgrade: 'x' }, { 'Sec-WebSocket-Key': SECRET }],
    ...[{ 'sec-websocket-protocol': SECRET }, { 'Sec-WebSocket-Version': '8' }, { [Symbol('a')]: 'x' }],
  ],
  dispatcher: [1, null, {}, SECRET, { dispatch: 1 }],
  proxy: [
    ...[
      1,
      null,
      {},
      true,
      SECRET,
      `ftp://${SECRET}@h`,
      `//${SECRET}@h`,
      'http://',
      { url: SECRET },
      { auth: {} },
    ],
    ...[
      { url: 'http://h', auth: SECRET },
      { url: 'http://h', auth: { username: 1 } },
      { url: 'http://h', x: 1 },
    ],
    ...[
      { url: 'http://h', token: `${SECRET}\n` },
      { url: 'http://h', headers: { a: `${SECRET}\n` } },
    ],
    ...[
      { url: 'http://h', bypass: 5 },
      { url: 'http://h', proxyTls: { ca: 5 } },
    ],
  ],
  tls: [
    ...[1, null, SECRET, [], { ca: 1 }, { key: {} }, { passphrase: 1 }, { rejectUnauthorized: 'no' }],
    ...[
      { minVersion: 'TLSv9' },
      { servername: 1 },
      { ciphers: 1 },
      { alpnProtocols: 'h2' },
      { [SECRET.slice(0, 1)]: 1 },
    ],
  ],
  lookup: [1, null, 'dns.lookup', {}],
  family: [5, '4', null, true, Number.NaN],
  localAddress: [1, null, '', 'localhost', '1.2.3', '1.2.3.256', '::g', 'fe80::1%', ['127.0.0.1']],
  perMessageDeflate: [1, null, 'yes'],
  reconnect: [1, 0, null, 'true', {}],
  reconnectDelay: [Number.NaN, -1, '1', null, 2 ** 31, Number.POSITIVE_INFINITY, {}, 1n],
  maxReconnectDelay: [Number.NaN, -1, '1', null, 2 ** 31],
  reconnectJitter: [true, 'half', null, 1, ''],
  maxReconnectAttempts: [Number.NaN, -1, 1.5, '1', null, Number.POSITIVE_INFINITY],
  minUptime: [Number.NaN, -1, '1', null, 2 ** 31],
  shouldReconnect: [true, null, 'x', {}],
  heartbeatInterval: [Number.NaN, -1, '1', null, 2 ** 31],
  heartbeatTimeout: [Number.NaN, -1, '1', null, 2 ** 31],
  connectTimeout: [Number.NaN, -1, '1', null, 2 ** 31],
  prepare: [1, null, 'x', true, {}],
  prepareTimeout: [Number.NaN, -1, 0, '1', null, 2 ** 31],
  closeTimeout: [Number.NaN, -1, '1', null, 2 ** 31],
  awaitDrain: [1, null, 'x'],
  highWaterMark: [Number.NaN, -1, 1.5, '1', null, Number.POSITIVE_INFINITY],
  maxInFlight: [Number.NaN, -1, 1.5, '1', null],
  sendQueue: [
    true,
    null,
    1,
    { maxBytes: -1 },
    { maxBytes: Number.NaN },
    { maxMessages: 1.5 },
    { overflow: 'x' },
    { max: 1 },
  ],
  receiveQueue: [false, null, 1, { maxBytes: -1 }, { maxMessages: '1' }, { overflow: 'reject' }],
  maxPayload: [Number.NaN, -1, 0, 1.5, '1', null],
  maxFrameSize: [Number.NaN, -1, 0, 1.5, '1', null],
  signal: [1, null, {}, new AbortController()],
  inspect: [1, null, {}, 'x'],
  transport: [1, null, {}, { name: 'x', dial() {} }],
  clock: [1, null, {}, { setTimeout() {}, clearTimeout() {} }],
  random: [1, null, {}],
  heartbeatMessage: [1, null, {}, true],
  isHeartbeatReply: [1, null, 'x', true],
  autoConnect: [1, null, 'x'],
};

function refusal(make: () => unknown): ConfigurationError {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return error as ConfigurationError;
  }
  throw new Error('It was taken');
}

describe('a bad option', () => {
  for (const [name, values] of Object.entries(BAD)) {
    it(`${name}: ${values.length} values`, () => {
      for (const value of values) {
        const transport = fakeTransport();
        const options = { transport, autoConnect: true, [name]: value } as WebSocketOptions;
        const error = refusal(() => new ReckerWebSocket('ws://h/', options));
        expect([error.name, error.code, error.option]).toEqual([
          'ConfigurationError',
          'ERR_RECKER_CONFIGURATION',
          name,
        ]);
        expect(error.message).toMatch(new RegExp(`^${name} must be .*; got .+`));
        expect(error.message).not.toContain(SECRET);
        expect(transport.dials).toEqual([]);
      }
    });
  }

  it('is refused by its name where there is none of it', () => {
    const unknown = { reconnectDelays: 1 } as WebSocketOptions;
    const error = refusal(() => new ReckerWebSocket('ws://h/', unknown));
    expect([error.option, error.message]).toEqual([
      'reconnectDelays',
      expect.stringMatching(
        /^Unknown option reconnectDelays \(did you mean reconnectDelay\?\); the options are protocols, headers, /,
      ),
    ]);
    const symbol = { [Symbol('x')]: 1 } as WebSocketOptions;
    expect(refusal(() => new ReckerWebSocket('ws://h/', symbol)).option).toBe('Symbol(x)');
  });

  it.each([[1], [null], ['x'], [[]], [true]])('is no object: %j', (options) => {
    expect(refusal(() => new ReckerWebSocket('ws://h/', options as never)).option).toBe('options');
  });

  it.each([
    ['proxy', 'http://h'],
    ['tls', {}],
    ['lookup', () => {}],
    ['family', 4],
    ['localAddress', '127.0.0.1'],
  ] as const)('is %s beside a dispatcher', (name, value) => {
    const options = { dispatcher, [name]: value };
    const error = refusal(() => new ReckerWebSocket('ws://h/', options));
    expect([error.option, error.message]).toEqual([name, expect.stringContaining('on the dispatcher')]);
  });

  it.each([
    [4, '::1'],
    [6, '127.0.0.1'],
  ] as const)('is localAddress of another family than %d', (family, localAddress) => {
    const error = refusal(() => new ReckerWebSocket('ws://h/', { family, localAddress }));
    expect([error.option, error.message]).toEqual([
      'localAddress',
      `localAddress must be an IPv${family} address where family is ${family}`,
    ]);
    const fitting = family === 4 ? '127.0.0.1' : 'fe80::1%lo';
    expect(new ReckerWebSocket('ws://h/', { family, localAddress: fitting }).state).toBe('idle');
  });

  it('is one that the transport cannot honour', () => {
    const transport = fakeTransport({ supports: [] });
    const asked: WebSocketOptions[] = [
      { headers: {} },
      { proxy: 'http://h' },
      { dispatcher },
      { tls: {} },
      { lookup: () => {} },
      { family: 4 },
      { localAddress: '::1' },
      { perMessageDeflate: true },
      { maxPayload: 5 },
      { maxFrameSize: 5 },
      { heartbeatInterval: 5 },
    ];
    for (const options of asked) {
      const error = refusal(() => new ReckerWebSocket('ws://h/', { ...options, transport }));
      expect([error.option, error.message]).toEqual([
        Object.keys(options)[0],
        expect.stringContaining('with the transport fake'),
      ]);
    }
    const fine = { transport, perMessageDeflate: false, heartbeatInterval: 5, heartbeatMessage: 'ping' };
    expect(new ReckerWebSocket('ws://h/', fine).state).toBe('idle');
  });

  it('given as undefined means the default', () => {
    const options = Object.fromEntries(Object.keys(BAD).map((name) => [name, undefined])) as WebSocketOptions;
    expect(new ReckerWebSocket('ws://h/', options).state).toBe('idle');
  });

  it('is not what the caller makes of it later', async () => {
    const transport = fakeTransport();
    const headers: Record<string, string> = { a: 'b' };
    const protocols = ['chat'];
    const ws = new ReckerWebSocket('ws://h/', { transport, clock: new VirtualClock(), headers, protocols });
    headers.a = 'c\r\nX: y';
    protocols.push('not a token');
    void ws.connect();
    expect([transport.last.request.headers, transport.last.request.protocols]).toEqual([
      { a: 'b' },
      ['chat'],
    ]);
  });
});

describe('a bad URL', () => {
  it.each<[unknown, RegExp]>([
    [undefined, /must be a string or a URL; got a value of type undefined/],
    [null, /must be a string or a URL/],
    [5, /must be a string or a URL/],
    ['', /must be a full ws:\/\/ or wss:\/\/ URL, or a path together with a baseUrl/],
    [`/path?token=${SECRET}`, /baseUrl/],
    [`ws://me:${SECRET}@`, /must be a full/],
    [`http://me:${SECRET}@h/?token=${SECRET}`, /write ws:\/\/h$/],
    [`https://me:${SECRET}@h/?token=${SECRET}`, /write wss:\/\/h$/],
    [`ftp://me:${SECRET}@h/`, /not ftp:$/],
    [`${SECRET}:password@h/`, /must begin with ws:\/\/ or wss:\/\/$/],
    [`ws://me:${SECRET}@h/?token=${SECRET}#part`, /fragment/],
    ['ws://h/#', /fragment/],
    [new URL(`http://me:${SECRET}@h/`), /write ws:\/\/h$/],
  ])('%s', (url, text) => {
    const error = refusal(() => new ReckerWebSocket(url as string));
    expect([error.option, error.message.includes(SECRET)]).toEqual(['url', false]);
    expect(error.message).toMatch(text);
  });
});

describe('close()', () => {
  const CODES = [
    0,
    999,
    1004,
    1005,
    1006,
    1015,
    1016,
    1999,
    2000,
    2999,
    5000,
    -1,
    1000.5,
    Number.NaN,
    '1000',
  ];
  it.each(CODES)('refuses the code %j', (code) => {
    const transport = fakeTransport();
    const ws = new ReckerWebSocket('ws://h/', { transport, clock: new VirtualClock() });
    void ws.connect();
    transport.last.open();
    expect(refusal(() => ws.close(code as number)).option).toBe('code');
    expect([ws.state, transport.last.closes]).toEqual(['open', []]);
  });

  it('takes every code that may travel', () => {
    const taken = [
      1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
    ];
    for (const code of taken) {
      const transport = fakeTransport();
      const ws = new ReckerWebSocket('ws://h/', { transport, clock: new VirtualClock() });
      void ws.connect();
      transport.last.open();
      void ws.close(code, 'bye');
      expect(transport.last.closes).toEqual([{ code, reason: 'bye' }]);
    }
  });

  it('the constructor reads no third argument', () => {
    const three = ReckerWebSocket as new (...all: unknown[]) => ReckerWebSocket;
    const ws = new three('ws://h/', undefined, { parseUrl: 1, headersFor: 1, autoConnect: true });
    expect([ws.url, ws.state]).toEqual(['ws://h/', 'idle']);
  });

  it('null is a Close without a code, and has no reason', () => {
    const transport = fakeTransport();
    const ws = new ReckerWebSocket('ws://h/', { transport, clock: new VirtualClock() });
    void ws.connect();
    transport.last.open();
    expect(refusal(() => ws.close(null, 'bye')).option).toBe('reason');
    expect(ws.state).toBe('open');
    void ws.close(null);
    expect(transport.last.closes).toEqual([{ code: null, reason: '' }]);
  });

  it('null without a connection closes with 1005', async () => {
    const ws = new ReckerWebSocket('ws://h/');
    const closes: unknown[] = [];
    ws.on('close', (...args) => closes.push(args.slice(0, 2)));
    await ws.close(null);
    expect(closes).toEqual([[1005, '']]);
  });

  it.each([['x'.repeat(124)], ['é'.repeat(62)], ['\u{1f600}'.repeat(31)], [5], [null], [{}]])(
    'refuses the reason %j, and nothing changes',
    (reason) => {
      const ws = new ReckerWebSocket('ws://h/');
      expect(refusal(() => ws.close(1000, reason as string)).option).toBe('reason');
      expect(ws.state).toBe('idle');
    },
  );

  it.each([['x'.repeat(123)], ['é'.repeat(61)], ['']])('takes the reason %j', async (reason) => {
    const ws = new ReckerWebSocket('ws://h/');
    const closes: unknown[] = [];
    ws.on('close', (...args) => closes.push(args.slice(0, 2)));
    await ws.close(4000, reason);
    expect(closes).toEqual([[4000, reason]]);
  });

  it('checks also where it is closed already', async () => {
    const ws = new ReckerWebSocket('ws://h/');
    await ws.close();
    expect(refusal(() => ws.close(1005)).option).toBe('code');
  });
});

/** A default as `@default` writes it. */
function written(value: unknown): string {
  if (typeof value === 'function') return value.name;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const members = Object.entries(value).map(([name, member]) => `${name}: ${written(member)}`);
  return `{ ${members.join(', ')} }`;
}

describe('the places where options are written down', () => {
  const documented = documentedOptions();

  it('have the same names, in the same order', () => {
    const names = Object.keys(OPTION_TABLE);
    expect(documented.map(({ name }) => name)).toEqual(names);
    expect(Object.keys(BAD)).toEqual(names);
  });

  it.each(documented)('have the same default: $name', ({ name, byDefault }) => {
    const used: unknown = OPTION_TABLE[name as keyof WebSocketOptions].default;
    const { value } = defaultOf(byDefault);
    if (used !== undefined) expect(value).toBe(written(used));
    // The surroundings supply it: words say what.
    else if (name === 'random') expect(value).toBe('Math.random');
    else expect([value, byDefault]).toEqual([undefined, expect.stringMatching(/\w/)]);
  });

  it.each([
    ['SendQueueOptions', OPTION_TABLE.sendQueue.default],
    ['ReceiveQueueOptions', OPTION_TABLE.receiveQueue.default],
  ])('have the same defaults: %s', (name, used) => {
    const members = documentedOptions(name).map((each) => [each.name, defaultOf(each.byDefault).value]);
    expect(members).toEqual(Object.entries(used).map(([member, value]) => [member, written(value)]));
  });

  it.each(documented)('say what it is: $name', ({ type, unit, text }) => {
    expect(text).toMatch(/^[A-Z].{15,}\.$/);
    if (type === 'number') expect(unit).toBeDefined();
  });

  it('docs/options.md among them: its table is rendered from the doc comments', () => {
    const page = readFileSync(new URL('../../docs/options.md', import.meta.url), 'utf8');
    expect(page, 'run npx tsx scripts/options-table.ts').toBe(withOptionsTable(page));
  });
});
