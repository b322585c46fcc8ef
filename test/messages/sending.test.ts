/** Outgoing messages: order, bounds, drains, what a loss takes along, and that a loop of sends starves nobody. */
import { afterEach, describe, expect, it } from 'vitest';
import { MESSAGE_COST } from '../../src/api/outgoing/sendQueue.js';
import type { SendData, WebSocketOptions } from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { endAll, makeClient, serve, until } from './support.js';

afterEach(endAll);

/** Over a fake transport that takes nothing until it is told to. */
async function openHolding(options: WebSocketOptions = {}) {
  const transport = fakeTransport({ holdWrites: true });
  const client = makeClient({ ...options, transport });
  const connected = client.connect();
  transport.last.open();
  await connected;
  const undelivered: SendData[] = [];
  client.on('undelivered', (data) => undelivered.push(data));
  return { client, transport, undelivered };
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => String(from + index));

describe('order across a loss', () => {
  it('500 messages while the server is away, and a drop in the flush: in order, none twice, each delivered or told', async () => {
    const got: string[] = [];
    let connections = 0;
    const serveOn = (port?: number) =>
      serve((socket) => {
        connections += 1;
        const isFirst = connections === 1;
        socket.on('message', (data) => {
          got.push(data.toString().slice(0, 6));
          // The first connection dies in the middle of the flush.
          if (isFirst && got.length === 100) socket.terminate();
        });
      }, port);
    const server = await serveOn();
    const { port } = server;
    await server.stop();

    const client = makeClient({
      reconnect: true,
      reconnectDelay: 20,
      maxReconnectAttempts: 0,
      maxInFlight: 65_536,
    });
    let lostBytes = 0;
    client.on('close', (_code, _reason, { unsentBytes }) => {
      lostBytes += unsentBytes;
    });
    client.on('error', () => {});
    client.connect().catch(() => {});
    const names = numbers(100_000, 100_500);
    // Large enough that the kernel cannot take the whole flush at once.
    const sent = names.map((name) => client.send(name.padEnd(32_768, '.')));
    const delivered = Promise.all(sent.map((promise) => promise.then(() => true)));
    await serveOn(port);
    expect(await delivered).toHaveLength(500);
    await until(() => client.bufferedAmount === 0 && got.at(-1) === '100499');

    expect(connections).toBe(2);
    expect(got).toEqual([...new Set(got)].sort());
    const missing = names.filter((name) => !got.includes(name));
    // What the first connection took along is one run, and holds all that was told as unsent; the rest of it was
    // in the kernel.
    const start = names.indexOf(missing[0] ?? '');
    expect(start).toBeGreaterThanOrEqual(100);
    expect(missing).toEqual(names.slice(start, start + missing.length));
    expect(missing.length).toBeLessThan(300);
    expect(lostBytes).toBeGreaterThan(0);
    expect(lostBytes).toBeLessThanOrEqual(missing.length * 32_768);
  });

  it('tells what a lost connection took along', async () => {
    const { client, transport } = await openHolding({ reconnect: true });
    const lost = new Promise<number>((resolve) => {
      client.on('close', (_code, _reason, { unsentBytes }) => resolve(unsentBytes));
    });
    client.send('12345');
    client.send(new Uint8Array(10));
    transport.last.take(11);
    transport.last.end();
    expect(await lost).toBe(10);
  });
});

