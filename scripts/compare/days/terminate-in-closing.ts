import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'terminate-in-closing',
  group: 'close',
  title: 'terminate() while it closes',
  story:
    'The server does not answer the Close, and the program, which shuts down, does not want to wait; terminate() is expected to destroy the socket at once, with one close event.',
  sources: [
    {
      name: 'ws, terminate()',
      url: 'https://github.com/websockets/ws/blob/master/doc/ws.md#websocketterminate',
    },
  ],
  quick: true,
  async run(client, tools) {
    const server = await tools.server();
    server.ignoreClose();
    const session = client.open(server.url(), { closeTimeout: 10_000 });
    if (session.terminate === undefined) return notOffered('no such call');
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    session.close();
    await tools.sleep(200);
    session.terminate();
    if (!(await tools.until(() => server.sockets === 0, 2000))) return fails('leaves the socket');
    await tools.sleep(500);
    const closes = session.events.filter(({ kind }) => kind === 'close').length;
    if (server.seen.handshakes.length > 1) return fails('dials again');
    return closes === 1 ? passes('at once') : fails('not one close event');
  },
};
