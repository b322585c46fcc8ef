/** What only a process of its own can show: what reaches the server when it exits, and that it can end. */
import { afterEach, describe, expect, it } from 'vitest';
import { FaultServer, type FaultServerOptions } from '../../src/testing/faultServer.js';
import { runSource } from '../support/child.js';
import { testTls } from '../support/tls.js';

let server: FaultServer;
afterEach(() => server.stop());

const start = async (options?: FaultServerOptions): Promise<void> => {
  server = await FaultServer.start(options);
};

const IMPORT = `import { ReckerWebSocket } from './src/index.ts';`;

describe('process.exit()', () => {
  it.each([
    ['ws', undefined],
    ['wss', testTls],
  ])('after close(1000, …) in the same tick: the Close reaches a %s server', async (_scheme, tls) => {
    await start(tls === undefined ? {} : { tls });
    const child = runSource(`${IMPORT}
      const ws = new ReckerWebSocket('${server.url()}', { tls: { rejectUnauthorized: false } });
      await ws.connect();
      ws.close(1000, 'Client shutting down');
      process.exit(0);
    `);
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.output).toBe('');
    await server.waitFor(({ ended }) => ended === 1);
    expect(server.seen.closes).toEqual([{ code: 1000, reason: 'Client shutting down' }]);
  });

  it('after send() and close(): all that was held goes first, in order', async () => {
    await start();
    const child = runSource(`${IMPORT}
      const ws = new ReckerWebSocket('${server.url()}');
      await ws.connect();
      for (let index = 0; index < 100; index += 1) ws.send(String(index));
      ws.close(4000, 'bye');
      process.exit(0);
    `);
    await child.ended;
    await server.waitFor(({ ended }) => ended === 1);
    expect(server.seen.messages.map(({ data }) => data)).toEqual(
      Array.from({ length: 100 }, (_, index) => String(index)),
    );
    expect(server.seen.closes).toEqual([{ code: 4000, reason: 'bye' }]);
  });

  it('after send() alone: the message has reached the kernel, as with raw ws', async () => {
    await start();
    const child = runSource(`${IMPORT}
      const ws = new ReckerWebSocket('${server.url()}');
      await ws.connect();
      ws.send('last words');
      process.exit(0);
    `);
    await child.ended;
    expect((await server.waitForMessage()).data).toBe('last words');
  });
});

describe('a process', () => {
  // None of these exits by itself: a timer or socket that was left would keep it for its default of 30 s, or
  // for an hour, and the test would fail by its own time-out.
  it('ends when its clients are closed, whatever they were doing', async () => {
    await start();
    const child = runSource(`${IMPORT}
      import { createServer } from 'node:net';
      const url = '${server.url()}';
      const once = (ws, event) => new Promise((resolve) => ws.once(event, resolve));

      const idle = new ReckerWebSocket(url);
      const open = new ReckerWebSocket(url);
      await open.connect();

      const silent = createServer().listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const connecting = new ReckerWebSocket('ws://127.0.0.1:' + silent.address().port, { connectTimeout: 3_600_000 });
      connecting.connect().catch(() => {});

      const retry = { reconnect: true, reconnectDelay: 1_000_000, maxReconnectDelay: 1_000_000 };
      const waiting = new ReckerWebSocket('ws://127.0.0.1:1', retry);
      waiting.on('error', () => {});
      waiting.connect().catch(() => {});
      await once(waiting, 'reconnecting');

      const iterated = new ReckerWebSocket(url);
      const messages = iterated[Symbol.asyncIterator]();
      const rest = messages.next();

      await Promise.all([idle, open, connecting, waiting, iterated].map((ws) => ws.close()));
      await rest;
      silent.close();
      console.log('closed');
    `);
    expect(await child.ended).toEqual({ code: 0, signal: null });
    expect(child.output).toBe('closed\n');
  });

  it('ends when the server has ended the only connection, and nobody wants another', async () => {
    await start();
    const child = runSource(`${IMPORT}
      const ws = new ReckerWebSocket('${server.url()}');
      await ws.connect();
      console.log('open');
    `);
    await child.prints('open');
    server.closeAll(1000);
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });

  it('does not end while a connection is open or a dial is due', async () => {
    await start();
    const child = runSource(`${IMPORT}
      const ws = new ReckerWebSocket('${server.url()}', { reconnect: true, reconnectDelay: 300 });
      ws.on('open', ({ reconnected }) => reconnected && ws.close(4001, 'came back'));
      await ws.connect();
    `);
    await server.waitForConnection(1);
    server.terminateAll();
    expect(await child.ended).toEqual({ code: 0, signal: null });
    await server.waitFor(({ closes }) => closes.length === 1);
    expect(server.seen.closes).toEqual([{ code: 4001, reason: 'came back' }]);
  });

  it('dies of a failure that nobody could hear of, and of no other', async () => {
    await start();
    const dial = (rest: string) =>
      runSource(`${IMPORT}
        const ws = new ReckerWebSocket('ws://127.0.0.1:1', { autoConnect: true });
        ${rest}
      `);
    const unheard = dial('');
    const heard = dial(`ws.on('error', (error) => console.log('heard', error.code));`);
    const awaited = dial(`await ws.connect().catch((error) => console.log('heard', error.code));`);
    expect(await unheard.ended).toEqual({ code: 1, signal: null });
    expect(unheard.output).toContain('ECONNREFUSED');
    for (const child of [heard, awaited]) {
      expect(await child.ended).toEqual({ code: 0, signal: null });
      expect(child.output).toBe('heard ECONNREFUSED\n');
    }
  });
});
