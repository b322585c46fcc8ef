import assert from 'node:assert/strict';
import { WebSocketProvider } from 'ethers';
import type { Library } from '../library.js';
import { serveJsonRpc } from './jsonRpc.js';

export const ethers: Library = {
  name: 'ethers',
  leavesReconnecting: true,
  serve: serveJsonRpc,
  async connect(url, WebSocket) {
    const socket = new WebSocket(url);
    const provider = new WebSocketProvider(() => socket, 'mainnet');
    return {
      lost: new Promise((resolve) => socket.addEventListener('close', resolve, { once: true })),
      async exchange() {
        // Not cached, as what the methods with names ask for is.
        assert.equal(await provider.send('eth_blockNumber', []), '0x2a');
      },
      close: () => provider.destroy(),
    };
  },
};
