/** Whose the streams of a pipe are: each end of a pipe, and what it leaves behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { serve, type TestServer, until } from './support.js';

let server: TestServer;
let folder: string;
let file: string;
const clients: ReckerWebSocket[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recker-ends-'));
  file = join(folder, 'input.bin');
  await writeFile(file, Buffer.alloc(300_000, 'x'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await server?.stop();
  await rm(folder, { recursive: true });
});

function make(options: WebSocketOptions = {}): ReckerWebSocket {
  const client = new ReckerWebSocket(server.url, options);
  clients.push(client);
  return client;
}

/** What became of a promise, shortly. */
const outcome = (promise: Promise<void>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

const openFiles = (): number => readdirSync('/proc/self/fd').length;

/** Answers `n` with n messages, `bye` with a clean close, `cut` with a reset. */
const talker = () =>
  serve((socket) => {
    socket.on('message', (data) => {
      const text = data.toString();
      if (text === 'bye') socket.close(1000);
      else if (text === 'cut') socket.terminate();
      else for (let left = Number(text); left > 0; left -= 1) socket.send(Buffer.alloc(1000));
    });
  });

type Act = (client: ReckerWebSocket) => Promise<unknown>;

const cancelled = Symbol('cancelled');

/** A web source that never ends, and says whether it was cancelled. */
function webSource() {
  const state: { cancelled?: symbol } = {};
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(10)),
    cancel: () => {
      state.cancelled = cancelled;
    },
  });
  return { stream, state };
}

/** Ten ways to end a pipe. Each says what the promise comes to. */
const ENDS: readonly (readonly [string, Act, string])[] = [
  ['pipeFrom: the file ends', (ws) => outcome(ws.pipeFrom(createReadStream(file))), 'resolved'],
  ['pipeFrom: no such file', (ws) => outcome(ws.pipeFrom(createReadStream('/no/such/file'))), 'ENOENT'],
  [
    'pipeFrom: the source is destroyed',
    (ws) => {
      const source = createReadStream(file);
      source.once('data', () => source.destroy());
      return outcome(ws.pipeFrom(source));
    },
    'ABORT_ERR',
  ],
  [
    'pipeFrom: aborted',
    (ws) => {
      const controller = new AbortController();
      const piped = outcome(ws.pipeFrom(createReadStream(file), { signal: controller.signal }));
      setImmediate(() => controller.abort());
      return piped;
    },
    'ABORT_ERR',
  ],
  ['pipeFrom: a chunk that is none', (ws) => outcome(ws.pipeFrom(Readable.from([{}]) as never)), 'TypeError'],
  [
    'pipeFrom: a web stream that is aborted',
    async (ws) => {
      const controller = new AbortController();
      const { stream, state } = webSource();
      setImmediate(() => controller.abort());
      const ended = await outcome(ws.pipeFrom(stream, { signal: controller.signal }));
      expect([stream.locked, state.cancelled]).toEqual([false, cancelled]);
      return ended;
    },
    'ABORT_ERR',
  ],
  [
    'pipeTo: aborted',
    (ws) => {
      const controller = new AbortController();
      const sink = createWriteStream(join(folder, 'output'));
      const piped = outcome(ws.pipeTo(sink, { signal: controller.signal }));
      setImmediate(() => controller.abort());
      return piped;
    },
    'ABORT_ERR',
  ],
  [
    'pipeTo: the sink cannot be opened',
    (ws) => outcome(ws.pipeTo(createWriteStream('/no/such/folder/file'))),
    'ENOENT',
  ],
  [
    'pipeTo: the sink is destroyed in the middle',
    (ws) => {
      const sink = new PassThrough({ highWaterMark: 1 });
      ws.send('5');
      sink.once('readable', () => sink.destroy());
      return outcome(ws.pipeTo(sink));
    },
    'ABORT_ERR',
  ],
  [
    'pipeTo: a web stream that fails',
    async (ws) => {
      ws.send('1');
      const sink = new WritableStream({
        write: () => Promise.reject(Object.assign(new Error('full'), { code: 'E' })),
      });
      const ended = await outcome(ws.pipeTo(sink));
      expect(sink.locked).toBe(false);
      return ended;
    },
    'E',
  ],
];

