import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'close-unanswered',
  group: 'close',
  title: 'the server never answers our Close',
  short: '`close()` ends although the server never answers',
  story:
    'The program calls close(), and the server, which hangs, neither answers the Close nor ends TCP; the client is expected to report the end and to leave no socket within seconds.',
  sources: [
    { name: 'websockets/ws#2203', url: 'https://github.com/websockets/ws/issues/2203' },
    { name: 'faye/faye-websocket-node#58', url: 'https://github.com/faye/faye-websocket-node/issues/58' },
    { name: 'RFC 6455 §7.1.1', url: 'https://www.rfc-editor.org/rfc/rfc6455#section-7.1.1' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    server.ignoreClose();
    const session = client.open(server.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    session.close();
    const gone = await tools.until(() => server.sockets === 0, 10_000);
    if (!gone) return fails('leaves the socket');
    const told = await tools.until(() => session.events.some(({ kind }) => kind === 'close'), 1000);
    return told ? passes('ends') : fails('no close event');
  },
};
