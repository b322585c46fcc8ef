/** Streams into and out of a connection: equal bytes, backpressure both ways, and every way to end. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { serve, type TestServer, until } from './support.js';

let server: TestServer;
let ws: ReckerWebSocket;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recker-pipes-'));
});

afterEach(async () => {
  await ws?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

const make = (options: WebSocketOptions = {}): ReckerWebSocket => {
  ws = new ReckerWebSocket(server.url, options);
  return ws;
};

const echo = (received: Buffer[] = []) =>
  serve((socket) => {
    socket.on('message', (data, isBinary) => {
      received.push(data as Buffer);
      socket.send(data, { binary: isBinary });
    });
  });

/** All that a stream holds, however many chunks it gives it in. */
function allOf(stream: PassThrough): string {
  let all = '';
  for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) all += chunk;
  return all;
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a file of 5 MiB and 123 bytes', () => {
  it.each([true, false])('goes out and comes back with equal bytes (awaitDrain: %s)', async (awaitDrain) => {
    server = await echo();
    const bytes = randomBytes(5 * 1024 * 1024 + 123);
    const [input, output] = [join(folder, 'input.bin'), join(folder, 'output.bin')];
    await writeFile(input, bytes);
    const client = make();
    await client.connect();
    const back = client.pipeTo(createWriteStream(output));
    await client.pipeFrom(createReadStream(input), { awaitDrain });
    await until(() => client.stats().bytesIn === bytes.length);
    for (const socket of server.clients) socket.close(1000);
    await back;
    expect(hash(await readFile(output))).toBe(hash(bytes));
  });
});