describe('a hundred pipes that end in each of ten ways', () => {
  it('leave no file, no listener and no reader behind', { timeout: 30_000 }, async () => {
    server = await talker();
    const client = make();
    await client.connect();
    const listeners = () => client.eventNames().map((name) => [name, client.listenerCount(name as never)]);
    const before = { files: openFiles(), listeners: listeners() };
    for (const [what, act, expected] of ENDS) {
      for (let round = 0; round < 100; round += 1) {
        const ended = String(await act(client));
        expect(ended.includes('takes a string') ? 'TypeError' : ended, what).toBe(expected);
      }
    }
    expect(client.isConnected).toBe(true);
    // What they have left unread is read by nobody, and holds nobody up.
    expect(client.stats().paused).toBe(false);
    await until(() => openFiles() <= before.files);
    expect(listeners()).toEqual(before.listeners);
  });
});

describe('an error of the stream', () => {
  it('rejects the pipe while the client connects, and is never uncaught', async () => {
    server = await talker();
    expect(await outcome(make().pipeFrom(createReadStream('/no/such/file')))).toBe('ENOENT');
    expect(await outcome(make().pipeTo(createWriteStream('/no/such/folder/file')))).toBe('ENOENT');
    const failing = new ReadableStream<Uint8Array>({
      start: (controller) => controller.error(new Error('web')),
    });
    expect(await outcome(make().pipeFrom(failing))).toBe('web');
  });

  it('that was there before rejects the pipe at once, without a dial', async () => {
    server = await talker();
    const source = new PassThrough();
    source.on('error', () => {});
    source.destroy(new Error('before'));
    await new Promise((resolve) => source.once('close', resolve));
    const client = make();
    expect(await outcome(client.pipeFrom(source))).toBe('before');
    expect(client.stats().dials).toBe(0);
  });
});

describe('a sink', () => {
  it.each<[string, (sink: PassThrough) => void]>([
    ['destroyed', (sink) => sink.destroy()],
    ['ended', (sink) => sink.end()],
  ])('that is %s is refused at once', async (_what, end) => {
    server = await talker();
    const client = make();
    const sink = new PassThrough();
    end(sink);
    expect(await outcome(client.pipeTo(sink))).toBe('ABORT_ERR');
    const web = new WritableStream();
    await web.close();
    expect(await outcome(client.pipeTo(web))).toBe('ABORT_ERR');
    expect(client.state).toBe('idle');
    expect(client.stats().paused).toBe(false);
  });

  it('that is none, or is locked, is a TypeError and leaves no reader', async () => {
    server = await talker();
    const client = make({ receiveQueue: { maxMessages: 1 } });
    for (const wrong of [undefined, null, {}, 'x', new Readable({ read() {} })]) {
      await expect(client.pipeTo(wrong as never)).rejects.toBeInstanceOf(TypeError);
    }
    for (const wrong of [undefined, null, {}, 5, new Blob(['x'])]) {
      await expect(client.pipeFrom(wrong as never)).rejects.toBeInstanceOf(TypeError);
    }
    const locked = new WritableStream();
    locked.getWriter();
    await expect(client.pipeTo(locked)).rejects.toBeInstanceOf(TypeError);
    await client.connect();
    client.send('3');
    await until(() => client.stats().messagesIn === 3);
    expect(client.stats()).toMatchObject({ paused: false, messagesUnread: 3 });
  });

  it('that somebody else ends in the middle settles the pipe', async () => {
    server = await talker();
    const client = make();
    await client.connect();
    const sink = new PassThrough();
    sink.resume();
    const piped = outcome(client.pipeTo(sink));
    sink.end();
    expect(await piped).toBe('ABORT_ERR');
  });

  it('with end: false is neither ended nor destroyed, whatever happens', async () => {
    server = await talker();
    const client = make();
    await client.connect();
    const sink = new PassThrough();
    const listeners = () => sink.eventNames().map((name) => sink.listenerCount(name));
    const before = listeners();
    const controller = new AbortController();
    const aborted = outcome(client.pipeTo(sink, { end: false, signal: controller.signal }));
    controller.abort();
    expect(await aborted).toBe('ABORT_ERR');
    const lost = outcome(client.pipeTo(sink, { end: false }));
    client.send('cut');
    expect(await lost).not.toBe('resolved');
    expect([sink.destroyed, sink.writableEnded]).toEqual([false, false]);
    expect(listeners()).toEqual(before);
  });

  it('that is the standard output of the program is not ended', async () => {
    server = await serve((socket) => {
      socket.send('from the server\n');
      socket.close(1000);
    });
    const program = `
      const { ReckerWebSocket } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/index.ts'))});
      await new ReckerWebSocket(process.argv[1]).pipeTo(process.stdout);
      console.log('and the program');
      await new ReckerWebSocket('ws://127.0.0.1:1/').pipeTo(process.stdout).catch(() => {});
      console.log('goes on');`;
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program, server.url],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    await once(child, 'close');
    expect(output).toBe('from the server\nand the program\ngoes on\n');
  });
});

