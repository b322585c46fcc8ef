import { WebSocketServer } from 'ws';
import { type Day, fails, passes } from '../day.js';

const MIB = 1024 * 1024;

export const day: Day = {
  name: 'slow-reader',
  group: 'messages',
  title: 'the program reads slower than the server sends',
  story:
    'The server sends 300 MiB as fast as it can, and the program takes one message in 20 ms; memory is expected to stay bounded because the client stops reading.',
  sources: [
    { name: 'nodejs/undici#5503', url: 'https://github.com/nodejs/undici/issues/5503' },
    { name: 'websockets/ws#15', url: 'https://github.com/websockets/ws/issues/15' },
  ],
  limit: 60_000,
  async run(client, tools) {
    const program = tools.program('server');
    const { port } = await program.says('port');
    const session = client.open(`ws://127.0.0.1:${port}/`, { heartbeat: 30_000 });
    const slowly = (): Promise<void> => tools.sleep(20);
    if (session.readSlowly !== undefined) session.readSlowly(slowly);
    else {
      // What its interface allows: work on one after the other.
      let last: Promise<unknown> = Promise.resolve();
      session.on('message', ({ data }) => {
        last = last.then(slowly).then(() => data);
      });
    }
    const before = process.memoryUsage().rss;
    let most = 0;
    for (let turn = 0; turn < 80; turn += 1) {
      await tools.sleep(100);
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    return most < 150 * MIB ? passes('stops reading') : fails('memory grows');
  },
  parts: {
    server({ say }) {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
        const { port } = server.address() as { readonly port: number };
        say({ port });
      });
      const data = Buffer.alloc(64 * 1024);
      server.on('connection', (socket) => {
        socket.on('error', () => {});
        let left = 4800;
        const next = (): void => {
          left -= 1;
          if (left >= 0) socket.send(data, next);
        };
        setTimeout(next, 500);
      });
    },
  },
};
