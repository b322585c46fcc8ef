/**
 * Messages that wait: bounds, order, copies, refusals; on a real server where the wire is what counts.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MESSAGE_COST } from '../../src/api/outgoing/sendQueue.js';
import { ReckerWebSocket, type SendData, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, fakeTransport, VirtualClock } from '../../src/testing/index.js';

function stage(options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const ws = new ReckerWebSocket('ws://h/', { transport, clock: new VirtualClock(), ...options });
  const undelivered: string[] = [];
  ws.on('undelivered', (data, error) => undelivered.push(`${data} ${error.name}`));
  return { transport, ws, undelivered };
}

const outcome = (promise: Promise<void>): Promise<string> =>
  promise.then(
    () => 'sent',
    (error: Error) => error.name,
  );

describe('the bounds', () => {
  it('maxMessages and reject: the new one is refused', async () => {
    const { ws, transport, undelivered } = stage({ sendQueue: { maxMessages: 2 } });
    const outcomes = ['a', 'b', 'c'].map((each) => outcome(ws.send(each)));
    expect([undelivered, ws.stats().queuedMessages]).toEqual([['c QueueFullError'], 2]);
    void ws.connect();
    transport.last.open();
    expect(await Promise.all(outcomes)).toEqual(['sent', 'sent', 'QueueFullError']);
    expect(transport.last.sent).toEqual(['a', 'b']);
  });

  it('maxMessages and drop-oldest: the oldest ones are', async () => {
    const { ws, transport, undelivered } = stage({ sendQueue: { maxMessages: 2, overflow: 'drop-oldest' } });
    const outcomes = ['a', 'b', 'c', 'd'].map((each) => outcome(ws.send(each)));
    expect(undelivered).toEqual(['a QueueFullError', 'b QueueFullError']);
    void ws.connect();
    transport.last.open();
    expect(await Promise.all(outcomes)).toEqual(['QueueFullError', 'QueueFullError', 'sent', 'sent']);
    expect(transport.last.sent).toEqual(['c', 'd']);
  });

  it('maxBytes counts UTF-8, and as many old ones go as are needed', () => {
    const { ws, undelivered } = stage({
      sendQueue: { maxBytes: 6 + 3 * MESSAGE_COST, overflow: 'drop-oldest' },
    });
    for (const each of ['éé', 'a', 'b']) void ws.send(each);
    expect([undelivered, ws.bufferedAmount]).toEqual([[], 6]);
    void ws.send('12345');
    expect([undelivered, ws.bufferedAmount]).toEqual([['éé QueueFullError', 'a QueueFullError'], 6]);
  });

  it('a message that could never fit drops nobody', () => {
    const { ws, undelivered } = stage({ sendQueue: { maxBytes: 4 + MESSAGE_COST, overflow: 'drop-oldest' } });
    void ws.send('1234');
    void ws.send('12345');
    expect([undelivered, ws.stats().queuedMessages]).toEqual([['12345 QueueFullError'], 1]);
  });

  it('each kind of data counts with its size', () => {
    const { ws } = stage();
    const kinds: [SendData, number][] = [
      ['é', 2],
      [Buffer.alloc(3), 3],
      [new ArrayBuffer(5), 5],
      [new Uint16Array(4), 8],
      [new DataView(new ArrayBuffer(9), 2, 4), 4],
      [new Blob(['1234567']), 7],
    ];
    let sum = 0;
    for (const [data, bytes] of kinds) {
      void ws.send(data);
      sum += bytes;
      expect(ws.bufferedAmount).toBe(sum);
    }
  });

  it('false: what cannot go out now is refused, and what can is not', async () => {
    const { ws, transport, undelivered } = stage({ sendQueue: false, reconnect: true, maxInFlight: 0 });
    const early = outcome(ws.send('early'));
    void ws.connect();
    void ws.send('dialling');
    transport.last.holdWrites = true;
    transport.last.open();
    const sent = outcome(ws.send('sent'));
    void ws.send('too much under way');
    transport.last.end();
    void ws.send('waiting');
    expect(undelivered.map((line) => line.replace(' QueueFullError', ''))).toEqual([
      'early',
      'dialling',
      'too much under way',
      'waiting',
    ]);
    expect([await early, await sent, ws.stats().queuedMessages]).toEqual(['QueueFullError', 'sent', 0]);
  });

  it('0 messages: the same', () => {
    const { ws, undelivered } = stage({ sendQueue: { maxMessages: 0, overflow: 'drop-oldest' } });
    void ws.send('a');
    expect(undelivered).toEqual(['a QueueFullError']);
  });
});

describe('what waits', () => {
  it('is refused in order when the client comes to rest, each promise before its event', async () => {
    const { ws, undelivered } = stage();
    const outcomes = ['a', 'b', 'c'].map((each) => outcome(ws.send(each)));
    await ws.close();
    expect(undelivered).toEqual(['a AbortError', 'b AbortError', 'c AbortError']);
    expect(await Promise.all(outcomes)).toEqual(['AbortError', 'AbortError', 'AbortError']);
    expect(ws.bufferedAmount).toBe(0);
  });

  it('goes out over a loss, in order, once', async () => {
    const { ws, transport } = stage({ reconnect: true });
    void ws.connect();
    transport.last.open();
    void ws.send('a');
    transport.last.peerClose(1001);
    void ws.send('b');
    transport.last.end();
    void ws.send('c');
    void ws.reconnect();
    void ws.send('d');
    transport.last.open();
    void ws.send('e');
    expect(transport.dials.map(({ sent }) => sent)).toEqual([['a'], ['b', 'c', 'd', 'e']]);
  });

  it('comes back by undelivered as it was, whatever became of the buffer', async () => {
    const { ws } = stage();
    const refused: SendData[] = [];
    ws.on('undelivered', (data) => refused.push(data));
    const buffer = Buffer.from('first');
    const array = new Uint8Array([1, 2, 3]).buffer;
    void ws.send(buffer);
    void ws.send(array);
    void ws.send('text');
    buffer.fill('x');
    new Uint8Array(array).fill(9);
    await ws.close();
    expect(
      refused.map((data) => (typeof data === 'string' ? data : [...Buffer.from(data as Uint8Array)])),
    ).toEqual([[...Buffer.from('first')], [1, 2, 3], 'text']);
  });

  it.each([undefined, null, 5, true, {}, [], Symbol('x'), () => {}])(
    'is not data of another kind: %s',
    (data) => {
      const { ws, transport, undelivered } = stage();
      expect(() => ws.send(data as never)).toThrow(TypeError);
      void ws.connect();
      transport.last.open();
      expect(() => ws.send(data as never)).toThrow(TypeError);
      void ws.close();
      expect(() => ws.send(data as never)).toThrow(TypeError);
      expect(undelivered).toEqual([]);
    },
  );

  it('is not JSON that JSON cannot hold', () => {
    const { ws } = stage();
    const loop: Record<string, unknown> = {};
    loop.loop = loop;
    for (const value of [undefined, () => {}, Symbol('x'), 1n, loop]) {
      expect(() => ws.sendJSON(value)).toThrow(TypeError);
    }
    expect(ws.stats().queuedMessages).toBe(0);
  });
});

describe('awaitDrain', () => {
  it('rejects what is lost before the drain, also where the client ends in the same turn', async () => {
    const abort = new AbortController();
    const { ws, transport } = stage({ signal: abort.signal });
    void ws.connect();
    transport.last.open();
    transport.last.holdWrites = true;
    const drained = outcome(ws.send('12345', { awaitDrain: true, highWaterMark: 0 }));
    abort.abort();
    expect(await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, 100, 'hangs'))])).toBe(
      'AbortError',
    );
  });

  it('does not take the next connection for the one it was sent on', async () => {
    const { ws, transport } = stage({ reconnect: true });
    void ws.connect();
    transport.last.open();
    transport.last.holdWrites = true;
    const drained = outcome(ws.send('12345', { awaitDrain: true, highWaterMark: 0 }));
    void ws.reconnect();
    transport.last.open();
    expect(
      await Promise.race([drained, new Promise((resolve) => setTimeout(resolve, 100, 'hangs'))]),
    ).not.toMatch(/sent|hangs/);
  });

  it('of a message that waited is about the connection that it went out on', async () => {
    const { ws, transport } = stage();
    const drained = outcome(ws.send('12345', { awaitDrain: true, highWaterMark: 0 }));
    void ws.connect();
    transport.holdWrites = true;
    transport.last.holdWrites = true;
    transport.last.open();
    await new Promise((resolve) => setImmediate(resolve));
    transport.last.holdWrites = false;
    expect(await drained).toBe('sent');
  });

  it.each([-1, Number.NaN, 1.5, '1', null])('refuses the mark %j', (highWaterMark) => {
    const { ws } = stage();
    const send = () => ws.send('x', { awaitDrain: true, highWaterMark: highWaterMark as number });
    if (highWaterMark === null) expect(send).not.toThrow();
    else
      expect(send).toThrow(expect.objectContaining({ name: 'ConfigurationError', option: 'highWaterMark' }));
  });
});

describe('on the wire', () => {
  let server: FaultServer;
  beforeEach(async () => {
    server = await FaultServer.start({ perMessageDeflate: { threshold: 0 } });
  });
  afterEach(() => server.stop());

  const seen = () => server.seen.messages.map(({ data }) => String(data));

  it('what an open listener sends goes first, then the queue, then Close where it closes', async () => {
    const ws = new ReckerWebSocket(server.url());
    for (let index = 0; index < 100; index += 1) void ws.send(`queued ${index}`);
    ws.on('state', (state) => {
      if (state === 'open') void ws.send('by a state listener');
    });
    ws.on('open', () => {
      void ws.send('log in');
      void ws.send(Buffer.from('token'));
      void ws.close(4000, 'done');
    });
    const refused: string[] = [];
    ws.on('open', () => void ws.send('too late'));
    ws.on('undelivered', (data) => refused.push(String(data)));
    await expect(ws.connect()).rejects.toMatchObject({ name: 'AbortError' });
    await server.waitFor(({ closes }) => closes.length === 1);
    const queued = Array.from({ length: 100 }, (_, index) => `queued ${index}`);
    expect(seen()).toEqual(['log in', 'token', ...queued, 'by a state listener']);
    expect(server.seen.frames.map(({ opcode }) => opcode)).toEqual([1, 2, ...Array(101).fill(1), 8]);
    expect([server.seen.closes, refused]).toEqual([[{ code: 4000, reason: 'done' }], ['too late']]);
  });

  it('close() hands over all that waited, above maxInFlight too, before it returns', async () => {
    const ws = new ReckerWebSocket(server.url(), { maxInFlight: 0 });
    await ws.connect();
    const bytes = Buffer.alloc(100_000, 1);
    const sent = Array.from({ length: 20 }, () => outcome(ws.send(bytes)));
    const closed = ws.close();
    expect([ws.stats().queuedMessages, ws.state]).toEqual([0, 'closing']);
    await closed;
    expect(await Promise.all(sent)).toEqual(Array(20).fill('sent'));
    expect(server.seen.messages.map(({ data }) => data.length)).toEqual(Array(20).fill(100_000));
    expect(server.seen.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it.each([false, true])(
    'buffers may be reused after the call, queued and handed over; compressed: %s',
    async (perMessageDeflate) => {
      const ws = new ReckerWebSocket(server.url(), {
        perMessageDeflate: perMessageDeflate && { threshold: 0 },
      });
      const buffer = Buffer.alloc(50_000);
      const view = new Uint16Array(buffer.buffer, buffer.byteOffset, 1000);
      const send = (fill: number) => {
        buffer.fill(fill);
        void ws.send(buffer);
        void ws.send(view);
        void ws.send(view.buffer.slice(view.byteOffset, view.byteOffset + 10));
        buffer.fill(0);
      };
      for (let fill = 1; fill <= 5; fill += 1) send(fill);
      await ws.connect();
      expect(ws.extensions.includes('permessage-deflate')).toBe(perMessageDeflate);
      for (let fill = 6; fill <= 10; fill += 1) send(fill);
      await ws.close();
      const messages = server.seen.messages.map(({ data }) => data as Buffer);
      expect(
        messages.map((data) => [data.length, data.every((byte) => byte === data[0]) && data[0]]),
      ).toEqual(
        Array.from({ length: 10 }, (_, index) => [50_000, 2000, 10].map((size) => [size, index + 1])).flat(),
      );
    },
  );

  it('order is kept over Blobs, bytes and text', async () => {
    const ws = new ReckerWebSocket(server.url());
    const messages: SendData[] = [];
    for (let index = 0; index < 30; index += 1) {
      const text = `${index}`;
      messages.push([text, Buffer.from(text), new Blob([text])][index % 3] as SendData);
    }
    for (const message of messages.slice(0, 15)) void ws.send(message);
    await ws.connect();
    for (const message of messages.slice(15)) void ws.send(message);
    await ws.close();
    expect(seen()).toEqual(Array.from({ length: 30 }, (_, index) => `${index}`));
  });
});