describe('pipeFrom()', () => {
  it('sends a binary frame for each chunk, of strings too, and connects by itself', async () => {
    const frames: [string, boolean][] = [];
    server = await serve((socket) => {
      socket.on('message', (data, isBinary) => frames.push([data.toString(), isBinary]));
    });
    await make().pipeFrom(Readable.from(['one', Buffer.from('two'), 'drei ü']));
    await until(() => frames.length === 3);
    expect(frames).toEqual([
      ['one', true],
      ['two', true],
      ['drei ü', true],
    ]);
  });

  it('takes generators and WHATWG streams', async () => {
    const received: Buffer[] = [];
    server = await echo(received);
    const client = make();
    await client.pipeFrom(
      (function* () {
        yield 'a';
        yield new Uint8Array([98]);
      })(),
    );
    await client.pipeFrom(new Response('c').body as ReadableStream<Uint8Array>);
    await until(() => received.length === 3);
    expect(Buffer.concat(received).toString()).toBe('abc');
  });

  it('never overruns the queue: a source that is faster than the peer waits', async () => {
    server = await serve((socket) => socket.pause());
    const client = make({ maxInFlight: 65_536 });
    let yielded = 0;
    const controller = new AbortController();
    const piped = client.pipeFrom(
      (async function* () {
        for (; yielded < 2000; yielded += 1) yield Buffer.alloc(16_384);
      })(),
      { signal: controller.signal },
    );
    let before = -1;
    // The kernel's own buffers take the first ones; then it stands still.
    while (before !== yielded) {
      before = yielded;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(yielded).toBeLessThan(2000);
    expect(client.stats().queuedMessages).toBe(0);
    expect(client.bufferedAmount).toBeLessThan(65_536 + 2 * 16_400);
    controller.abort();
    await expect(piped).rejects.toThrow('aborted');
    expect(client.isConnected).toBe(true);
    for (const socket of server.clients) socket.resume();
  });

  it('rejects with what the source threw; the connection stays open', async () => {
    server = await echo();
    const client = make();
    const source = new PassThrough();
    const piped = client.pipeFrom(source);
    source.write('first');
    await until(() => client.stats().messagesOut === 1);
    source.destroy(new Error('disk on fire'));
    await expect(piped).rejects.toThrow('disk on fire');
    expect(client.isConnected).toBe(true);
  });

  it('rejects when the connection is lost, also with reconnect, and ends the source', async () => {
    server = await serve((socket) => socket.on('message', () => socket.terminate()));
    const client = make({ reconnect: true, reconnectDelay: 1 });
    const source = new PassThrough();
    const piped = client.pipeFrom(source);
    source.write('something');
    await expect(piped).rejects.toMatchObject({ name: 'ConnectionClosedError', closeCode: 1006 });
    expect(source.destroyed).toBe(true);
    await until(() => client.isConnected);
    expect(client.stats().messagesOut).toBe(1);
  });
});

describe('pipeTo()', () => {
  it('holds the peer back while the destination is slow', async () => {
    let handed = 0;
    const COUNT = 1000;
    server = await serve((socket) => {
      const push = () => {
        if (handed === COUNT) return socket.close(1000);
        handed += 1;
        socket.send(Buffer.alloc(65_536, handed % 256), push);
      };
      push();
    });
    let release: (() => void) | undefined;
    let written = 0;
    const slow = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        written += chunk.length;
        if (written === 65_536 * 3) release = done;
        else done();
      },
    });
    const client = make({ receiveQueue: { maxBytes: 1024 * 1024 } });
    const piped = client.pipeTo(slow);
    await until(() => client.stats().paused);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(handed).toBeLessThan(COUNT / 2);
    expect(written).toBe(65_536 * 3);
    release?.();
    await piped;
    expect(written).toBe(65_536 * COUNT);
  });

  it('ends the destination on a clean end, unless told not to', async () => {
    server = await serve((socket) => {
      socket.send('hello ');
      socket.send(Buffer.from('world'));
      socket.close(1000);
    });
    const ended = new PassThrough();
    await make().pipeTo(ended);
    expect(ended.writableEnded).toBe(true);
    expect(allOf(ended)).toBe('hello world');
    const kept = new PassThrough();
    await make().pipeTo(kept, { end: false });
    expect(kept.writableEnded).toBe(false);
    expect(allOf(kept)).toBe('hello world');
  });

  it('destroys the destination on a loss, and rejects, also with reconnect', async () => {
    server = await serve((socket) => {
      socket.send('half of it');
      setTimeout(() => socket.terminate(), 20);
    });
    const destination = new PassThrough();
    const piped = make({ reconnect: true }).pipeTo(destination);
    await expect(piped).rejects.toMatchObject({ name: 'ConnectionClosedError' });
    expect(destination.destroyed).toBe(true);
  });

  it.each([
    ['fails', (destination: Writable) => destination.destroy(new Error('no space left')), 'no space left'],
    ['closes early', (destination: Writable) => destination.destroy(), 'closed early'],
  ])('lets go of a destination that %s: the socket reads on', async (_what, harm, message) => {
    server = await echo();
    const client = make({ receiveQueue: { maxMessages: 2 } });
    await client.connect();
    const destination = new PassThrough({ highWaterMark: 1 });
    const piped = client.pipeTo(destination);
    for (let index = 0; index < 10; index += 1) client.send('x');
    await until(() => client.stats().paused);
    harm(destination);
    await expect(piped).rejects.toThrow(message);
    expect(destination.listenerCount('error') + destination.listenerCount('close')).toBeLessThanOrEqual(1);
    client.send('last');
    await until(() => client.stats().messagesIn === 11);
    expect(client.stats().paused).toBe(false);
  });

  it('ends with its signal, the destination destroyed and the connection open', async () => {
    server = await echo();
    const client = make();
    await client.connect();
    const controller = new AbortController();
    const destination = new PassThrough();
    const piped = client.pipeTo(destination, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(piped).rejects.toMatchObject({ name: 'AbortError', cause: new Error('enough') });
    expect(destination.destroyed).toBe(true);
    expect(client.isConnected).toBe(true);
    await expect(client.pipeTo(new PassThrough(), { signal: controller.signal })).rejects.toThrow('aborted');
    await expect(client.pipeFrom(['x'], { signal: controller.signal })).rejects.toThrow('aborted');
  });

  it('works with WHATWG streams through Node', async () => {
    server = await serve((socket) => {
      socket.send('through the web');
      socket.close(1000);
    });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const text = new Response(readable).text();
    await make().pipeTo(Writable.fromWeb(writable as never));
    expect(await text).toBe('through the web');
  });
});
