/**
 * Errors that nobody listens to, listeners that throw, and promises that nobody awaits: what ends a process and
 * what does not. In processes of their own, because the test runner takes uncaught errors for itself.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type ChildResult, runChild } from './childProcess.js';

/** Runs each case in one process, with what is uncaught or unhandled on record for each. */
const HARNESS = `
  const { ReckerWebSocket, ConnectionError, HandshakeError } = recker;
  let uncaught = [];
  // Warnings are printed by a listener; test/api/unheard.test.ts is about them.
  process.removeAllListeners('warning');
  process.on('uncaughtException', (error) => uncaught.push('uncaught ' + error.name));
  process.on('unhandledRejection', (error) => uncaught.push('unhandled ' + error.name));
  const settled = async () => { for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve)); };
  const refused = () => new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
  const forbidden = () => new HandshakeError('403', { status: 403 });
  async function run(name, options, act) {
    uncaught = [];
    const transport = kit.fakeTransport();
    const clock = new kit.VirtualClock();
    const ws = new ReckerWebSocket('ws://localhost/', { transport, clock, ...options });
    const told = [];
    if (options.autoConnect) await null;
    await act({ ws, transport, clock, told });
    await settled();
    print(JSON.stringify([name, uncaught, told]));
  }
`;

type Case = readonly [name: string, uncaught: readonly string[], told: readonly unknown[]];
const casesOf = ({ out }: ChildResult): Map<string, readonly [readonly string[], readonly unknown[]]> =>
  new Map(
    out.map((line) => JSON.parse(line) as Case).map(([name, uncaught, told]) => [name, [uncaught, told]]),
  );

