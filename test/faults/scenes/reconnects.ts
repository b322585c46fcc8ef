/**
 * One client that is dropped again and again and comes back each time, in a process where nothing else is
 * counted. Says what the process held in the middle and at the end: equal, where nothing leaks.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { ReckerWebSocket } from '../../../src/index.js';

const times = Number(process.argv[2] ?? 10_000);
// The server lives as long as the process and keeps nothing of its connections.
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (peer) => {
  peer.on('error', () => {});
  // Alternately by a FIN and by a Close.
  peer.on('message', (data) => (String(data) === 'drop' ? peer.terminate() : peer.close(1012)));
});
await once(server, 'listening');
const ws = new ReckerWebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
  reconnect: true,
  reconnectDelay: 0,
});
let opens = 0;
ws.on('error', () => {});

async function held(): Promise<object> {
  for (let round = 0; round < 6; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const names = ws.eventNames() as 'close'[];
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  return {
    heap: process.memoryUsage().heapUsed,
    flat: {
      descriptors: readdirSync('/proc/self/fd').length,
      listeners: names.reduce((sum, name) => sum + ws.listenerCount(name), 0),
      processListeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
      resources,
      peers: server.clients.size,
    },
  };
}

async function until(count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const opened = (): void => {
      opens += 1;
      if (opens >= count) {
        ws.off('open', opened);
        resolve();
      } else {
        void ws.send(opens % 2 === 0 ? 'drop' : 'close');
      }
    };
    ws.on('open', opened);
    if (ws.isConnected) void ws.send('drop');
    else void ws.connect();
  });
}

const start = performance.now();
// Modules, shapes and compiled code are there after these.
await until(Math.floor(times / 5));
const before = await held();
await until(times);
const after = await held();
console.log(JSON.stringify({ before, after, opens, seconds: (performance.now() - start) / 1000 }));
process.exit(0);
