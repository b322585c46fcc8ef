import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'login-before-queue',
  group: 'messages',
  title: 'log in first, then what was queued',
  story:
    'The program sends its login in an open listener, and messages were queued while it was offline; the login is expected to be the first message of each connection.',
  sources: [
    { name: 'share/sharedb#605', url: 'https://github.com/share/sharedb/issues/605' },
    { name: 'u-wave/web#61', url: 'https://github.com/u-wave/web/issues/61' },
  ],
  async run(client, tools) {
    if (!client.has.queue) return notOffered('no queue');
    const server = await tools.server();
    const session = client.open(server.url(), { reconnectDelay: 500 });
    session.on('open', () => session.send('login'));
    if (!(await tools.until(() => server.seen.messages.length > 0, 5000))) return fails('never opened');
    server.forget();
    server.terminateAll();
    await tools.until(() => !session.isOpen, 2000);
    session.send('queued');
    await tools.until(() => server.seen.messages.length >= 2, 6000);
    const order = server.seen.messages.map(({ data }) => data).join();
    if (order === 'login,queued') return passes('login first');
    return fails(order === 'queued,login' ? 'login last' : 'a message is missing');
  },
};
