import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'two-connects',
  group: 'program',
  title: 'connect() twice at once',
  story:
    'Two parts of a program call connect() before the connection is open; one connection is expected, not two, and each message is expected once.',
  sources: [{ name: 'recker@1, connect()', url: 'https://www.npmjs.com/package/recker/v/1.0.56' }],
  quick: true,
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    if (session.connect === undefined) return notOffered('no such call');
    session.connect();
    session.connect();
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    await tools.sleep(300);
    if (server.sockets > 1) return fails('several connections');
    server.broadcast('one');
    await tools.sleep(300);
    const times = session.events.filter(({ data }) => data === 'one').length;
    return times === 1 ? passes('one connection') : fails('not one message');
  },
};
