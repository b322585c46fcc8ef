/**
 * A polluted `Object.prototype` changes nothing: what dependencies leave there must not become an option, a
 * header, a proxy or a decision. In a process of its own, against a real server.
 */
import { describe, expect, it } from 'vitest';
import { createClient, ReckerWebSocket } from '../../src/index.js';
import { FaultServer } from '../../src/testing/index.js';
import { testTls } from '../support/tls.js';
import { runChild } from './childProcess.js';

/** Lives of three clients: one before and one for each polluted name. The servers must not run in there. */
const code = (echoing: string, refusing: string): string => `
  process.on('uncaughtException', (error) => print('UNCAUGHT', error.stack));
  process.on('unhandledRejection', (error) => print('UNHANDLED', error.stack));
  const leak = (name) => () => { print('LEAK', name); throw new Error(name); };
  const dead = new AbortController(); dead.abort();
  const POLLUTED = {
    // This library's options, arguments and words.
    headers: { 'x-evil': '1' }, protocols: ['evil'], proxy: 'http://127.0.0.1:1', tls: { ca: 'x' },
    dispatcher: { dispatch: leak('dispatcher') }, transport: { name: 'x', supports: [], dial: leak('transport') },
    clock: { setTimeout: leak('clock'), clearTimeout() {}, now: leak('now') }, random: leak('random'),
    signal: dead.signal, inspect: leak('inspect'), shouldReconnect: leak('shouldReconnect'), sendQueue: false,
    reconnect: true, autoConnect: true, awaitDrain: true, highWaterMark: -1, maxInFlight: 0, maxPayload: 1,
    connectTimeout: 1, closeTimeout: 0, heartbeatInterval: 1, heartbeatMessage: 'evil', perMessageDeflate: true,
    isHeartbeatReply: leak('isHeartbeatReply'), minUptime: 5, maxReconnectAttempts: 0, receiveQueue: { maxMessages: 0 },
    baseUrl: 'http://evil.test', websocket: { protocols: 'evil' }, provider: leak('provider'), 'retry-after': '60',
    passing: true, fatal: true, status: 401, hop: 'proxy', loss: { code: 4000 }, final: true, sentCode: 1002, error: new Error('x'),
    // What ws, Node’s http client, net and tls read. Not "timeout": as every name of an event it breaks Node’s streams.
    agent: { addRequest: leak('agent') }, createConnection: leak('createConnection'), lookup: leak('lookup'),
    auth: 'evil:evil', origin: 'http://evil.test', host: 'evil.test', hostname: 'evil.test', port: 1, path: '/evil',
    socketPath: '/evil', method: 'POST', localAddress: '192.0.2.1', localPort: 1, family: 6,
    handshakeTimeout: 1, finishRequest: leak('finishRequest'), generateMask: leak('generateMask'), maxRedirects: 9,
    followRedirects: true, protocolVersion: 8, skipUTF8Validation: true, autoPong: false, setHost: false,
    allowSynchronousEvents: false, maxHeaderSize: 1, insecureHTTPParser: true, defaultPort: 1, _defaultAgent: {},
    joinDuplicateHeaders: true, setDefaultHeaders: false, uniqueHeaders: ['host'], servername: 'evil.test', noDelay: false,
    keepAlive: true, onread: { buffer: Buffer.alloc(1), callback: leak('onread') }, compress: true, binary: true,
    fin: false, mask: false, highWaterMarkx: 1, allowHalfOpen: true, pauseOnConnect: true, hints: 1,
  };

  async function life() {
    const heard = [];
    const ws = recker.createClient({ headers: { 'x-mine': '1' } }).websocket('${echoing}', { protocols: ['mine'] });
    for (const event of ['open', 'message', 'close', 'error', 'undelivered', 'reconnecting'])
      ws.on(event, (...args) => heard.push([event, ...args.map((each) => each instanceof Error ? each.message : each?.data ?? (typeof each === 'object' ? '' : each))].join(' ')));
    await ws.connect();
    await ws.send('text'); await ws.send(Buffer.from('bytes'), {}); await ws.sendJSON({ a: 1 }, {});
    while (heard.filter((each) => each.startsWith('message')).length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    await ws.close();
    const refused = new recker.ReckerWebSocket('${refusing}', { heartbeatInterval: 0 });
    await refused.connect().catch((error) => heard.push(error.message));
    const provided = new recker.ReckerWebSocket(() => '${refusing}', {});
    await provided.connect({}).catch((error) => heard.push(error.message));
    heard.push(ws.state, refused.state, provided.state);
    return JSON.stringify(heard);
  }

  const clean = await life();
  print('clean', clean);
  for (const [name, value] of Object.entries(POLLUTED)) {
    const timer = setTimeout(() => { print('HANGS', name); process.exit(); }, 3000);
    Object.prototype[name] = value;
    const polluted = await life().catch((error) => String(error.stack));
    delete Object.prototype[name];
    clearTimeout(timer);
    if (polluted !== clean) print('CHANGED', name, polluted);
  }
  print('done', Object.keys(POLLUTED).length);
`;

