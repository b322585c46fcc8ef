/**
 * The Stately inspector with a Node process: `npx tsx examples/inspector-node.ts`, then open the address that
 * it prints. `--once` ends it after one round.
 *
 * `createInspectorServer` bridges this process to a page that embeds https://stately.ai/inspect: the page is
 * online, so this needs the internet. What needs none is examples/live-view.ts.
 *
 * In a project of your own: npm install recker, npm install -D @statelyai/inspect, and import from 'recker'.
 */
import { once } from 'node:events';
import { createWebSocketInspector } from '@statelyai/inspect';
import { createInspectorServer } from '@statelyai/inspect/server';
import { WebSocketServer } from 'ws';
import { createClient } from '../src/index.js';

const port = Number(process.env.PORT ?? 8080);
const bridge = createInspectorServer({ port, autoOpen: false });
const inspector = createWebSocketInspector({ url: `ws://localhost:${port}` });
console.log(`Stately inspector (its page is online): http://localhost:${port}`);

// A server of our own that drops its clients every three seconds, so that there is something to see.
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
const dropping = setInterval(() => {
  for (const client of server.clients) client.terminate();
}, 3000);

const address = server.address() as { port: number };
const client = createClient({ baseUrl: `http://127.0.0.1:${address.port}` });
const ws = client.websocket('/chat', {
  reconnect: true,
  heartbeatInterval: 1000,
  heartbeatTimeout: 500,
  inspect: inspector.inspect,
});
ws.on('state', (state) => console.log(state));

async function end(): Promise<void> {
  await ws.close();
  clearInterval(dropping);
  inspector.stop();
  server.close();
  bridge.stop();
}

process.once('SIGINT', () => void end());
if (process.argv.includes('--once')) {
  await once(ws, 'reconnecting');
  await ws.connect();
  await end();
}
