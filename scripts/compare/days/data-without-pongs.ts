import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'data-without-pongs',
  group: 'link',
  title: 'data flows, Pongs do not',
  story:
    'A gateway drops control frames, or a busy server sends its Pongs late, while messages arrive all the time; the client is expected to keep a connection that is plainly alive.',
  sources: [
    {
      name: 'socketio/socket.io-client#1491',
      url: 'https://github.com/socketio/socket.io-client/issues/1491',
    },
    { name: 'slackapi/bolt-js#2496', url: 'https://github.com/slackapi/bolt-js/issues/2496' },
  ],
  async run(client, tools) {
    if (!client.has.heartbeat) return notOffered('no heartbeat');
    const server = await tools.server();
    server.setPongs(false);
    const session = client.open(server.url(), { heartbeat: 1000 });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    const feed = setInterval(() => server.broadcast('x'), 50);
    await tools.sleep(6000);
    clearInterval(feed);
    return session.events.some(({ kind }) => kind === 'close') ? fails('cuts it') : passes('kept');
  },
};