describe('maxInFlight and sendQueue', () => {
  it('holds messages back above the mark, and hands them over as the kernel takes', async () => {
    const { client, transport } = await openHolding({ maxInFlight: 100 });
    for (let index = 0; index < 5; index += 1) client.send('x'.repeat(60));
    expect(transport.last.sent).toHaveLength(2);
    expect(client.stats()).toMatchObject({
      queuedMessages: 3,
      queuedBytes: 180 + 3 * MESSAGE_COST,
      messagesOut: 2,
      bytesOut: 120,
    });
    expect(client.bufferedAmount).toBe(2 * 66 + 180);
    transport.last.take(66);
    expect(transport.last.sent).toHaveLength(3);
    transport.last.holdWrites = false;
    expect(transport.last.sent).toHaveLength(5);
    expect(client.bufferedAmount).toBe(0);
  });

  it('close() hands over all that was held, whatever the mark, then the Close', async () => {
    const { client, transport } = await openHolding({ maxInFlight: 0 });
    for (const data of ['1', '2', '3']) client.send(data);
    expect(transport.last.sent).toEqual(['1']);
    const closed = client.close();
    expect(transport.last.sent).toEqual(['1', '2', '3']);
    expect(transport.last.closes).toEqual([{ code: 1000, reason: '' }]);
    transport.last.end();
    await closed;
  });

  it('refuses above the bounds, by bytes and by count', async () => {
    const { client, undelivered } = await openHolding({
      maxInFlight: 0,
      sendQueue: { maxBytes: 10 + 2 * MESSAGE_COST, maxMessages: 2 },
    });
    client.send('in flight');
    const held = [client.send('12345'), client.send('6789')];
    await expect(client.send('y')).rejects.toMatchObject({ name: 'QueueFullError' });
    expect(undelivered).toEqual(['y']);
    expect(held).toHaveLength(2);
    await expect(client.send('x'.repeat(11 + MESSAGE_COST))).rejects.toMatchObject({
      name: 'QueueFullError',
    });
  });

  it('drops the oldest where asked to, and never a message that is under way', async () => {
    const { client, transport, undelivered } = await openHolding({
      maxInFlight: 0,
      sendQueue: { maxMessages: 2, overflow: 'drop-oldest' },
    });
    client.send('in flight');
    const first = client.send('1');
    for (const data of ['2', '3', '4']) client.send(data);
    await expect(first).rejects.toMatchObject({ name: 'QueueFullError' });
    expect(undelivered).toEqual(['1', '2']);
    transport.last.holdWrites = false;
    expect(transport.last.sent).toEqual(['in flight', '3', '4']);
  });

  it('keeps memory under its bound while the peer reads nothing, and 32 MB are sent', async () => {
    await serve((socket) => socket.pause());
    const client = makeClient({ sendQueue: { maxBytes: 4 * 1024 * 1024 } });
    await client.connect();
    let refused = 0;
    client.on('undelivered', () => {
      refused += 1;
    });
    const before = process.memoryUsage.rss();
    const chunk = new Uint8Array(65_536);
    for (let index = 0; index < 512; index += 1) {
      client.send(chunk);
      if (index % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(refused).toBeGreaterThan(0);
    expect(client.stats().queuedBytes).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(client.bufferedAmount).toBeLessThan(6 * 1024 * 1024);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe('awaitDrain', () => {
  it('resolves once bufferedAmount is at or below the mark, by what the kernel takes', async () => {
    const { client, transport } = await openHolding();
    let drained = false;
    const sent = client.send('x'.repeat(1000), { awaitDrain: true, highWaterMark: 500 }).then(() => {
      drained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(drained).toBe(false);
    transport.last.take();
    await sent;
    expect(client.bufferedAmount).toBe(0);
  });

  it('rejects when the connection is lost, or closed undrained, first', async () => {
    const { client, transport } = await openHolding({ reconnect: true });
    const lost = client.send('x'.repeat(20_000), { awaitDrain: true });
    await new Promise((resolve) => setImmediate(resolve));
    transport.last.end();
    await expect(lost).rejects.toMatchObject({ name: 'ConnectionClosedError', closeCode: 1006 });

    const again = client.reconnect();
    transport.last.open();
    await again;
    const undrained = client.send('x'.repeat(20_000), { awaitDrain: true });
    await new Promise((resolve) => setImmediate(resolve));
    const closed = client.close();
    transport.last.end();
    await closed;
    await expect(undrained).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('waits for the connection, too, and is the default where the option says so', async () => {
    await serve(() => {});
    const client = makeClient({ awaitDrain: true });
    const sent = client.send('x'.repeat(100_000));
    await client.connect();
    await sent;
    expect(client.bufferedAmount).toBeLessThanOrEqual(16_384);
  });

  it('refuses a mark that is no number of bytes', async () => {
    const { client } = await openHolding();
    for (const highWaterMark of [-1, 0.5, Number.NaN]) {
      expect(() => client.send('x', { highWaterMark })).toThrow('highWaterMark');
    }
  });
});

describe('a loop of await ws.send()', () => {
  it('starves neither timers nor the heartbeat beside it', async () => {
    await serve((socket) => socket.on('message', () => {}));
    const client = makeClient({ heartbeatInterval: 30, heartbeatTimeout: 100 });
    let timeouts = 0;
    let pongs = 0;
    client.on('heartbeat-timeout', () => {
      timeouts += 1;
    });
    client.on('pong', () => {
      pongs += 1;
    });
    await client.connect();
    let ticks = 0;
    const timer = setInterval(() => {
      ticks += 1;
    }, 5);
    const end = performance.now() + 500;
    let sent = 0;
    while (performance.now() < end) {
      await client.send('x');
      sent += 1;
    }
    clearInterval(timer);
    expect(sent).toBeGreaterThan(1000);
    // A loop that starved them would let none through; how many get through is the machine's business.
    expect(ticks).toBeGreaterThan(5);
    expect(pongs).toBeGreaterThan(1);
    expect(timeouts).toBe(0);
    expect(client.isConnected).toBe(true);
  });
});

describe('stats()', () => {
  it('counts what went and came, dials and opens, and says since when', async () => {
    await serve((socket) => socket.on('message', (data, binary) => socket.send(data, { binary })));
    const clock = new VirtualClock(1_000_000);
    const client = makeClient({ clock, reconnect: true });
    expect(client.stats()).toEqual({
      messagesIn: 0,
      messagesOut: 0,
      bytesIn: 0,
      bytesOut: 0,
      messagesUnread: 0,
      queuedMessages: 0,
      queuedBytes: 0,
      dials: 0,
      opens: 0,
      rtt: undefined,
      lastReceivedAt: undefined,
      paused: false,
      since: 1_000_000,
    });
    client.send('ü');
    expect(client.stats()).toMatchObject({ queuedMessages: 1, queuedBytes: 2 + MESSAGE_COST });
    clock.advance(5);
    await client.connect();
    client.send(new Uint8Array(3));
    await until(() => client.stats().messagesIn === 2);
    clock.advance(7);
    const pong = new Promise<number>((resolve) => {
      client.on('pong', resolve);
    });
    client.ping();
    expect(await pong).toBe(0);
    expect(client.stats()).toEqual({
      messagesIn: 2,
      messagesOut: 2,
      bytesIn: 5,
      bytesOut: 5,
      messagesUnread: 2,
      queuedMessages: 0,
      queuedBytes: 0,
      dials: 1,
      opens: 1,
      rtt: 0,
      lastReceivedAt: 1_000_012,
      paused: false,
      since: 1_000_005,
    });
  });
});

describe('what leaves the process', () => {
  it('is one packet for a burst of small messages after the first', async () => {
    const reads: number[] = [];
    await serve((socket) => {
      const raw = (socket as unknown as { _socket: NodeJS.EventEmitter })._socket;
      raw.on('data', (chunk: Buffer) => reads.push(chunk.length));
    });
    const client = makeClient();
    await client.connect();
    for (let index = 0; index < 200; index += 1) client.send('x'.repeat(20));
    await until(() => reads.reduce((sum, length) => sum + length, 0) === 200 * 26);
    expect(reads.length).toBeLessThanOrEqual(3);
  });

  it('is what the bytes were at the call, also behind a Blob that is still being read', async () => {
    const got: string[] = [];
    await serve((socket) => {
      socket.on('message', (data) => got.push(data.toString()));
    });
    const client = makeClient();
    await client.connect();
    const bytes = Buffer.from('before');
    client.send(new Blob(['blob']));
    client.send(bytes);
    bytes.fill('x');
    await until(() => got.length === 2);
    expect(got).toEqual(['blob', 'before']);
    await until(() => client.bufferedAmount === 0);
  });

  it.each([
    ['the default queue', {}],
    ['no queue', { sendQueue: false as const }],
  ])('what an open listener sends keeps its order around a Blob, with %s', async (_, options) => {
    const got: string[] = [];
    await serve((socket) => {
      socket.on('message', (data) => got.push(data.toString()));
    });
    const client = makeClient(options);
    client.once('open', () => {
      client.send(new Blob(['one']));
      client.send('two');
      client.send(new Blob(['three']));
      client.send('four');
    });
    const queues = !('sendQueue' in options);
    if (queues) client.send('queued');
    await client.connect();
    const all = ['one', 'two', 'three', 'four', ...(queues ? ['queued'] : [])];
    await until(() => got.length === all.length);
    expect(got).toEqual(all);
  });

  it('takes strings, Buffers, ArrayBuffers, views and Blobs, in order', async () => {
    const got: [string, boolean][] = [];
    await serve((socket) => {
      socket.on('message', (data, isBinary) => got.push([data.toString(), isBinary]));
    });
    const client = makeClient();
    const bytes = new TextEncoder().encode('_view_');
    await client.connect();
    client.send('text');
    client.send(Buffer.from('buffer'));
    client.send(new TextEncoder().encode('array buffer').buffer as ArrayBuffer);
    client.send(new DataView(bytes.buffer, 1, 4));
    client.send(new Blob(['blob']));
    client.send('after the blob');
    await until(() => got.length === 6);
    expect(got).toEqual([
      ['text', false],
      ['buffer', true],
      ['array buffer', true],
      ['view', true],
      ['blob', true],
      ['after the blob', false],
    ]);
    for (const wrong of [1, null, undefined, {}, [], () => 'x']) {
      expect(() => client.send(wrong as never)).toThrow(TypeError);
    }
  });
});
