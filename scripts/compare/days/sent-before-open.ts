import { type Day, fails, notOffered, passes } from '../day.js';

const MESSAGES = ['first', 'second', 'third'];

export const day: Day = {
  name: 'sent-before-open',
  group: 'messages',
  title: 'sent before it is open',
  story:
    'A program sends three messages in the tick in which it makes the client; each is expected to arrive, in order.',
  sources: [{ name: 'Streamerbot/client#2', url: 'https://github.com/Streamerbot/client/issues/2' }],
  quick: true,
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    const sent = MESSAGES.map((text) => session.send(text));
    await tools.until(() => session.isOpen, 5000);
    await tools.until(() => server.seen.messages.length === MESSAGES.length, 1000);
    const arrived = server.seen.messages
      .map(({ data }) => data)
      .filter((data) => MESSAGES.includes(`${data}`));
    if (arrived.join() === MESSAGES.join()) return passes('in order');
    if (arrived.length > 0) return fails('out of order');
    return sent.every(({ fate }) => fate === 'refused')
      ? notOffered('send() refuses')
      : fails('lost in silence');
  },
};
