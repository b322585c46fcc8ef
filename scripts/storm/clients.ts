/**
 * Run by run.ts in processes of their own: a share of the clients of a storm. Reports when all are open, when each
 * dial after the loss was due and when it was made, and when each was back.
 */
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';

const [, , url = '', count = '0', options = '{}'] = process.argv;
const dues: number[] = [];
const dials: number[] = [];
const backs: number[] = [];
const clients = Array.from({ length: Number(count) }, () => {
  const ws = new ReckerWebSocket(url, JSON.parse(options) as WebSocketOptions);
  ws.on('error', () => {});
  ws.on('reconnecting', (_attempt, delay) => dues.push(Date.now() + delay));
  ws.on('state', (state) => {
    if (state === 'reconnecting') dials.push(Date.now());
  });
  ws.on('open', ({ reconnected }) => {
    if (!reconnected) return;
    backs.push(Date.now());
    if (backs.length === clients.length) process.send?.({ dues, dials, backs });
  });
  return ws;
});
// One after the other, as users come: the storm is to come from the restart.
for (const ws of clients) await ws.connect();
process.send?.({ ready: true });
process.on('disconnect', () => process.exit());
