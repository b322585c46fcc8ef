/**
 * A subscription that survives a lost connection: `npx tsx examples/recipes/graphql.demo.ts`. Ends by itself.
 */
import { startServer } from '../server.js';
import { GraphQLSocket } from './graphql.js';

const server = await startServer(
  (socket) => {
    const send = (message: unknown) => socket.send(JSON.stringify(message));
    socket.on('message', (text) => {
      const { type, id, payload } = JSON.parse(text.toString());
      console.log(`server: ${type} ${payload?.token ?? payload?.query ?? ''}`);
      if (type === 'connection_init') send({ type: 'ping' });
      if (type === 'pong') send({ type: 'connection_ack' });
      if (type !== 'subscribe') return;
      send({ id, type: 'next', payload: { data: { price: 42 } } });
      // The first connection fails. The second ends the subscription.
      if (connections === 1) setTimeout(() => socket.terminate(), 50);
      else send({ id, type: 'complete' });
    });
  },
  () => 'graphql-transport-ws',
);

let connections = 0;

const client = new GraphQLSocket(
  server.baseUrl.replace('http', 'ws'),
  async () => {
    connections += 1;
    return { token: `token-${connections}` };
  },
  { reconnectDelay: 20 },
);

client.subscribe(
  { query: 'subscription { price }' },
  {
    next: (result) => console.log(JSON.stringify(result)),
    error: (error) => console.log(error),
    complete: () => void end(),
  },
);

async function end(): Promise<void> {
  console.log('complete');
  await client.socket.close();
  await server.stop();
}