describe('a polluted Object.prototype', () => {
  it('changes nothing', async () => {
    await using echoing = await FaultServer.start();
    await using refusing = await FaultServer.start();
    echoing.echo();
    refusing.refuse(503);
    const { out, err } = await runChild(code(echoing.url('/a?b=c'), refusing.url()), { timeout: 30_000 });
    expect(err).toBe('');
    expect(out[0]).toMatch(/^clean .*message text.*close 1000/);
    expect(out.slice(1)).toEqual([expect.stringMatching(/^done \d+$/)]);
    const lives = 1 + Number(out[1]?.slice('done '.length));
    for (const [server, each] of [
      [echoing, 1],
      [refusing, 2],
    ] as const) {
      const [first, ...others] = server.seen.handshakes.map(({ url, headers }) => ({
        url,
        headers: { ...headers, 'sec-websocket-key': '' },
      }));
      expect(others).toEqual(Array(lives * each - 1).fill(first));
    }
    const frames = echoing.seen.frames.map(({ opcode }) => opcode);
    expect(frames).toEqual(Array(lives).fill([1, 2, 1, 8]).flat());
  }, 35_000);
});

/** What would make a client trust a certificate that does not verify, or distrust one that does. */
const trust = (url: string): string => `
  process.on('uncaughtException', (error) => print('UNCAUGHT', error.stack));
  const CERT = ${JSON.stringify(testTls.cert)};
  const polluted = {
    rejectUnauthorized: false, ca: CERT, checkServerIdentity: () => undefined, secureContext: {}, servername: 'evil.test',
    minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'NULL', ALPNProtocols: ['evil'], alpnProtocols: ['evil'], crl: 'x',
    cert: 'x', key: 'x', pfx: 'x', passphrase: 'x', sigalgs: 'x', ecdhCurve: 'x', secureProtocol: 'x', secureOptions: 1,
    sessionIdContext: 'x', session: Buffer.alloc(1), requestCert: false, isServer: true, server: {}, pskCallback() {},
    enableTrace: false, requestOCSP: true, socket: {}, minDHSize: 1e6, dhparam: 'x', ticketKeys: 'x', privateKeyEngine: 'x',
  };
  const trusted = [undefined, CERT];
  for (const name of ['', ...Object.keys(polluted)]) {
    const outcomes = [];
    if (name !== '') Object.prototype[name] = polluted[name];
    for (const ca of trusted) {
      const ws = new recker.ReckerWebSocket('${url}', ca === undefined ? {} : { tls: { ca } });
      outcomes.push(await ws.connect().then(() => 'open', (error) => error.code));
      await ws.close();
    }
    delete Object.prototype[name];
    print(name, ...outcomes);
  }
`;

describe('a polluted Object.prototype and TLS', () => {
  it('verifies as before', async () => {
    await using server = await FaultServer.start({ tls: testTls });
    const { out, err } = await runChild(trust(server.url()), { timeout: 30_000 });
    expect(err).toBe('');
    expect(out.length).toBeGreaterThan(30);
    expect(out.filter((line) => !/^\w* DEPTH_ZERO_SELF_SIGNED_CERT open$/.test(line))).toEqual([]);
  }, 35_000);
});

describe('a key that is a prototype', () => {
  const options = (text: string): never => JSON.parse(text) as never;

  it.each<[string, () => unknown, string]>([
    [
      'options',
      () => new ReckerWebSocket('ws://h/', options('{"__proto__":{"reconnect":true}}')),
      '__proto__',
    ],
    ['headers', () => new ReckerWebSocket('ws://h/', options('{"headers":{"__proto__":"x"}}')), 'headers'],
    [
      'sendQueue',
      () => new ReckerWebSocket('ws://h/', options('{"sendQueue":{"__proto__":{}}}')),
      'sendQueue',
    ],
    [
      'receiveQueue',
      () => new ReckerWebSocket('ws://h/', options('{"receiveQueue":{"__proto__":{}}}')),
      'receiveQueue',
    ],
    ['tls', () => new ReckerWebSocket('ws://h/', options('{"tls":{"__proto__":{}}}')), 'tls'],
    ['proxy', () => new ReckerWebSocket('ws://h/', options('{"proxy":{"__proto__":{}}}')), 'proxy'],
    [
      'perMessageDeflate',
      () => new ReckerWebSocket('ws://h/', options('{"perMessageDeflate":{"__proto__":{}}}')),
      'perMessageDeflate',
    ],
    ['client options', () => createClient(options('{"__proto__":{"headers":{}}}')), '__proto__'],
    ['client headers', () => createClient(options('{"headers":{"__proto__":"x"}}')), 'headers'],
    ['client websocket options', () => createClient(options('{"websocket":{"__proto__":{}}}')), '__proto__'],
  ])('is refused in %s', (_name, make, option) => {
    expect(make).toThrow(expect.objectContaining({ name: 'ConfigurationError', option }));
  });

  it('of an object literal sets the prototype: an option that stands there is refused, not left out', () => {
    const make = () => new ReckerWebSocket('ws://h/', { __proto__: { reconnect: true } } as never);
    expect(make).toThrow(/^options must be an object with the options as own members/);
  });
});
