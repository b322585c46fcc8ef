import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'refused-401',
  group: 'refusal',
  title: 'the handshake is answered with 401',
  short: 'does not hammer a server that answers 401, and says so',
  story:
    'The server answers each handshake with 401: the credentials are wrong and stay wrong; the client is expected to stop, and to report the status.',
  sources: [
    { name: 'felangel/web_socket_client#75', url: 'https://github.com/felangel/web_socket_client/issues/75' },
    {
      name: 'socketio/socket.io-client#1263',
      url: 'https://github.com/socketio/socket.io-client/issues/1263',
    },
    {
      name: 'python-websockets/websockets#1480',
      url: 'https://github.com/python-websockets/websockets/issues/1480',
    },
  ],
  async run(client, tools) {
    const server = await tools.server();
    server.refuse(401);
    const session = client.open(server.url());
    if (!(await tools.until(() => server.seen.handshakes.length > 0, 8000))) return fails('never dialled');
    await tools.sleep(5000);
    const named = session.events.some(({ status }) => status === 401);
    const says = named ? 'names the status' : 'no status';
    return server.seen.handshakes.length > 2
      ? fails(`dials on, ${says}`)
      : named
        ? passes('stops, names the status')
        : fails('stops, no status');
  },
};
