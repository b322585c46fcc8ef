import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'close-keeps-tcp',
  group: 'server',
  title: 'the server closes, and keeps TCP',
  story:
    'The server sends Close 1001 and never ends TCP, as behind a proxy that keeps its side open; the client is expected to end the connection itself within seconds, and to be back.',
  sources: [
    { name: 'RFC 6455 §7.1.1', url: 'https://www.rfc-editor.org/rfc/rfc6455#section-7.1.1' },
    {
      name: 'ws, closeTimeout',
      url: 'https://github.com/websockets/ws/blob/master/doc/ws.md#new-websocketaddress-protocols-options',
    },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    server.closeAndKeepTcp(1001, 'going away');
    const back = await tools.until(() => server.seen.handshakes.length > 1 && session.isOpen, 10_000);
    if (!back) return fails('waits for the server');
    const named = session.events.some(({ kind, code }) => kind === 'close' && code === 1001);
    return named ? passes('back, names the code') : fails('back, names another code');
  },
};
