/**
 * Topics that change before, during and after a lost connection: `npx tsx examples/recipes/topics.demo.ts`. Ends by
 * itself.
 */
import { once } from 'node:events';
import { createClient } from '../../src/index.js';
import { startServer } from '../server.js';
import { Topics } from './topics.js';

const server = await startServer((socket) => {
  const subscribed = new Set<string>();
  socket.on('message', (text) => {
    const { action, topics } = JSON.parse(text.toString());
    for (const topic of topics) subscribed[action === 'subscribe' ? 'add' : 'delete'](topic);
    console.log(`server: ${[...subscribed].join(' ')}`);
    socket.send(JSON.stringify({ type: `${action}d`, topics }));
  });
});

const topics = new Topics();
topics.add('alerts');
topics.add('prices');

const client = createClient({ baseUrl: server.baseUrl });
const ws = client.websocket('/feed', { reconnect: true, reconnectDelay: 20, prepare: topics.prepare });
ws.on('open', ({ reconnected }) => console.log(reconnected ? 'open again' : 'open'));

await ws.connect();
topics.add('news');
await once(ws, 'message');

for (const socket of server.sockets) socket.terminate();
await once(ws, 'state');
topics.delete('prices');
topics.add('weather');
await ws.connect();

await ws.close();
await server.stop();
