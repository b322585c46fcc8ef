import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'wrong-accept',
  group: 'server',
  title: 'a 101 with a wrong Sec-WebSocket-Accept',
  story:
    'Something answers 101 that did not read the request (a cache, a captive portal); the client is expected not to open (RFC 6455 §4.1) and to report an error.',
  sources: [{ name: 'RFC 6455 §4.1', url: 'https://www.rfc-editor.org/rfc/rfc6455#section-4.1' }],
  async run(client, tools) {
    const server = await tools.server();
    server.wrongAccept();
    const session = client.open(server.url());
    const reported = await tools.until(() => session.events.some(({ kind }) => kind === 'error'), 4000);
    if (session.isOpen || session.events.some(({ kind }) => kind === 'open')) return fails('opens');
    return reported ? passes('an error') : fails('no error');
  },
};
