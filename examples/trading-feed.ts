/**
 * A trading feed in binary: `npx tsx examples/trading-feed.ts`. A server that falls silent is noticed by its
 * missing Pong. Ends by itself.
 */
import { createClient } from '../src/index.js';
import { startServer } from './server.js';

let connections = 0;

const server = await startServer((socket) => {
  connections += 1;
  socket.send(JSON.stringify({ type: 'subscribed', symbol: 'BTC-USD' }));
  const tick = Buffer.alloc(16);
  tick.writeDoubleLE(61_000.5 + connections, 0);
  tick.writeDoubleLE(0.25, 8);
  socket.send(tick);
  // The first connection dies without a word, as behind a router that was switched off.
  if (connections === 1) socket.pause();
});

const client = createClient({ baseUrl: server.baseUrl });

const feed = client.websocket('/trading/btc-usd', {
  reconnect: true,
  reconnectDelay: 20,
  // Short, for the example; the seed's 5000 is a good value.
  heartbeatInterval: 200,
  heartbeatTimeout: 200,
});

let ticks = 0;

feed.on('message', (msg) => {
  if (msg.isBinary) {
    const buffer = Buffer.from(msg.data as Buffer);
    const price = buffer.readDoubleLE(0);
    const volume = buffer.readDoubleLE(8);
    console.log(`BTC-USD: $${price} (${volume} BTC)`);
    ticks += 1;
    if (ticks === 2) void end();
  } else {
    const data = JSON.parse(msg.data.toString());
    console.log('Control message:', data.type);
  }
});
feed.on('heartbeat-timeout', () => console.log('Heartbeat timed out, reconnecting...'));

async function end(): Promise<void> {
  await feed.close();
  await server.stop();
}
