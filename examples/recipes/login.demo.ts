/**
 * A login with tokens that live for two seconds and are renewed every 50 ms: `npx tsx examples/recipes/login.demo.ts`. Ends by itself.
 */
import { createClient } from '../../src/index.js';
import { startServer } from '../server.js';
import { login } from './login.js';

const LIFETIME = 2000;
let connections = 0;
let renewals = 0;

const server = await startServer((socket) => {
  connections += 1;
  let expiry: NodeJS.Timeout | undefined;
  socket.on('message', (text) => {
    const { type, token, body } = JSON.parse(text.toString());
    console.log(`server: ${type} ${token ?? body}`);
    if (type === 'login') socket.send(JSON.stringify({ type: 'welcome' }));
    if (type === 'renew') renewals += 1;
    if (token === undefined) return;
    // Without a renewal the server closes the connection.
    clearTimeout(expiry);
    expiry = setTimeout(() => socket.close(4401, 'the token has expired'), LIFETIME);
    // The network fails once, after two renewals.
    if (renewals === 2 && connections === 1) socket.terminate();
    if (renewals === 3) void end();
  });
  socket.on('close', () => clearTimeout(expiry));
});

let tokens = 0;

const client = createClient({ baseUrl: server.baseUrl });
const ws = client.websocket('/account', {
  reconnect: true,
  reconnectDelay: 20,
  prepare: login({
    async fetchToken() {
      tokens += 1;
      return { value: `token-${tokens}`, expiresAt: Date.now() + LIFETIME };
    },
    early: LIFETIME - 50,
    pause: 20,
  }),
});

ws.on('open', () => console.log('open'));
ws.on('close', (code) => console.log(`close ${code}`));
// It waits until the login is done.
ws.sendJSON({ type: 'order', body: '1 apple' });

async function end(): Promise<void> {
  await ws.close();
  await server.stop();
}
