import assert from 'node:assert/strict';
import { CommonClient, Server } from 'rpc-websockets';
import { httpBackend, type Library, retried } from '../library.js';

export const rpcWebsockets: Library = {
  name: 'rpc-websockets',
  serve: () => httpBackend((server) => void new Server({ server }).register('echo', (params) => params[0])),
  async connect(url, WebSocket) {
    const client = new CommonClient((address, options) => new WebSocket(address, undefined, options), url, {
      reconnect_interval: 20,
      max_reconnects: 0,
    });
    const lost = new Promise((resolve) => client.once('close', resolve));
    return {
      lost,
      exchange: () => retried(async () => assert.equal(await client.call('echo', ['héllo']), 'héllo')),
      close: () => client.close(),
    };
  },
};
