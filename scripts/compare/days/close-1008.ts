import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'close-1008',
  group: 'refusal',
  title: 'each connection is closed with 1008',
  story:
    'The server accepts and closes with 1008, a violation of its policy, each time; the client is expected to stop and to report the code, since the same connection will be refused again.',
  sources: [{ name: 'RFC 6455 §7.4.1', url: 'https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1' }],
  async run(client, tools) {
    const server = await tools.server();
    server.closeOnAccept(1008, 'not for you');
    const session = client.open(server.url());
    if (!(await tools.until(() => server.seen.handshakes.length > 0, 8000))) return fails('never dialled');
    await tools.sleep(5000);
    const named = session.events.some(({ kind, code }) => kind === 'close' && code === 1008);
    if (server.seen.handshakes.length > 2) return fails('dials on');
    return named ? passes('stops, names the code') : fails('no code');
  },
};
