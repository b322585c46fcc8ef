/**
 * Run by cycles.test.ts in a process of its own, where nobody else's timers, sockets and memory are counted:
 * clients connect, are dropped, come back by themselves and close, again and again. Prints what the process had
 * before and has after, as JSON.
 *
 * Usage: node --expose-gc --import tsx test/support/cycles.ts <fresh|reused> <cycles>
 */
import { getEventListeners, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { ReckerWebSocket } from '../../src/index.js';

/** What is left when all is closed; equal before and after, where nothing leaks. */
export interface Leftovers {
  /** Sockets and timers of the process, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  /** Listeners of `process`, of the reused client and of a signal that waits were given. */
  readonly listeners: readonly number[];
  readonly serverConnections: number;
}

export interface CyclesReport {
  readonly before: Leftovers;
  readonly after: Leftovers;
  /** Bytes of heap that the cycles after the warm-up left behind. */
  readonly heapGrown: number;
  /** Clients that were made anew and are still in memory. */
  readonly survivors: number;
  readonly dials: number;
}

/** How many lives are led at a time. */
const ABREAST = 10;
/** Lives before the measuring begins: modules, shapes and compiled code are there then. */
const WARM_UP = 300;

// `ws`'s own server: the fault server keeps a record of all it saw, which would count as memory.
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
const dropped = new Set<string>();
let dials = 0;
server.on('connection', (peer: WebSocket, { url = '' }: IncomingMessage) => {
  dials += 1;
  // Each path is dropped once, so that its client has to come back.
  if (dropped.delete(url)) return;
  dropped.add(url);
  peer.terminate();
});
await once(server, 'listening');
const base = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;

const waits = new AbortController();
const refs: WeakRef<ReckerWebSocket>[] = [];

function makeClient(path: string): ReckerWebSocket {
  return new ReckerWebSocket(`${base}/${path}`, { reconnect: true, reconnectDelay: 1 });
}

async function live(ws: ReckerWebSocket): Promise<void> {
  const back = new Promise<void>((resolve) => {
    const opened = ({ reconnected }: { reconnected: boolean }): void => {
      if (!reconnected) return;
      ws.off('open', opened);
      resolve();
    };
    ws.on('open', opened);
  });
  await ws.connect({ signal: waits.signal });
  await back;
  await ws.close();
}

const reused = Array.from({ length: ABREAST }, (_, index) => makeClient(`reused/${index}`));

/** `count` lives: of ever new clients, or of the same ten. */
async function liveOn(kind: string, count: number): Promise<void> {
  let started = 0;
  const one = async (own: ReckerWebSocket): Promise<void> => {
    while (started < count) {
      started += 1;
      const ws = kind === 'fresh' ? makeClient(`fresh/${started}`) : own;
      if (kind === 'fresh') refs.push(new WeakRef(ws));
      await live(ws);
    }
  };
  await Promise.all(reused.map(one));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function leftovers(): Promise<Leftovers> {
  for (const peer of server.clients) await once(peer, 'close');
  // Handles are closed in one turn of the loop and forgotten in a later one.
  for (let count = 0; count < 5; count += 1) await turn();
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const emitters = [process, ...reused];
  const counts = emitters.map((emitter) => {
    const names = emitter.eventNames() as 'close'[];
    return names.reduce((sum, name) => sum + emitter.listenerCount(name), 0);
  });
  return {
    resources,
    listeners: [...counts, getEventListeners(waits.signal, 'abort').length],
    serverConnections: server.clients.size,
  };
}

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.();
    await turn();
  }
  return process.memoryUsage().heapUsed;
}

const [, , kind = 'fresh', count = '1000'] = process.argv;
await liveOn(kind, WARM_UP);
const before = await leftovers();
const heapBefore = await heapUsed();
const dialsBefore = dials;
refs.length = 0;
await liveOn(kind, Number(count));
const after = await leftovers();
const heapGrown = (await heapUsed()) - heapBefore;
const survivors = refs.filter((ref) => ref.deref() !== undefined).length;
const report: CyclesReport = { before, after, heapGrown, survivors, dials: dials - dialsBefore };
console.log(JSON.stringify(report));
server.close();
