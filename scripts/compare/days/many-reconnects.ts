import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocketServer } from 'ws';
import type { Happening } from '../client.js';
import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'many-reconnects',
  group: 'link',
  title: 'thousands of reconnections',
  story:
    'Twenty clients lose their connection a few milliseconds after each time it opened, thousands of times; memory is expected to stay as it is, and no warning about listeners to appear.',
  sources: [
    { name: 'enisdenjo/graphql-ws#102', url: 'https://github.com/enisdenjo/graphql-ws/issues/102' },
    { name: 'websockets/ws#804', url: 'https://github.com/websockets/ws/issues/804' },
  ],
  limit: 150_000,
  async run(client, tools) {
    const program = tools.program('server');
    const { port } = await program.says('port');
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let warnings = 0;
    process.on('warning', ({ name }) => {
      if (name === 'MaxListenersExceededWarning') warnings += 1;
    });
    const settings = { reconnectDelay: 1, maxReconnectDelay: 2 };
    const sessions = Array.from({ length: 20 }, () => client.open(`ws://127.0.0.1:${port}/`, settings));
    let opened = 0;
    for (const session of sessions) session.on('open', () => (opened += 1));
    const used = async (): Promise<number> => {
      // The record of what was reported is the gallery's own.
      for (const { events } of sessions) (events as Happening[]).length = 0;
      for (let turn = 0; turn < 3; turn += 1) {
        collect();
        await tools.sleep(20);
      }
      return process.memoryUsage().heapUsed;
    };
    const count = (more: number): Promise<boolean> => {
      const goal = opened + more;
      return tools.until(() => opened >= goal, 60_000);
    };
    if (!(await count(1000))) return fails('stops coming back');
    const before = await used();
    if (!(await count(2000))) return fails('stops coming back');
    const grown = (await used()) - before;
    if (warnings > 0) return fails('listeners pile up');
    // A connection that is kept takes several kilobytes: 2,000 of them more than 6 MB.
    console.log(`grown by ${grown} bytes`);
    return grown < 2_500_000 ? passes('flat') : fails('memory grows');
  },
  parts: {
    server({ say }) {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
        const { port } = server.address() as { readonly port: number };
        say({ port });
      });
      server.on('connection', (socket) => setTimeout(() => socket.terminate(), 5));
    },
  },
};
