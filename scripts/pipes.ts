/**
 * `npm run pipes`: pipes with ten different ends, and many chunks in each direction. Prints what is there before and
 * after each: file descriptors, listeners, readers and heap. Exits with 1 where something stayed behind.
 */
import { getEventListeners } from 'node:events';
import { readdirSync } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { WebSocket } from 'ws';
import { ReckerWebSocket } from '../src/index.js';
import { serve, until } from '../test/messages/support.js';

const { values } = parseArgs({
  options: { pipes: { type: 'string', default: '1000' }, chunks: { type: 'string', default: '1000000' } },
});
const pipes = Number(values.pipes);
const chunks = Number(values.chunks);
if (!(pipes > 0) || !(chunks > 0)) {
  console.error('Usage: npm run pipes -- [--pipes N] [--chunks N]');
  process.exit(2);
}
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let peer: WebSocket;
let received = 0;
const server = await serve((socket) => {
  peer = socket;
  socket.on('message', () => {
    received += 1;
  });
});
const ws = new ReckerWebSocket(server.url);
/** As long as the program: what a pipe leaves on it stays. */
const lasting = new AbortController();
const NAMES = ['error', 'close', 'end', 'readable', 'drain', 'finish'];
const counted = (emitter: { listenerCount(name: never): number }): number =>
  NAMES.reduce((sum, name) => sum + emitter.listenerCount(name as never), 0);

interface Sample {
  readonly descriptors: number;
  readonly listeners: number;
  readonly readers: number;
  readonly heap: number;
}

async function sample(streams: readonly (Readable | Writable)[]): Promise<Sample> {
  if (!ws.isConnected) await ws.connect();
  await until(() => server.clients.size === 1);
  // A message is unread where no reader is left to take it.
  const { messagesIn, messagesUnread } = ws.stats();
  peer.send('for nobody');
  await until(() => ws.stats().messagesIn > messagesIn);
  const readers = 1 - (ws.stats().messagesUnread - messagesUnread);
  const listeners = [ws, ...streams].reduce((sum, each) => sum + counted(each), 0);
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    listeners: listeners + getEventListeners(lasting.signal, 'abort').length,
    readers,
    heap: process.memoryUsage().heapUsed,
  };
}

const { signal } = lasting;
const failing = () =>
  new Writable({
    write: (_chunk, _encoding, done) => done(new Error('full')),
  });

/** How a pipe ends: makes its stream, and ends it. */
const ENDINGS: Readonly<Record<string, () => [Readable | Writable, Promise<void>]>> = {
  'pipeFrom: the source ends': () => from(Readable.from(['x'])),
  'pipeFrom: the source fails': () => {
    const source = new PassThrough();
    const begun = from(source);
    source.destroy(new Error('gone'));
    return begun;
  },
  'pipeFrom: aborted': () => aborted((signal) => from(new PassThrough(), signal)),
  'pipeFrom: close()': () => during(from(new PassThrough()), () => void ws.close()),
  'pipeFrom: the connection is lost': () => during(from(new PassThrough()), () => peer.terminate()),
  'pipeTo: close()': () => during(to(new PassThrough()), () => void ws.close()),
  'pipeTo: the destination fails': () => during(to(failing()), () => peer.send('x')),
  'pipeTo: the destination is destroyed': () => {
    const begun = to(new PassThrough());
    begun[0].destroy();
    return begun;
  },
  'pipeTo: aborted': () => aborted((signal) => to(new PassThrough(), signal)),
  'pipeTo: the connection is lost': () => during(to(new PassThrough()), () => peer.terminate()),
};

type Begun = [Readable | Writable, Promise<void>];
const from = (source: Readable, by = signal): Begun => [source, ws.pipeFrom(source, { signal: by })];
const to = (sink: Writable, by = signal): Begun => [sink, ws.pipeTo(sink, { signal: by })];
function during(begun: Begun, act: () => void): Begun {
  setImmediate(act);
  return begun;
}
function aborted(begin: (signal: AbortSignal) => Begun): Begun {
  const controller = new AbortController();
  return during(begin(controller.signal), () => controller.abort());
}

let left = 0;
const row = (cells: readonly unknown[]): void =>
  console.log(
    cells
      .map((cell, index) => String(cell)[index === 0 ? 'padEnd' : 'padStart'](index === 0 ? 38 : 16))
      .join(''),
  );
const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

async function compare(what: string, act: () => Promise<readonly (Readable | Writable)[]>): Promise<void> {
  const before = await sample([]);
  const streams = await act();
  const after = await sample(streams);
  row([
    what,
    `${before.descriptors} → ${after.descriptors}`,
    `${before.listeners} → ${after.listeners}`,
    `${before.readers} → ${after.readers}`,
    `${mib(before.heap)} → ${mib(after.heap)}`,
  ]);
  for (const name of ['descriptors', 'listeners', 'readers'] as const)
    if (after[name] > before[name]) left += 1;
}

async function end(begin: () => Begun): Promise<Readable | Writable> {
  if (!ws.isConnected) await ws.connect();
  await until(() => server.clients.size === 1);
  const [stream, piped] = begin();
  await piped.catch(() => {});
  if (ws.state === 'closing') await ws.close();
  // A source that was read to its end closes by itself; the far side of a PassThrough is nobody's here.
  stream.destroy();
  await until(() => stream.closed);
  return stream;
}

ws.on('error', () => {});
row([`${pipes} pipes each`, 'descriptors', 'listeners', 'readers', 'heap MiB']);
for (const begin of Object.values(ENDINGS)) await end(begin);
for (const [name, begin] of Object.entries(ENDINGS)) {
  await compare(name, async () => {
    let last: Readable | Writable = await end(begin);
    for (let count = 1; count < pipes; count += 1) last = await end(begin);
    return [last];
  });
}

const CHUNK = Buffer.alloc(64, 'x');
function* supply(): Generator<Buffer> {
  for (let count = 0; count < chunks; count += 1) yield CHUNK;
}
await compare(`pipeFrom: ${chunks} chunks`, async () => {
  received = 0;
  const source = Readable.from(supply());
  await ws.pipeFrom(source, { signal });
  await until(() => received === chunks);
  return [source];
});
await compare(`pipeTo: ${chunks} chunks`, async () => {
  let written = 0;
  const sink = new Writable({
    write(_chunk, _encoding, done) {
      written += 1;
      done();
    },
  });
  const piped = ws.pipeTo(sink, { signal });
  for (let count = 1; count <= chunks; count += 1) {
    if (count % 1000 !== 0 && count !== chunks) peer.send(CHUNK);
    else await new Promise<void>((resolve) => peer.send(CHUNK, () => resolve()));
  }
  await until(() => written === chunks);
  await ws.close();
  await piped;
  return [sink];
});

await ws.close();
await server.stop();
console.log(left === 0 ? 'nothing stayed behind' : `${left} figures have grown`);
if (left > 0) process.exitCode = 1;
