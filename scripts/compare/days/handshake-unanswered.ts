import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'handshake-unanswered',
  group: 'dial',
  title: 'the upgrade is never answered',
  short: 'gives up a handshake that nobody answers',
  story:
    'The kernel of the server still accepts TCP, but its process hangs and answers no upgrade; the client is expected to give the dial up and to be back once the process runs again.',
  sources: [
    { name: 'partykit/partykit#912', url: 'https://github.com/partykit/partykit/issues/912' },
    {
      name: 'home-assistant/home-assistant-js-websocket#760',
      url: 'https://github.com/home-assistant/home-assistant-js-websocket/issues/760',
    },
    {
      name: 'zachowj/node-red-contrib-home-assistant-websocket#2027',
      url: 'https://github.com/zachowj/node-red-contrib-home-assistant-websocket/issues/2027',
    },
  ],
  async run(client, tools) {
    const server = await tools.server();
    server.stall();
    const session = client.open(server.url(), { connectTimeout: 1500 });
    await tools.until(() => server.seen.handshakes.length > 0, 5000);
    await tools.sleep(1000);
    // From now on it answers, but the first upgrade stays without an answer.
    server.echo();
    return (await tools.until(() => session.isOpen, 10_000)) ? passes('dials again') : fails('hangs');
  },
};
