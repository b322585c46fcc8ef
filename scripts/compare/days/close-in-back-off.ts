import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'close-in-back-off',
  group: 'close',
  title: 'close() between two dials',
  story:
    'The connection is lost and the client waits for its next dial when the program closes it; it is expected to dial no more, and nothing is expected to reject unhandled.',
  sources: [
    { name: 'slackapi/node-slack-sdk#2656', url: 'https://github.com/slackapi/node-slack-sdk/issues/2656' },
    {
      name: 'pladaria/reconnecting-websocket#14',
      url: 'https://github.com/pladaria/reconnecting-websocket/pull/14',
    },
  ],
  quick: false,
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url(), { reconnectDelay: 1000, maxReconnectDelay: 1000 });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    const uncaught = tools.uncaught();
    server.forget();
    server.terminateAll();
    await tools.until(() => !session.isOpen, 2000);
    await tools.sleep(200);
    session.close();
    await tools.sleep(3000);
    if (server.seen.handshakes.length > 0) return fails('dials all the same');
    return uncaught.length === 0 ? passes('no later dial') : fails('an unhandled error');
  },
};
