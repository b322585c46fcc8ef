/**
 * A dashboard that never gives up: `npx tsx examples/dashboard.ts`. The loop goes on over a lost connection.
 * Ends by itself.
 */
import { createClient } from '../src/index.js';
import { startServer } from './server.js';

let measured = 0;

const server = await startServer((socket) => {
  const timer = setInterval(() => {
    measured += 1;
    socket.send(JSON.stringify({ cpu: 10 + measured, memory: 512, requests: measured * 7 }));
    // The server restarts in the middle of it: 1012 (RFC 6455's registry: "service restart").
    if (measured === 3) socket.close(1012, 'restarting');
  }, 50);
  socket.on('close', () => clearInterval(timer));
});

const client = createClient({ baseUrl: server.baseUrl });

const metrics = client.websocket('/metrics', {
  reconnect: true,
  reconnectDelay: 50,
  maxReconnectAttempts: 0, // Never give up
  heartbeatInterval: 10000,
});
metrics.on('reconnecting', (attempt, delay) => console.log(`(lost: attempt ${attempt} in ${delay} ms)`));

for await (const message of metrics) {
  const data = JSON.parse(message.data.toString());
  console.log(`cpu ${data.cpu} %  memory ${data.memory} MB  requests ${data.requests}`);
  if (data.requests >= 42) break;
}

await metrics.close();
await server.stop();
console.log(`${metrics.stats().opens} connections, ${metrics.stats().messagesIn} measurements`);
