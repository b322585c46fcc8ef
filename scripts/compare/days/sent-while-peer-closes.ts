import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'sent-while-peer-closes',
  group: 'messages',
  title: 'sent after the server’s Close, before TCP ends',
  story:
    'The server has sent its Close and is slow to end TCP, and the program sends a message meanwhile; it is expected to arrive on the next connection, or to be reported as not sent.',
  sources: [
    { name: 'enisdenjo/graphql-ws#173', url: 'https://github.com/enisdenjo/graphql-ws/issues/173' },
    { name: 'doc/ws.md of ws, closeTimeout' },
  ],
  limit: 60_000,
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    server.closeAndKeepTcp(1012, 'a restart');
    await tools.sleep(500);
    const sent = session.send('meanwhile');
    await tools.sleep(300);
    server.resetAll();
    await tools.until(() => server.seen.messages.length > 0 || sent.fate === 'refused', 10_000);
    if (server.seen.messages.some(({ data }) => data === 'meanwhile')) return passes('arrives later');
    return sent.fate === 'refused' ? passes('reported') : fails('lost in silence');
  },
};