describe('web streams', () => {
  it('go out and come back, with backpressure, text as its bytes', async () => {
    server = await talker();
    const client = make({ receiveQueue: { maxMessages: 10 } });
    await client.connect();
    let written = 0;
    const sink = new WritableStream<Uint8Array>({
      write: async (chunk) => {
        written += chunk.byteLength;
        await new Promise((resolve) => setImmediate(resolve));
      },
    });
    const piped = outcome(client.pipeTo(sink));
    await client.pipeFrom(new Blob(['500']).stream());
    client.send('bye');
    expect(await piped).toBe('resolved');
    expect(written).toBe(500_000);
    expect(sink.locked).toBe(false);
  });

  it('are aborted on a loss', async () => {
    server = await talker();
    const client = make();
    await client.connect();
    let reason: unknown;
    const sink = new WritableStream({
      abort: (given) => {
        reason = given;
      },
    });
    const piped = outcome(client.pipeTo(sink));
    client.send('cut');
    expect(await piped).toBe('ERR_RECKER_CLOSED');
    expect(reason).toMatchObject({ name: 'ConnectionClosedError' });
  });
});

describe('both pipes on one duplex', () => {
  it('lose no byte of what came before a clean end, and the duplex closes', { timeout: 20_000 }, async () => {
    const CHUNKS = 96;
    server = await serve((socket) => {
      socket.once('message', () => {
        for (let index = 0; index < CHUNKS; index += 1) socket.send(Buffer.alloc(65_536, index));
        socket.close(1000);
      });
    });
    let ends: Promise<string[]> | undefined;
    let bridged: Socket | undefined;
    const listener = createServer((socket) => {
      bridged = socket;
      const client = make();
      ends = Promise.all([outcome(client.pipeFrom(socket)), outcome(client.pipeTo(socket))]);
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const visitor = connect((listener.address() as AddressInfo).port, '127.0.0.1');
    let bytes = 0;
    visitor.on('data', (data: Buffer) => {
      bytes += data.length;
      visitor.pause();
      setImmediate(() => visitor.resume());
    });
    visitor.write('go');
    await once(visitor, 'close');
    expect(bytes).toBe(CHUNKS * 65_536);
    expect(await ends).toEqual(['resolved', 'resolved']);
    await until(() => bridged?.destroyed === true);
    listener.close();
  });
});

describe('a pipe that ends while it waits for the first connection', () => {
  it('waits no longer for it', async () => {
    server = await talker();
    const client = make({ reconnect: true });
    await server.stop();
    const controller = new AbortController();
    const sink = new Writable();
    const piped = [
      outcome(client.pipeFrom(new PassThrough(), { signal: controller.signal })),
      outcome(client.pipeTo(sink, { signal: controller.signal })),
    ];
    await new Promise((resolve) => client.once('reconnecting', resolve));
    controller.abort();
    expect(await Promise.all(piped)).toEqual(['ABORT_ERR', 'ABORT_ERR']);
    expect(sink.destroyed).toBe(true);
  });
});
