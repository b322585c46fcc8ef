/**
 * Notifications with a subprotocol, a fresh token for each dial, and topics subscribed to anew after each
 * connection: `npx tsx examples/notifications.ts`. Ends by itself.
 */
import { createClient } from '../src/index.js';
import { startServer } from './server.js';

const server = await startServer(
  (socket, request) => {
    console.log(`server: ${request.headers.authorization}, ${socket.protocol}`);
    socket.on('message', (data) => {
      const { topics } = JSON.parse(data.toString());
      socket.send(JSON.stringify({ topic: topics[0], text: 'disk almost full' }));
      // "Try again later": a code that is reconnected after.
      setTimeout(() => socket.close(1013, 'rebalancing'), 50);
    });
  },
  (offered) => (offered.has('notifications-v2') ? 'notifications-v2' : false),
);

let tokens = 0;
const getToken = async (): Promise<string> => {
  tokens += 1;
  return `token-${tokens}`;
};

const client = createClient({ baseUrl: server.baseUrl });

const notifications = client.websocket('/notifications', {
  protocols: ['notifications-v2', 'notifications-v1'],
  reconnect: true,
  reconnectDelay: 50,
  headers: async () => ({
    Authorization: `Bearer ${await getToken()}`,
    'User-Agent': 'MyApp/1.0',
  }),
});

notifications.on('open', () => {
  notifications.sendJSON({ action: 'subscribe', topics: ['alerts', 'messages', 'updates'] });
});

let shown = 0;
notifications.on('message', (msg) => {
  const notification = JSON.parse(msg.data.toString());
  console.log(`${notification.topic}: ${notification.text}`);
  shown += 1;
  if (shown === 2) void end();
});

async function end(): Promise<void> {
  await notifications.close();
  await server.stop();
}
