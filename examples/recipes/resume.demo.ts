/**
 * A feed that loses its connection twice, the second time for longer than the server remembers:
 * `npx tsx examples/recipes/resume.demo.ts`. Ends by itself.
 */
import { once } from 'node:events';
import { EventFeed } from './resume.js';
import { EventServer } from './resume.server.js';

const events = new EventServer(3);
const server = await events.listen();

const feed = new EventFeed(
  server.baseUrl.replace('http', 'ws'),
  {
    after: 0,
    onEvent: ({ id, data }) => console.log(`${id}: ${data}`),
    onGap: (from, to) => console.log(`lost: ${from} to ${to}`),
  },
  { reconnectDelay: 20 },
);

/** The network fails, and `count` events happen before the client is back. */
async function miss(count: number): Promise<void> {
  const lost = once(feed.socket, 'state');
  for (const socket of server.sockets) socket.terminate();
  await lost;
  for (let n = 0; n < count; n += 1) events.publish('while the client was away');
  await feed.socket.connect();
}

async function catchUp(): Promise<void> {
  while (feed.last !== events.newest) await once(feed.socket, 'message');
}

await feed.socket.connect();
events.publish('while the client was connected');
await catchUp();
await miss(2);
await catchUp();
await miss(5);
await catchUp();

await feed.socket.close();
await server.stop();
