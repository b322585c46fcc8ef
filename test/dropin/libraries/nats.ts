import assert from 'node:assert/strict';
import { wsconnect } from '@nats-io/nats-core';
import { Daemon, findTool, freePort, put, scratch } from '../../support/tools.js';
import { BYTES, type Library, retried } from '../library.js';

export const nats: Library = {
  name: '@nats-io/nats-core',
  needs: 'nats-server',
  async serve() {
    const [port, tcp] = [await freePort(), await freePort()];
    const folder = await scratch();
    const config = await put(
      folder,
      'nats.conf',
      `host: 127.0.0.1\nport: ${tcp}\nwebsocket { host: "127.0.0.1", port: ${port}, no_tls: true }\n`,
    );
    return Daemon.start({
      command: findTool('nats-server') ?? 'nats-server',
      args: ['-c', config],
      folder,
      port,
    });
  },
  async connect(url, WebSocket) {
    const connection = await wsconnect({
      servers: url,
      wsFactory: async (address) => ({ socket: new WebSocket(address), encrypted: false }),
      reconnectTimeWait: 20,
      maxReconnectAttempts: -1,
    });
    const waiting: ((data: Uint8Array) => void)[] = [];
    connection.subscribe('topic', { callback: (_, message) => waiting.shift()?.(message.data) });
    const lost = (async () => {
      for await (const { type } of connection.status()) if (type === 'disconnect') return;
    })();
    return {
      lost,
      async exchange() {
        await retried(async () => {
          waiting.length = 0;
          const answer = new Promise<Uint8Array>((resolve) => waiting.push(resolve));
          connection.publish('topic', BYTES);
          await connection.flush();
          assert.deepEqual(new Uint8Array(await answer), BYTES);
        });
      },
      close: () => connection.close(),
    };
  },
};
