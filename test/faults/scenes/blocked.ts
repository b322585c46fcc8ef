/**
 * A client whose process does not get to its timers: it computes for longer than the heartbeat's time-out, again
 * and again, while the answers wait in the kernel. Says what it was told.
 */
import { ReckerWebSocket, type WebSocketOptions } from '../../../src/index.js';

const [, , url = '', options = '{}', blockFor = '900', lasts = '5000'] = process.argv;
const ws = new ReckerWebSocket(url, JSON.parse(options) as WebSocketOptions);
let [timeouts, closes, pongs] = [0, 0, 0];
ws.on('heartbeat-timeout', () => {
  timeouts += 1;
});
ws.on('close', () => {
  closes += 1;
});
ws.on('pong', () => {
  pongs += 1;
});
ws.on('error', () => {});
await ws.connect();
const end = performance.now() + Number(lasts);
while (performance.now() < end) {
  const until = performance.now() + Number(blockFor);
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 60));
}
console.log(JSON.stringify({ timeouts, closes, pongs }));
process.exit(0);