describe('an error that nobody listens to', () => {
  let result: ChildResult;
  let cases: ReturnType<typeof casesOf>;

  beforeAll(async () => {
    result = await runChild(`${HARNESS}
      const auto = { autoConnect: true };
      const retry = { autoConnect: true, reconnect: true, maxReconnectAttempts: 1 };
      const giveUp = async ({ transport, clock }) => {
        clock.advance(0); transport.last.fail(refused()); clock.advance(1000); transport.last.fail(refused());
      };
      await run('first dial', auto, ({ transport, clock }) => { clock.advance(0); transport.last.fail(refused()); });
      await run('first dial, error listener', auto, ({ ws, transport, clock, told }) => {
        ws.on('error', (error) => told.push(error.code)); clock.advance(0); transport.last.fail(refused());
      });
      await run('first dial, promise waits', {}, ({ ws, transport, told }) => {
        ws.connect().catch((error) => told.push(error.code)); transport.last.fail(refused());
      });
      await run('first dial, promise joined later', auto, ({ ws, transport, clock, told }) => {
        clock.advance(0); ws.connect().catch((error) => told.push(error.code)); transport.last.fail(refused());
      });
      await run('first dial, promise that nobody awaits', {}, ({ ws, transport }) => {
        ws.connect(); transport.last.fail(refused());
      });
      await run('first dial, promise that nobody awaits, error listener', {}, ({ ws, transport, told }) => {
        ws.on('error', (error) => told.push(error.code)); ws.connect(); transport.last.fail(refused());
      });
      await run('first dial, the only promise has left', {}, ({ ws, transport, told }) => {
        const abort = new AbortController();
        ws.connect({ signal: abort.signal }).catch((error) => told.push(error.name));
        abort.abort(); transport.last.fail(refused());
      });
      await run('first dial, iteration runs', {}, async ({ ws, transport, told }) => {
        const loop = (async () => { for await (const message of ws) told.push(message); })();
        transport.last.fail(refused());
        await loop.catch((error) => told.push(error.code));
      });
      await run('first dial, reconnection follows', { ...retry }, ({ ws, transport, clock, told }) => {
        clock.advance(0); transport.last.fail(refused()); told.push(ws.state);
      });
      await run('attempts ran out', retry, giveUp);
      await run('attempts ran out, error listener', retry, async (stage) => {
        stage.ws.on('error', (error) => stage.told.push(error.name)); await giveUp(stage);
      });
      await run('attempts ran out, max-reconnect-attempts listener', retry, async (stage) => {
        stage.ws.on('max-reconnect-attempts', () => stage.told.push('max')); await giveUp(stage);
      });
      await run('attempts ran out, promise waits', { ...retry, autoConnect: false }, async (stage) => {
        stage.ws.connect().catch((error) => stage.told.push(error.name)); await giveUp(stage);
      });
      await run('lost after it was open', auto, ({ ws, transport, clock, told }) => {
        clock.advance(0); transport.last.open(); transport.last.end({ error: refused() }); told.push(ws.state);
      });
      await run('attempts ran out after it was open', retry, ({ ws, transport, clock, told }) => {
        clock.advance(0); transport.last.open(); transport.last.end();
        clock.advance(1000); transport.last.fail(refused()); told.push(ws.state);
      });
      await run('not open since the second connect()', {}, async ({ ws, transport, told }) => {
        ws.connect().catch(() => {}); transport.last.open(); transport.last.end();
        const abort = new AbortController();
        ws.connect({ signal: abort.signal }).catch((error) => told.push(error.name));
        abort.abort(); transport.last.fail(refused());
      });
      await run('invalid value of a provider', { ...auto, reconnect: true, headers: () => ({ a: 'b\\nc' }) }, async ({ ws, clock, told }) => {
        clock.advance(0); await settled(); told.push(ws.state);
      });
      await run('close() while it dials', auto, ({ ws, clock, told }) => { clock.advance(0); ws.close(); told.push(ws.state); });
      const abort = new AbortController();
      await run('abort while it dials', { ...auto, signal: abort.signal }, ({ ws, clock, told }) => {
        clock.advance(0); abort.abort(); told.push(ws.state);
      });
      await run('shouldReconnect throws', { ...retry, shouldReconnect() { throw new Error('mine'); } }, ({ ws, transport, clock, told }) => {
        clock.advance(0); transport.last.fail(refused()); told.push(ws.state);
      });
      await run('shouldReconnect throws, error listener', { ...retry, shouldReconnect() { throw new Error('mine'); } }, ({ ws, transport, clock, told }) => {
        ws.on('error', (error) => told.push(error.message)); ws.on('state', (state) => told.push(state));
        clock.advance(0); transport.last.fail(forbidden()); told.push(ws.state);
      });
      await run('a re-dial is refused for good', retry, ({ ws, transport, clock, told }) => {
        clock.advance(0); transport.last.fail(refused()); clock.advance(1000); transport.last.fail(forbidden()); told.push(ws.state);
      });
    `);
    cases = casesOf(result);
  });

  it.each<[string, readonly string[], readonly unknown[]]>([
    ['first dial', ['uncaught ConnectionError'], []],
    ['first dial, error listener', [], ['ECONNREFUSED']],
    ['first dial, promise waits', [], ['ECONNREFUSED']],
    ['first dial, promise joined later', [], ['ECONNREFUSED']],
    ['first dial, promise that nobody awaits', ['unhandled ConnectionError'], []],
    ['first dial, promise that nobody awaits, error listener', [], ['ECONNREFUSED']],
    ['first dial, the only promise has left', ['uncaught ConnectionError'], ['AbortError']],
    ['first dial, iteration runs', [], ['ECONNREFUSED']],
    ['first dial, reconnection follows', [], ['backoff']],
    ['attempts ran out', ['uncaught ReconnectExhaustedError'], []],
    ['attempts ran out, error listener', [], ['ConnectionError', 'ReconnectExhaustedError']],
    ['attempts ran out, max-reconnect-attempts listener', [], ['max']],
    ['attempts ran out, promise waits', [], ['ReconnectExhaustedError']],
    ['lost after it was open', [], ['closed']],
    ['attempts ran out after it was open', [], ['exhausted']],
    ['not open since the second connect()', ['uncaught ConnectionError'], ['AbortError']],
    ['invalid value of a provider', ['uncaught ConfigurationError'], ['closed']],
    ['close() while it dials', [], ['closed']],
    ['abort while it dials', [], ['closed']],
    ['shouldReconnect throws', [], ['backoff']],
    ['shouldReconnect throws, error listener', [], ['closed', 'mine', '403', 'closed']],
    ['a re-dial is refused for good', [], ['closed']],
  ])('%s', (name, uncaught, told) => {
    expect(result.err).toBe('');
    expect(cases.get(name)).toEqual([uncaught, told]);
  });
});

