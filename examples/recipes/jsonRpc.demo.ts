/**
 * The fates of five calls: `npx tsx examples/recipes/jsonRpc.demo.ts`. Ends by itself.
 */
import { once } from 'node:events';
import { startServer } from '../server.js';
import { JsonRpc } from './jsonRpc.js';

const server = await startServer((socket) => {
  socket.on('message', (text) => {
    const { id, method, params } = JSON.parse(text.toString());
    console.log(`server: ${method}`);
    if (method === 'crash') socket.terminate();
    else if (method === 'divide' && params[1] === 0)
      socket.send(
        JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: 'division by zero' } }),
      );
    else socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: params?.[0] / params?.[1] || 'done' }));
  });
});

const rpc = new JsonRpc(server.baseUrl.replace('http', 'ws'), (call) => call('login', { token: 'a' }), {
  reconnectDelay: 20,
});

async function report(method: string, params?: unknown): Promise<void> {
  try {
    console.log(`${method}: ${await rpc.call(method, params)}`);
  } catch (error) {
    console.log(String(error));
  }
}

await report('divide', [6, 2]);
await report('divide', [6, 0]);

await report('crash');
// There is no connection now: the call leaves after the next login.
await report('divide', [8, 2]);

for (const socket of server.sockets) socket.terminate();
await once(rpc.socket, 'state');
const unsent = report('divide', [1, 2]);
await rpc.socket.close();
await unsent;
await server.stop();
