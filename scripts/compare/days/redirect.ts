import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'redirect',
  group: 'refusal',
  title: 'the server moved: 302',
  story:
    'The server answers the upgrade with a redirect; the user is expected to learn of it: by a connection at the new place, or by an error that holds the status.',
  sources: [
    { name: 'websockets/ws#812', url: 'https://github.com/websockets/ws/issues/812' },
    { name: 'RFC 6455 §4.1' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const moved = await tools.server();
    moved.refuse(302, { Location: server.url() });
    const session = client.open(moved.url());
    await tools.until(() => session.isOpen || session.events.some(({ status }) => status === 302), 3000);
    if (session.isOpen) return passes('follows');
    return session.events.some(({ status }) => status === 302) ? passes('says 302') : fails('says no reason');
  },
};
