/**
 * terminate(): what becomes of those who wait, of iterators and pipes, and of the client afterwards. What each state
 * brings is in the hand-written table.
 */
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, fakeTransport, VirtualClock } from '../../src/testing/index.js';

function stage(options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const clock = new VirtualClock();
  const ws = new ReckerWebSocket('ws://localhost/', { transport, clock, ...options });
  const log: string[] = [];
  ws.on('close', (code, reason, info) => log.push(`close ${code} "${reason}" ${JSON.stringify(info)}`));
  ws.on('error', (error) => log.push(`error ${error.name}`));
  ws.on('undelivered', (data, error) => log.push(`undelivered ${data} ${error.name}`));
  return { transport, clock, ws, log };
}

const ENDED = 'close 1006 "" {"wasClean":false,"unsentBytes":0,"willReconnect":false}';
const ABORTED = { name: 'AbortError', message: 'The client was terminated' };

it('rejects what was queued and who waits with an AbortError, and connect() revives the client', async () => {
  const { ws, transport, log } = stage({ reconnect: true });
  const connected = ws.connect();
  const sent = ws.send('queued');
  ws.terminate();
  expect(log).toEqual([ENDED, 'undelivered queued AbortError']);
  await expect(connected).rejects.toMatchObject(ABORTED);
  await expect(sent).rejects.toMatchObject(ABORTED);
  ws.terminate();
  expect(log).toHaveLength(2);
  const again = ws.connect();
  transport.last.open();
  await again;
  expect(ws.state).toBe('open');
});

it('resolves close() and rejects a wait for the drain', async () => {
  const { ws, transport } = stage();
  transport.holdWrites = true;
  void ws.connect();
  transport.last.open();
  const drained = ws.send('x'.repeat(20_000), { awaitDrain: true });
  const closed = ws.close();
  ws.terminate();
  await closed;
  await expect(drained).rejects.toMatchObject(ABORTED);
});

it('inside an open listener sends what the listener sent, and no Close', async () => {
  const server = await FaultServer.start();
  try {
    const ws = new ReckerWebSocket(server.url());
    ws.on('open', () => {
      ws.send('last words');
      ws.terminate();
    });
    const [code] = (await Promise.all([once(ws, 'close'), ws.connect().catch(() => {})]))[0];
    expect(code).toBe(1006);
    await expect.poll(() => server.seen.messages.length).toBe(1);
    await expect.poll(() => server.seen.ended).toBe(1);
    expect(server.seen.closes).toEqual([]);
  } finally {
    await server.stop();
  }
});

it('ends iterators after what they hold, and rejects pipes', async () => {
  const { ws, transport } = stage({ reconnect: true });
  const messages = ws[Symbol.asyncIterator]();
  const source = new Readable({ read() {} });
  const sink = new PassThrough();
  const pipes = [ws.pipeFrom(source), ws.pipeTo(sink)].map((pipe) =>
    pipe.then(
      () => 'resolved',
      (error: Error) => error.name,
    ),
  );
  transport.last.open();
  transport.last.message('held');
  await new Promise((resolve) => setImmediate(resolve));
  ws.terminate();
  expect(await messages.next()).toMatchObject({ value: { data: 'held' } });
  expect(await messages.next()).toEqual({ done: true, value: undefined });
  expect(await Promise.all(pipes)).toEqual(['AbortError', 'AbortError']);
  expect(source.destroyed && sink.destroyed).toBe(true);
});

it('gives up what an iterator left unread at its break: the next one begins with its own connection', async () => {
  const { ws, transport } = stage();
  const first = ws[Symbol.asyncIterator]();
  transport.last.open();
  for (const data of ['read', 'left']) transport.last.message(data);
  await first.next();
  await first.return(undefined);
  ws.terminate();
  const second = ws[Symbol.asyncIterator]();
  transport.last.open();
  transport.last.message('new');
  expect((await second.next()).value?.data).toBe('new');
  expect(ws.stats().messagesUnread).toBe(1);
});
