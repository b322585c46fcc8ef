import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'idle-cut',
  group: 'link',
  title: 'a load balancer cuts idle connections',
  story:
    'A load balancer ends each connection that carried nothing for three seconds, while the application is silent; the client is expected to keep the connection by its heartbeat.',
  sources: [
    { name: 'ethers-io/ethers.js#4587', url: 'https://github.com/ethers-io/ethers.js/issues/4587' },
    { name: 'zellij-org/zellij#4633', url: 'https://github.com/zellij-org/zellij/pull/4633' },
  ],
  async run(client, tools) {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    tools.atEnd(() => server.close());
    await once(server, 'listening');
    server.on('connection', (_socket, { socket }: IncomingMessage) => {
      socket.setTimeout(3000, () => socket.destroy());
    });
    const session = client.open(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, {
      heartbeat: 1000,
    });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    await tools.sleep(8000);
    return session.events.some(({ kind }) => kind === 'close') ? fails('is cut') : passes('kept');
  },
};