it('ends the process where nothing catches it', async () => {
  const { code, err, out } = await runChild(`
    const transport = kit.fakeTransport();
    const ws = new recker.ReckerWebSocket('ws://localhost/', { transport });
    const abort = new AbortController();
    ws.connect({ signal: abort.signal }).catch(() => {});
    abort.abort();
    transport.last.fail(new recker.ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }));
    setTimeout(() => print('still here'), 50);
  `);
  expect([code, out]).toEqual([1, []]);
  expect(err).toContain('ConnectionError: connect ECONNREFUSED');
});

describe('a listener that throws', () => {
  it('is reported as uncaught, and later events and messages still arrive', async () => {
    const { err, out } = await runChild(`${HARNESS}
      const thrown = () => { throw new RangeError('mine'); };
      await run('message', {}, ({ ws, transport, told }) => {
        ws.connect(); transport.last.open();
        ws.on('message', ({ data }) => { told.push(data); thrown(); });
        transport.last.message('a'); transport.last.message('b'); ws.close();
        told.push(ws.state);
      });
      await run('each event', { reconnect: true, maxReconnectAttempts: 1, maxReconnectDelay: 10 }, async ({ ws, transport, clock, told }) => {
        for (const event of ['open', 'message', 'close', 'error', 'reconnecting', 'reconnect-error',
          'max-reconnect-attempts', 'heartbeat-timeout', 'state', 'undelivered', 'pong'])
          ws.on(event, () => { told.push(event); thrown(); });
        const connected = ws.connect();
        transport.last.open();
        await connected; told.push('connected');
        transport.last.message('a'); ws.ping(); transport.last.pong();
        clock.advance(40_000); await settled();
        ws.send('queued'); clock.advance(10); transport.last.fail(refused());
        await settled();
        told.push(ws.state, uncaught.length);
      });
    `);
    expect(err).toBe('');
    const cases = casesOf({ code: 0, out, err });
    expect(cases.get('message')).toEqual([
      ['uncaught RangeError', 'uncaught RangeError'],
      ['a', 'b', 'closing'],
    ]);
    const [uncaught, told] = cases.get('each event') ?? [[], []];
    expect(told).toEqual([
      ...['state', 'state', 'open', 'connected', 'message', 'pong'],
      ...['state', 'heartbeat-timeout', 'close', 'reconnecting'],
      ...['state', 'state', 'reconnect-error', 'close', 'error', 'max-reconnect-attempts', 'undelivered'],
      ...['exhausted', 16],
    ]);
    expect(uncaught).toEqual(Array(16).fill('uncaught RangeError'));
  });
});

