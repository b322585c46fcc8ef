import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { TcpRelay } from '../../../src/testing/index.js';
import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'blocked-loop',
  group: 'program',
  title: 'the program blocks longer than the heartbeat',
  short: 'keeps a healthy connection while the program is busy',
  story:
    'The program computes for three seconds four times in a row, with a pause of 100 ms between, while the server, 300 ms away, answers each Ping at once; the client is expected not to take it for dead.',
  sources: [
    { name: 'openclaw/openclaw#105698', url: 'https://github.com/openclaw/openclaw/issues/105698' },
    { name: 'slackapi/bolt-js#2196', url: 'https://github.com/slackapi/bolt-js/issues/2196' },
  ],
  limit: 60_000,
  async run(client, tools) {
    if (!client.has.heartbeat) return notOffered('no heartbeat');
    const program = tools.program('server');
    const { port } = await program.says('port');
    const session = client.open(`ws://127.0.0.1:${port}/`, { heartbeat: 1000 });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    for (let nth = 0; nth < 4; nth += 1) {
      await tools.sleep(100);
      const end = performance.now() + 3000;
      while (performance.now() < end);
    }
    await tools.sleep(3000);
    return session.events.some(({ kind }) => kind === 'close') ? fails('cuts it') : passes('kept');
  },
  parts: {
    async server({ say }) {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
      await once(server, 'listening');
      const relay = await TcpRelay.start({ port: (server.address() as AddressInfo).port });
      relay.delay(150);
      say({ port: relay.port });
    },
  },
};
