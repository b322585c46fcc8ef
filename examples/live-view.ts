/**
 * The live view, which needs no internet: `npx tsx examples/live-view.ts`, then open the address that it
 * prints. `--once` ends it after one round.
 *
 * In a project of your own: npm install recker, and import from 'recker' and 'recker/inspect'.
 */
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { createClient } from '../src/index.js';
import { createLiveView } from '../src/inspect/index.js';

const view = await createLiveView();
console.log(`Live view: ${view.url}`);

// A server of our own that drops one client a second, so that there is something to see.
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
const dropping = setInterval(() => {
  const clients = [...server.clients];
  clients[Math.floor(Math.random() * clients.length)]?.terminate();
}, 1000);

const address = server.address() as { port: number };
const client = createClient({ baseUrl: `http://127.0.0.1:${address.port}` });
const sockets = Array.from({ length: 12 }, (_, n) =>
  client.websocket(`/feed/${n + 1}`, {
    reconnect: true,
    reconnectJitter: 'full',
    heartbeatInterval: 2000,
    heartbeatTimeout: 1000,
    inspect: view.inspect,
  }),
);
const talking = setInterval(() => {
  for (const ws of sockets) if (ws.isConnected) ws.sendJSON({ now: Date.now() });
}, 250);

async function end(): Promise<void> {
  clearInterval(talking);
  clearInterval(dropping);
  await Promise.all(sockets.map((ws) => ws.close()));
  server.close();
  await view.close();
}

process.once('SIGINT', () => void end());
if (process.argv.includes('--once')) {
  await Promise.race(sockets.map((ws) => once(ws, 'reconnecting')));
  await end();
}
