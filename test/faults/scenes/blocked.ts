/**
 * A client whose process does not get to its timers: it is blocked for longer than the heartbeat's time-out,
 * again and again, while the answers come into the kernel. The server runs in a thread of its own; the block
 * lasts until that thread has had its turns, however busy the machine is. Prints what the client reported.
 */
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { ReckerWebSocket, type WebSocketOptions } from '../../../src/index.js';

/** How long it is blocked at the least, in ms, and how many turns of 10 ms the server has to have meanwhile. */
const BLOCKED = 900;
const TURNS = 60;

/** Plain JavaScript: threads of Node 20 do not take part in what loads TypeScript. */
const SERVER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { WebSocketServer } = require(workerData.ws);
  const turns = new Int32Array(workerData.memory);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('listening', () => parentPort.postMessage(server.address().port));
  setInterval(() => { Atomics.add(turns, 0, 1); Atomics.notify(turns, 0); }, 10);
`;

const [, , options = '{}', lasts = '5000'] = process.argv;
const memory = new SharedArrayBuffer(4);
const turns = new Int32Array(memory);
const ws = createRequire(import.meta.url).resolve('ws');
const server = new Worker(SERVER, { eval: true, workerData: { memory, ws }, execArgv: [] });
const port = await new Promise<number>((resolve) => server.once('message', resolve));
const client = new ReckerWebSocket(`ws://127.0.0.1:${port}/`, JSON.parse(options) as WebSocketOptions);
let [timeouts, closes, pongs] = [0, 0, 0];
client.on('heartbeat-timeout', () => {
  timeouts += 1;
});
client.on('close', () => {
  closes += 1;
});
client.on('pong', () => {
  pongs += 1;
});
client.on('error', () => {});
await client.connect();
const end = performance.now() + Number(lasts);
while (performance.now() < end) {
  const until = performance.now() + BLOCKED;
  const before = Atomics.load(turns, 0);
  while (performance.now() < until || Atomics.load(turns, 0) < before + TURNS) {
    Atomics.wait(turns, 0, Atomics.load(turns, 0), 20);
  }
  await new Promise((resolve) => setTimeout(resolve, 60));
}
console.log(JSON.stringify({ timeouts, closes, pongs }));
process.exit(0);