describe('listeners beside one that throws', () => {
  const HEARD = `
    const twice = (ws, told, event) => {
      ws.on(event, () => { throw new RangeError('mine'); });
      ws.once(event, () => told.push(event + ' once'));
      ws.on(event, () => told.push(event));
    };
  `;

  it('are called, each event and each message', async () => {
    const { err, out } = await runChild(`${HARNESS}${HEARD}
      await run('all', {}, async ({ ws, transport, told }) => {
        for (const event of ['open', 'message', 'close', 'error']) twice(ws, told, event);
        ws.on((await import('node:events')).errorMonitor, () => told.push('monitor'));
        ws.connect(); transport.last.open(); await settled();
        transport.last.message('a'); transport.last.message('b');
        transport.last.end({ error: refused() }); await settled();
        told.push(uncaught.length);
      });
    `);
    expect(err).toBe('');
    const [, told] = casesOf({ code: 0, out, err }).get('all') ?? [];
    expect(told).toEqual([
      ...['open once', 'open', 'message once', 'message', 'message'],
      ...['monitor', 'error once', 'error', 'close once', 'close', 5],
    ]);
  });

  it('are left to an emit() that the program replaced', async () => {
    const { err, out } = await runChild(`${HARNESS}${HEARD}
      await run('replaced', {}, async ({ ws, transport, told }) => {
        const { emit } = ws;
        ws.emit = function (event, ...args) {
          if (event === 'message') told.push('seen');
          return emit.call(this, event, ...args);
        };
        twice(ws, told, 'message');
        ws.connect(); transport.last.open(); await settled();
        transport.last.message('a');
        told.push(uncaught.length);
      });
    `);
    expect(err).toBe('');
    expect(casesOf({ code: 0, out, err }).get('replaced')?.[1]).toEqual(['seen', 0]);
  });
});

describe('promises that nobody awaits', () => {
  it('of refused messages are no unhandled rejections, and each is told by undelivered', async () => {
    const { err, out } = await runChild(`${HARNESS}
      const listen = (ws, told) => ws.on('undelivered', (data, error) => told.push(String(data) + ' ' + error.name));
      await run('wrong state', {}, ({ ws, transport, told }) => {
        listen(ws, told); ws.connect(); transport.last.open(); ws.close();
        ws.send('a'); ws.send('b', { awaitDrain: true }); ws.sendJSON({ c: 1 }); transport.last.end(); ws.send('d');
      });
      await run('no queue', { sendQueue: false }, ({ ws, told }) => { listen(ws, told); ws.send('a'); ws.send('b', { awaitDrain: true }); });
      await run('full', { sendQueue: { maxMessages: 1 } }, ({ ws, told }) => { listen(ws, told); ws.send('a'); ws.send('b'); ws.close(); });
      await run('drop-oldest', { sendQueue: { maxMessages: 1, overflow: 'drop-oldest' } }, ({ ws, told }) => {
        listen(ws, told); ws.send('a'); ws.send('b', { awaitDrain: true }); ws.send('c'); ws.close();
      });
      await run('failed', {}, ({ ws, transport, told }) => {
        listen(ws, told); ws.connect().catch(() => {}); ws.send('a'); ws.send('b', { awaitDrain: true }); transport.last.fail(refused());
      });
      await run('lost before the drain', {}, ({ ws, transport, told }) => {
        listen(ws, told); ws.connect(); transport.last.open(); transport.last.holdWrites = true;
        ws.send('a', { awaitDrain: true, highWaterMark: 0 }); transport.last.end(); told.push(ws.state);
      });
      await run('close, ping and the rest', {}, ({ ws, transport }) => {
        ws.close(); ws.connect().catch(() => {}); ws.reconnect().catch(() => {}); ws.close(); ws.ping(); ws[Symbol.asyncDispose]();
      });
      await run('connect() that close() ended', {}, ({ ws }) => { ws.connect(); ws.close(); });
    `);
    expect(err).toBe('');
    expect(Object.fromEntries(casesOf({ code: 0, out, err }))).toEqual({
      'wrong state': [[], ['a StateError', 'b StateError', '{"c":1} StateError', 'd StateError']],
      'no queue': [[], ['a QueueFullError', 'b QueueFullError']],
      full: [[], ['b QueueFullError', 'a AbortError']],
      'drop-oldest': [[], ['a QueueFullError', 'b QueueFullError', 'c AbortError']],
      failed: [[], ['a ConnectionError', 'b ConnectionError']],
      'lost before the drain': [[], ['closed']],
      'close, ping and the rest': [[], []],
      'connect() that close() ended': [[], []],
    });
  });
});
