/** Makes a client, uses up the file descriptors of this process, dials, and gives them back. */
import { closeSync, openSync } from 'node:fs';
import { Agent } from 'undici';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';

const [, , route = '', url = '', http = '', socks = ''] = process.argv;
if (route === 'env') process.env.all_proxy = `socks5://${socks}`;
const ROUTES: Readonly<Record<string, () => WebSocketOptions>> = {
  http: () => ({ proxy: http }),
  socks5: () => ({ proxy: `socks5://${socks}` }),
  socks5h: () => ({ proxy: { url: `socks5h://${socks}` } }),
  provider: () => ({ proxy: () => `socks5://${socks}` }),
  env: () => ({ proxy: 'env' }),
  dispatcher: () => ({ dispatcher: new Agent() as never }),
};

const ws = new ReckerWebSocket(url, {
  reconnect: true,
  reconnectDelay: 20,
  maxReconnectDelay: 50,
  maxReconnectAttempts: 0,
  ...ROUTES[route]?.(),
});
const failures: string[] = [];
const held: number[] = [];
ws.on('error', (error) => failures.push(`${(error as { code?: string }).code} ${error.message}`));
ws.on('reconnect-error', (error) => failures.push(`${(error as { code?: string }).code} ${error.message}`));
try {
  for (;;) held.push(openSync('/dev/null', 'r'));
} catch {
  // There are no more.
}
const connected = ws.connect();
while (failures.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
for (const descriptor of held) closeSync(descriptor);
await connected;
process.stdout.write(JSON.stringify({ failures: failures.join('; '), after: ws.state }));
process.exit(0);
