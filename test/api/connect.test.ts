/**
 * Who waits for what: shared dials, a `signal` for each caller, riding through failed dials, the option `signal` in
 * each state, and `await using`.
 */
import { getEventListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ConnectionError, HandshakeError, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { runChild } from './childProcess.js';

function stage(options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const clock = new VirtualClock(1_000_000);
  const ws = new ReckerWebSocket('ws://localhost/', { transport, clock, ...options });
  const log: string[] = [];
  ws.on('state', (state) => log.push(state));
  ws.on('close', (code, _reason, { error }) => log.push(`close ${code}${error ? ` ${error.name}` : ''}`));
  ws.on('error', (error) => log.push(`error ${error.name}`));
  return { transport, clock, ws, log };
}

const refused = () => new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** What became of each so far. */
async function outcomes(...promises: Promise<unknown>[]): Promise<string[]> {
  const told = promises.map(() => 'waits');
  promises.forEach((promise, index) => {
    promise.then(
      () => (told[index] = 'resolved'),
      (error: Error) => (told[index] = error.name),
    );
  });
  await settled();
  return told;
}

describe('connect()', () => {
  it('is one dial for all who call while it lasts', async () => {
    const { ws, transport } = stage();
    const calls = [ws.connect(), ws.connect(), ws.reconnect()];
    expect([transport.dials.length, await outcomes(...calls)]).toEqual([1, ['waits', 'waits', 'waits']]);
    transport.last.open();
    expect(await outcomes(...calls, ws.connect())).toEqual(Array(4).fill('resolved'));
    expect(transport.dials.length).toBe(1);
  });

  it('rejects all of them with the failure, without reconnect', async () => {
    const { ws, transport } = stage();
    const calls = [ws.connect(), ws.connect()];
    const error = refused();
    transport.last.fail(error);
    await expect(calls[0]).rejects.toBe(error);
    await expect(calls[1]).rejects.toBe(error);
    expect(ws.state).toBe('closed');
  });

  it('rides through failed dials, with reconnect', async () => {
    const { ws, transport, clock } = stage({ reconnect: true });
    const connected = ws.connect();
    for (const delay of [1000, 2000, 4000]) {
      transport.last.fail(refused());
      clock.advance(delay);
    }
    expect(await outcomes(connected)).toEqual(['waits']);
    transport.last.open();
    await connected;
  });

  it.each<[string, (scene: ReturnType<typeof stage>) => void, string]>([
    ['is closed while it dials', ({ ws }) => void ws.close(), 'AbortError'],
    [
      'is closed in backoff',
      ({ ws, transport }) => {
        transport.last.fail(refused());
        void ws.close();
      },
      'AbortError',
    ],
    [
      'gives up',
      ({ transport, clock }) => {
        transport.last.fail(refused());
        clock.advance(1000);
        transport.last.fail(refused());
      },
      'ReconnectExhaustedError',
    ],
    [
      'is told that it is final',
      ({ transport }) => transport.last.fail(new HandshakeError('403', { status: 403 })),
      'HandshakeError',
    ],
  ])('rejects where the client %s', async (_name, act, name) => {
    const scene = stage({ reconnect: true, maxReconnectAttempts: 1 });
    const connected = scene.ws.connect();
    act(scene);
    expect(await outcomes(connected)).toEqual([name]);
  });

  it('resolves after open was told and the queue was flushed, and getters are live', async () => {
    const { ws, transport } = stage();
    const order: string[] = [];
    const sent = ws.send('queued').then(() => order.push('sent'));
    ws.on('open', () => order.push(`open ${transport.last.sent.length}`));
    const connected = ws
      .connect()
      .then(() => order.push(`connected ${transport.last.sent.length} ${ws.readyState}`));
    transport.last.open({ protocol: 'chat', extensions: 'x' });
    await Promise.all([sent, connected]);
    expect(order).toEqual(['open 0', 'sent', 'connected 1 1']);
    expect([ws.protocol, ws.extensions, ws.isConnected]).toEqual(['chat', 'x', true]);
  });

  it('may be called again from the continuation of a failed one', async () => {
    const { ws, transport } = stage();
    const first = ws.connect();
    transport.last.fail(refused());
    await first.catch(() => {});
    const second = ws.connect();
    expect(ws.state).toBe('connecting');
    transport.last.open();
    await second;
  });

  it('while the peer is closing joins what follows', async () => {
    const one = stage();
    void one.ws.connect();
    one.transport.last.open();
    one.transport.last.peerClose(1001);
    const failed = one.ws.connect();
    one.transport.last.end();
    await expect(failed).rejects.toMatchObject({ name: 'ConnectionClosedError', closeCode: 1001 });
    const other = stage({ reconnect: true });
    void other.ws.connect();
    other.transport.last.open();
    other.transport.last.peerClose(1001);
    const connected = other.ws.connect();
    other.transport.last.end();
    other.clock.advance(1000);
    other.transport.last.open();
    await connected;
  });
});

describe('close()', () => {
  it('resolves with the connection that it ended, also where connect() was called since', async () => {
    for (const begin of ['ours', 'the peer’s']) {
      const { ws, transport, clock } = stage({ reconnect: true });
      void ws.connect();
      transport.last.open();
      if (begin !== 'ours') transport.last.peerClose(1001);
      const closed = ws.close();
      const connected = ws.connect();
      expect(await outcomes(closed, connected)).toEqual(['waits', 'waits']);
      transport.last.end();
      expect(await outcomes(closed, connected)).toEqual(['resolved', 'waits']);
      clock.advance(1000);
      transport.last.open();
      await connected;
    }
  });

  it('is one end for all who call', async () => {
    const { ws, transport, log } = stage();
    void ws.connect();
    transport.last.open();
    const calls = [ws.close(4000, 'first'), ws.close(4001, 'second')];
    expect(transport.last.closes).toEqual([{ code: 4000, reason: 'first' }]);
    transport.last.end({ code: 4000, wasClean: true });
    expect(await outcomes(...calls, ws.close())).toEqual(['resolved', 'resolved', 'resolved']);
    expect(log).toEqual(['connecting', 'open', 'closing', 'closed', 'close 4000']);
  });
});

describe('the signal of one connect()', () => {
  it('ends its own wait alone', async () => {
    const { ws, transport, log } = stage();
    const abort = new AbortController();
    const mine = ws.connect({ signal: abort.signal });
    const other = ws.connect();
    abort.abort(new Error('changed my mind'));
    await expect(mine).rejects.toMatchObject({ name: 'AbortError', cause: { message: 'changed my mind' } });
    expect([ws.state, transport.live.length]).toEqual(['connecting', 1]);
    transport.last.open();
    await other;
    expect(log).toEqual(['connecting', 'open']);
  });

  it('does not even begin a dial where it is aborted already', async () => {
    const { ws, transport } = stage();
    const cause = new Error('changed my mind');
    const waiting = ws.connect({ signal: AbortSignal.abort(cause) });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError', cause });
    expect([transport.dials.length, ws.state]).toEqual([0, 'idle']);
  });

  it('is let go of, however the wait ends', async () => {
    const { signal } = new AbortController();
    for (const act of ['open', 'fail', 'close']) {
      const { ws, transport } = stage();
      const waits = ws.connect({ signal });
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      if (act === 'open') transport.last.open();
      if (act === 'fail') transport.last.fail(refused());
      if (act === 'close') void ws.close();
      await waits.catch(() => {});
      expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    }
  });
});

describe('the option signal', () => {
  type Scene = ReturnType<typeof stage>;
  const open = ({ ws, transport }: Scene) => {
    ws.connect().catch(() => {});
    transport.last.open();
  };
  const lost = (scene: Scene) => {
    open(scene);
    scene.transport.last.end();
  };
  const exhausted = (scene: Scene) => {
    lost(scene);
    scene.clock.advance(1000);
    scene.transport.last.fail(refused());
  };
  const ways: [string, (scene: Scene) => void, string[]][] = [
    ['idle', () => {}, ['closed']],
    ['connecting', ({ ws }) => void ws.connect().catch(() => {}), ['closed', 'close 1006 AbortError']],
    ['open', open, ['closed', 'close 1006 AbortError']],
    [
      'closing',
      (scene) => {
        open(scene);
        void scene.ws.close();
      },
      ['closed', 'close 1006 AbortError'],
    ],
    ['backoff', lost, ['closed']],
    [
      'reconnecting',
      (scene) => {
        lost(scene);
        scene.clock.advance(1000);
      },
      ['closed', 'close 1006 AbortError'],
    ],
    ['exhausted', exhausted, ['closed']],
    ['closed', ({ ws }) => void ws.close(), []],
  ];

  it.each(ways)('ends the client for good in %s', async (state, reach, events) => {
    const abort = new AbortController();
    const scene = stage({ signal: abort.signal, reconnect: true, maxReconnectAttempts: 1 });
    const { ws, transport, clock, log } = scene;
    reach(scene);
    expect(ws.state).toBe(state);
    log.length = 0;
    abort.abort(new Error('shutdown'));
    expect([ws.state, log, transport.live, clock.pending]).toEqual(['closed', events, [], []]);
    await expect(ws.connect()).rejects.toMatchObject({ name: 'AbortError', cause: { message: 'shutdown' } });
    await expect(ws.reconnect()).rejects.toMatchObject({ name: 'AbortError' });
    await expect(ws.send('x')).rejects.toMatchObject({ name: 'StateError' });
    await expect(
      (async () => {
        for await (const _ of ws);
      })(),
    ).rejects.toMatchObject({ name: 'AbortError' });
    await ws.close();
    expect(log).toEqual(events);
  });

  it('aborted already: the client is closed from the start and never dials', async () => {
    const { ws, transport, clock } = stage({ signal: AbortSignal.abort(), autoConnect: true });
    clock.advance(1000);
    expect([ws.state, ws.readyState, transport.dials.length]).toEqual(['closed', 3, 0]);
    await expect(ws.connect()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('refuses what waits, with the abort', async () => {
    const abort = new AbortController();
    const { ws } = stage({ signal: abort.signal });
    const queued = ws.send('queued');
    abort.abort();
    await expect(queued).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('ends what close() waits for', async () => {
    const abort = new AbortController();
    const { ws, transport } = stage({ signal: abort.signal });
    void ws.connect();
    transport.last.open();
    const closed = ws.close();
    abort.abort();
    await closed;
    expect(transport.last.destroyed).toBe(true);
  });
});

describe('a signal that many share', () => {
  it('has one listener, ends them all, and keeps nobody', async () => {
    const { err, out } = await runChild(
      `
      import { getEventListeners } from 'node:events';
      const { signal } = globalThis.abort = new AbortController();
      process.on('warning', (warning) => print(warning.message));
      const transport = kit.fakeTransport();
      const make = () => new recker.ReckerWebSocket('ws://h/', { transport, signal });
      const kept = Array.from({ length: 20 }, make);
      for (const ws of kept) { ws.connect(); transport.last.open(); }
      for (const ws of kept) ws.connect({ signal });
      for (let count = 0; count < 100; count += 1) make().close();
      const forgotten = new WeakRef(make());
      for (let turn = 0; turn < 20 && forgotten.deref(); turn += 1) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        globalThis.gc();
      }
      print(forgotten.deref() === undefined, getEventListeners(signal, 'abort').length);
      for (const ws of kept) { ws.close(); transport.dials[kept.indexOf(ws)].end(); ws.connect({ signal }); }
      globalThis.abort.abort();
      print(kept.every((ws) => ws.state === 'closed'), transport.live.length);
      `,
      { nodeOptions: ['--expose-gc'] },
    );
    expect([err, out]).toEqual(['', ['true 1', 'true 0']]);
  });
});

describe('await using', () => {
  it('closes at the end of the block', async () => {
    await using server = await FaultServer.start();
    let outer: ReckerWebSocket;
    {
      await using ws = new ReckerWebSocket(server.url());
      outer = ws;
      await ws.connect();
      void ws.send('hello');
    }
    expect(outer.state).toBe('closed');
    await server.waitFor(({ closes, messages }) => closes.length === 1 && messages.length === 1);
    expect(server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
  });
});

describe('the constants', () => {
  it('are on the class and on each client', () => {
    const { ws } = stage();
    for (const holder of [ws, ReckerWebSocket]) {
      expect([holder.CONNECTING, holder.OPEN, holder.CLOSING, holder.CLOSED]).toEqual([0, 1, 2, 3]);
    }
  });
});

describe('the first use', () => {
  const idle = (options: WebSocketOptions = {}) => {
    const scene = stage(options);
    return { ...scene, dialled: () => [scene.ws.state, scene.transport.dials.length] };
  };

  it.each<[string, (ws: ReckerWebSocket) => unknown]>([
    ['send()', (ws) => ws.send('x')],
    ['send() with awaitDrain', (ws) => void ws.send('x', { awaitDrain: true }).catch(() => {})],
    ['sendJSON()', (ws) => ws.sendJSON({})],
  ])('%s dials when the present code has returned, and needs no timer', async (_name, use) => {
    const { ws, transport, clock, dialled } = idle({ connectTimeout: 0 });
    use(ws);
    use(ws);
    expect([...dialled(), clock.pending.length]).toEqual(['idle', 0, 0]);
    const heard: string[] = [];
    ws.on('open', () => heard.push('open'));
    await null;
    expect(dialled()).toEqual(['connecting', 1]);
    transport.last.open();
    expect([heard, transport.last.sent.length]).toEqual([['open'], 2]);
  });

  it.each<[string, (ws: ReckerWebSocket) => unknown]>([
    ['iteration', (ws) => ws[Symbol.asyncIterator]()],
    ['pipeFrom()', (ws) => void ws.pipeFrom(['x']).catch(() => {})],
    ['pipeTo()', (ws) => void ws.pipeTo(new PassThrough()).catch(() => {})],
  ])('%s dials', async (_name, use) => {
    const { ws, dialled } = idle();
    use(ws);
    await settled();
    expect(dialled()).toEqual(['connecting', 1]);
  });

  it('is no message that is refused', async () => {
    const { ws, dialled } = idle({ sendQueue: false });
    await expect(ws.send('x')).rejects.toMatchObject({ name: 'QueueFullError' });
    expect(() => ws.send(1 as never)).toThrow(TypeError);
    await settled();
    expect(dialled()).toEqual(['idle', 0]);
  });

  it.each<[string, (ws: ReckerWebSocket) => void]>([
    ['close()', (ws) => void ws.close()],
    ['terminate()', (ws) => ws.terminate()],
  ])('%s behind it: no dial, and the message is refused', async (_name, end) => {
    const { ws, dialled } = idle({ autoConnect: true });
    const sent = ws.send('x');
    end(ws);
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
    await settled();
    expect(dialled()).toEqual(['closed', 0]);
  });
});
