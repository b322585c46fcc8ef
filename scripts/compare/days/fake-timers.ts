import { WebSocketServer } from 'ws';
import { type Day, fails, passes } from '../day.js';
import { inRealTime, installFakeTimers } from '../fakeTimers.js';

export const day: Day = {
  name: 'fake-timers',
  group: 'values',
  title: 'a test with fake timers',
  story:
    'A test installs fake timers, as Vitest and Jest do, and advances none; the client is expected to connect to a real server and to exchange a message, because I/O needs no timer.',
  sources: [
    { name: 'thoov/mock-socket#176', url: 'https://github.com/thoov/mock-socket/issues/176' },
    {
      name: 'solana-foundation/solana-web3.js#1582',
      url: 'https://github.com/solana-foundation/solana-web3.js/pull/1582',
    },
  ],
  async run(client, tools) {
    const program = tools.program('server');
    const { port } = await program.says('port');
    const timers = installFakeTimers();
    const session = client.open(`ws://127.0.0.1:${port}/`);
    if (!(await inRealTime(() => session.isOpen, 3000))) {
      timers.advance(100);
      const late = await inRealTime(() => session.isOpen, 3000);
      return fails(late ? 'waits for a timer' : 'never opens');
    }
    session.send('x');
    const echoed = await inRealTime(() => session.events.some(({ kind }) => kind === 'message'), 3000);
    return echoed ? passes('connects') : fails('no message');
  },
  parts: {
    server({ say }) {
      const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }, () => {
        const { port } = server.address() as { readonly port: number };
        say({ port });
      });
      server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    },
  },
};
