/** Memory: pipes hold nothing of what has passed, and queues count what holding costs. In a process of its own. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { endAll, keep, serve } from './support.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Bytes in use, after a collection. */
function used(): number {
  gc();
  gc();
  return getHeapStatistics().used_heap_size + process.memoryUsage().external;
}

const MB = 1e6;
/** What 143 MB for 150,000 chunks come to for so many, and a tenth of it. */
const CHUNKS = 60_000;
const MOST = 4 * MB;

afterEach(async () => {
  await endAll();
  // What the last test held must be gone before the next one measures.
  for (let turn = 0; turn < 2; turn += 1) {
    await nextTurn();
    gc();
  }
});

const sources: Readonly<
  Record<string, (at: (sent: number) => void) => AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>>
> = {
  async *'an iterable'(at) {
    for (let sent = 0; sent < CHUNKS; sent += 1) {
      at(sent);
      yield new Uint8Array(16);
    }
  },
  'a web stream'(at) {
    let sent = 0;
    return new ReadableStream({
      pull(controller) {
        at(sent);
        sent += 1;
        if (sent <= CHUNKS) controller.enqueue(new Uint8Array(16));
        else controller.close();
      },
    });
  },
};

describe('pipes hold nothing of what has passed', () => {
  it.each(Object.keys(sources))('pipeFrom() of %s', { timeout: 30_000 }, async (kind) => {
    const server = await serve((socket) => socket.on('message', () => {}));
    const ws = keep(new ReckerWebSocket(server.url));
    await ws.connect();
    const heap: number[] = [];
    await ws.pipeFrom(
      sources[kind]?.((sent) => {
        if (sent === 1000 || sent === CHUNKS - 1) heap.push(used());
      }) as AsyncIterable<Uint8Array>,
    );
    expect(ws.stats().messagesOut).toBe(CHUNKS);
    expect((heap[1] as number) - (heap[0] as number)).toBeLessThan(MOST);
  });

  it('pipeTo()', { timeout: 30_000 }, async () => {
    const transport = fakeTransport();
    const ws = keep(new ReckerWebSocket('ws://localhost/', { transport }));
    const connected = ws.connect();
    transport.last.open();
    await connected;
    const heap: number[] = [];
    let written = 0;
    const piped = ws.pipeTo(
      new WritableStream({
        write() {
          written += 1;
          if (written === 1000 || written === CHUNKS) heap.push(used());
        },
      }),
    );
    for (let sent = 0; sent < CHUNKS; sent += 1) {
      transport.last.message('0123456789abcdef');
      if (sent % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    transport.last.peerClose(1000);
    transport.last.end();
    await piped;
    expect(written).toBe(CHUNKS);
    expect((heap[1] as number) - (heap[0] as number)).toBeLessThan(MOST);
  });

  it('nor iteration, whose every next() was given up', { timeout: 30_000 }, async () => {
    const transport = fakeTransport();
    const ws = keep(new ReckerWebSocket('ws://localhost/', { transport }));
    const messages = ws[Symbol.asyncIterator]();
    const { signal } = new AbortController();
    const round = async (times: number) => {
      for (let index = 0; index < times; index += 1) {
        const patience = new AbortController();
        const next = messages.next({ signal: patience.signal });
        patience.abort();
        await next.catch(() => {});
        const later = messages.next({ signal });
        transport.last.message('x');
        await later;
      }
    };
    transport.last.open();
    await round(500);
    const before = used();
    await round(10_000);
    expect(used() - before).toBeLessThan(MOST);
  });
});

describe('a queue counts what holding costs', () => {
  it.each([
    ['text', 10, 50_000],
    ['text', 100, 50_000],
    ['text', 10_000, 3000],
    ['binary', 10, 50_000],
    ['binary', 100, 50_000],
    ['binary', 10_000, 3000],
  ])('%s of %i bytes: the heap grows by no more than queuedBytes', (kind, size, count) => {
    const client = keep(
      new ReckerWebSocket('ws://localhost/', {
        transport: fakeTransport(),
        sendQueue: { maxBytes: 1e9 },
      }),
    );
    const make = (index: number) => {
      const bytes = Buffer.alloc(size, String(index));
      return kind === 'text' ? bytes.toString('latin1') : bytes;
    };
    const before = used();
    for (let index = 0; index < count; index += 1) void client.send(make(index));
    const growth = used() - before;
    const { queuedBytes, queuedMessages } = client.stats();
    expect(queuedMessages).toBe(count);
    expect(client.bufferedAmount).toBe(count * size);
    // Above the pool's 4 KiB a copy has a store of its own: 100 bytes more, which is a hundredth there.
    expect(growth).toBeLessThan(1.02 * queuedBytes + MB);
    expect(growth).toBeGreaterThan(0.7 * queuedBytes - MB);
  });

  it('and 200,000 messages that are refused in one loop cost next to nothing', () => {
    const client = keep(
      new ReckerWebSocket('ws://localhost/', {
        transport: fakeTransport(),
        sendQueue: { maxMessages: 1 },
      }),
    );
    let undelivered = 0;
    client.on('undelivered', () => {
      undelivered += 1;
    });
    void client.send('held');
    const before = used();
    for (let index = 0; index < 200_000; index += 1) void client.send('refused');
    expect(used() - before).toBeLessThan(2 * MB);
    expect(undelivered).toBe(200_000);
  });
});
