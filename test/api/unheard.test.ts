/**
 * Ends and errors that nobody listens to: which are warned of, which are thrown, which rejections are left to the
 * runtime; names of events that nobody emits. In processes of their own, whose warnings and uncaught errors are the
 * result.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { runChild } from './childProcess.js';

const HARNESS = `
  const { ReckerWebSocket, ConnectionError, HandshakeError } = recker;
  let seen = [];
  process.on('uncaughtException', (error) => seen.push('uncaught ' + error.name));
  process.on('unhandledRejection', (error) => seen.push('unhandled ' + error.name));
  process.on('warning', ({ name, code, message }) => {
    if (name !== 'ReckerWarning') return;
    seen.push(code);
    texts.push(message);
  });
  const texts = [];
  const settled = async () => { for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setImmediate(resolve)); };
  const refused = () => new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
  async function run(name, options, act) {
    seen = [];
    const transport = kit.fakeTransport();
    const clock = new kit.VirtualClock();
    const ws = new ReckerWebSocket('ws://me:pw@localhost/?token=t', { transport, clock, maxReconnectAttempts: 1, ...options });
    await act({ ws, transport, clock, last: () => transport.last });
    await settled();
    print(JSON.stringify([name, seen]));
  }
  const opened = async ({ ws, transport }) => { const connected = ws.connect(); transport.last.open(); await connected; };
  const gaveUp = async (stage) => { stage.transport.last.end(); stage.clock.advance(1000); stage.transport.last.fail(refused()); };
  const never = async ({ ws, transport, clock }) => {
    ws.send('x'); await null; transport.last.fail(refused()); clock.advance(1000); transport.last.fail(refused());
  };
  const retry = { reconnect: true };
`;

const END = 'RECKER_UNHEARD_END';

describe('an end that nobody listens to', () => {
  let seen: Map<string, readonly string[]>;
  let texts: readonly string[];
  beforeAll(async () => {
    const { out, err } = await runChild(`${HARNESS}
      await run('gave up', retry, async (stage) => { await opened(stage); await gaveUp(stage); });
      await run('lost', {}, async (stage) => { await opened(stage); stage.last().end(); });
      await run('closed by the peer', {}, async (stage) => { await opened(stage); stage.last().peerClose(4001); stage.last().end(); });
      await run('a final re-dial', retry, async (stage) => {
        await opened(stage); stage.last().end(); stage.clock.advance(1000); stage.last().fail(new HandshakeError('401', { status: 401 }));
      });
      await run('a final re-dial, never open', retry, async ({ ws, clock, last }) => {
        ws.send('x'); await null; last().fail(refused()); clock.advance(1000); last().fail(new HandshakeError('401', { status: 401 }));
      });
      await run('a dead peer', {}, async (stage) => { await opened(stage); stage.last().autoAnswer = 'manual'; stage.clock.advance(40_000); stage.last().answer(false); });
      for (const code of [1000, 1001]) await run('the peer says ' + code, {}, async (stage) => { await opened(stage); stage.last().peerClose(code); stage.last().end(); });
      await run('close()', {}, async (stage) => { await opened(stage); stage.ws.close(); stage.last().peerClose(1000); stage.last().end(); });
      await run('terminate()', {}, async (stage) => { await opened(stage); stage.ws.terminate(); });
      const abort = new AbortController();
      await run('abort', { signal: abort.signal }, async (stage) => { await opened(stage); abort.abort(); });
      for (const event of ['error', 'close', 'state', 'max-reconnect-attempts'])
        await run('listens to ' + event, retry, async (stage) => { stage.ws.on(event, () => {}); await opened(stage); await gaveUp(stage); });
      for (const event of ['message', 'open', 'reconnecting', 'undelivered'])
        await run('listens to ' + event, retry, async (stage) => { stage.ws.on(event, () => {}); await opened(stage); await gaveUp(stage); });
      await run('connect() waits', retry, async (stage) => { await opened(stage); stage.last().end(); stage.ws.connect(); stage.clock.advance(1000); stage.last().fail(refused()); });
      await run('reconnect() waits', retry, async (stage) => {
        await opened(stage); stage.ws.reconnect(); stage.last().fail(refused()); stage.clock.advance(1000); stage.last().fail(refused());
      });
      await run('pipeFrom() runs', {}, async (stage) => {
        await opened(stage); stage.ws.pipeFrom((async function* () { await new Promise(() => {}); })()).catch(() => {});
        await settled(); stage.last().end();
      });
      await run('an iteration runs', retry, async (stage) => {
        (async () => { for await (const _ of stage.ws); })().catch(() => {}); stage.last().open(); await settled(); await gaveUp(stage);
      });
      await run('send() waits', retry, async (stage) => { await opened(stage); stage.last().end(); stage.ws.send('x').catch(() => {}); stage.clock.advance(1000); stage.last().fail(refused()); });
      await run('never open: the error is thrown', retry, never);
      await run('never open, listens to max-reconnect-attempts', retry, async (stage) => { stage.ws.on('max-reconnect-attempts', () => {}); await never(stage); });
      await run('never open: connect() is left to the runtime', retry, async ({ ws, clock, last }) => {
        ws.connect(); last().fail(refused()); clock.advance(1000); last().fail(refused());
      });
      await run('never open: connect(), listens to max-reconnect-attempts', retry, async ({ ws, clock, last }) => {
        ws.on('max-reconnect-attempts', () => {}); ws.connect(); last().fail(refused()); clock.advance(1000); last().fail(refused());
      });
      await run('never open: connect(), and an iteration runs', retry, async ({ ws, clock, last }) => {
        (async () => { for await (const _ of ws); })().catch(() => {}); ws.connect(); last().fail(refused()); clock.advance(1000); last().fail(refused());
      });
      print(JSON.stringify(['texts', texts]));
    `);
    expect(err.replace(/^.*(ReckerWarning|node --trace-warnings).*$/gm, '').trim()).toBe('');
    seen = new Map(out.map((line) => JSON.parse(line) as [string, string[]]));
    texts = seen.get('texts') ?? [];
  });

  it.each<[string, readonly string[]]>([
    ['gave up', [END]],
    ['lost', [END]],
    ['closed by the peer', [END]],
    ['a final re-dial', [END]],
    ['a final re-dial, never open', [END]],
    ['a dead peer', [END]],
    ['the peer says 1000', []],
    ['the peer says 1001', []],
    ['close()', []],
    ['terminate()', []],
    ['abort', []],
    ['listens to error', []],
    ['listens to close', []],
    ['listens to state', []],
    ['listens to max-reconnect-attempts', []],
    ['listens to message', [END]],
    ['listens to open', [END]],
    ['listens to reconnecting', [END]],
    ['listens to undelivered', [END]],
    ['connect() waits', []],
    ['reconnect() waits', []],
    ['pipeFrom() runs', []],
    ['an iteration runs', []],
    ['send() waits', [END]],
    ['never open: the error is thrown', ['uncaught ReconnectExhaustedError']],
    ['never open, listens to max-reconnect-attempts', []],
    ['never open: connect() is left to the runtime', ['unhandled ReconnectExhaustedError']],
    ['never open: connect(), listens to max-reconnect-attempts', []],
    ['never open: connect(), and an iteration runs', []],
  ])('%s', (name, expected) => {
    expect(seen.get(name)).toEqual(expected);
  });

  it('is named with the reason and what to listen to, and no secret', () => {
    expect(texts[0]).toBe(
      'The WebSocket client of ws://localhost/?token=*** has ended, and nothing listens: ' +
        'Gave up after 1 reconnection attempt: connect ECONNREFUSED. ' +
        "Listen to 'error', 'close', 'state', 'max-reconnect-attempts', or await connect()",
    );
  });
});

it('events.errorMonitor sees every error: those that are thrown, and those that nobody listens to', async () => {
  const { out } = await runChild(`${HARNESS}
    const { errorMonitor } = await import('node:events');
    for (const [name, listens, act] of [
      ['passing', false, async ({ ws, last }) => { ws.send('x'); await null; last().fail(refused()); }],
      ['given up', false, never],
      ['heard', true, never],
    ]) {
      let count = 0;
      await run(name, retry, async (stage) => {
        stage.ws.on(errorMonitor, () => { count += 1; });
        if (listens) stage.ws.on('error', () => {});
        await act(stage);
      });
      print(count);
    }
  `);
  expect(out).toEqual([
    '["passing",[]]',
    '1',
    '["given up",["uncaught ReconnectExhaustedError"]]',
    '2',
    '["heard",[]]',
    '2',
  ]);
});

it('names that nobody emits are warned of once, with what to listen to', async () => {
  const { out } = await runChild(`${HARNESS}
    const ws = new ReckerWebSocket('ws://localhost/');
    const add = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'];
    const names = ['mesage', 'erorr', 'opn', 'closed', 'reconecting'];
    add.forEach((method, n) => ws[method](names[n], () => {}));
    for (const name of ['ping', 'upgrade', 'unexpected-response']) ws.on(name, () => {});
    for (const name of ['mesage', 'ping', 'message', 'error', 'chat:joined', 'ready', Symbol('mesage')]) ws.on(name, () => {});
    await settled();
    for (const text of texts) print(text);
    print(ws.listenerCount('mesage'), ws.listenerCount('opn'), Object.keys(ReckerWebSocket.prototype).join());
  `);
  expect(out).toEqual([
    "A ReckerWebSocket has no event 'mesage': did you mean 'message'?",
    "A ReckerWebSocket has no event 'erorr': did you mean 'error'?",
    "A ReckerWebSocket has no event 'opn': did you mean 'open'?",
    "A ReckerWebSocket has no event 'closed': did you mean 'close'?",
    "A ReckerWebSocket has no event 'reconecting': did you mean 'reconnecting'?",
    expect.stringContaining("'ping': Pings of the peer are answered"),
    expect.stringContaining("'upgrade': 'open' has the headers"),
    expect.stringContaining("'unexpected-response': 'error' has the answer"),
    expect.stringMatching(/^2,? ?1/),
  ]);
});
