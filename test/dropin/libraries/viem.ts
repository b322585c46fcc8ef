import assert from 'node:assert/strict';
import type { Library } from '../library.js';
import { retried } from '../library.js';
import { serveJsonRpc } from './jsonRpc.js';

export const viem: Library = {
  name: 'viem',
  serve: serveJsonRpc,
  async connect(url, WebSocket) {
    globalThis.WebSocket = WebSocket;
    // It reads the global once, when it is first imported.
    const { createPublicClient, webSocket } = await import('viem');
    const client = createPublicClient({
      transport: webSocket(url, { reconnect: { delay: 20, attempts: 100 }, retryCount: 0, timeout: 1000 }),
    });
    const { socket } = await client.transport.getRpcClient();
    return {
      lost: new Promise((resolve) => socket.addEventListener('close', resolve, { once: true })),
      exchange: () =>
        retried(async () => {
          assert.equal(await client.getBlockNumber({ cacheTime: 0 }), 42n);
        }),
      close: async () => (await client.transport.getRpcClient()).close(),
    };
  },
};
