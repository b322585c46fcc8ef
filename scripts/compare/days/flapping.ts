import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'flapping',
  group: 'server',
  title: 'accepted, then dropped, again and again',
  short: 'backs off from a server that accepts and drops',
  story:
    'A server under pressure accepts every connection and drops it at once; the client is expected to wait longer each time, as it does when dials fail, and to be back once the server keeps connections.',
  sources: [
    {
      name: 'pladaria/reconnecting-websocket#200',
      url: 'https://github.com/pladaria/reconnecting-websocket/issues/200',
    },
    { name: 'starknet-io/starknet.js#1650', url: 'https://github.com/starknet-io/starknet.js/pull/1650' },
    { name: 'partykit/partykit#544', url: 'https://github.com/partykit/partykit/issues/544' },
  ],
  async run(client, tools) {
    if (!client.has.reconnect) return notOffered('the delays are yours');
    const server = await tools.server();
    server.dropAfterAccept();
    const session = client.open(server.url(), {
      reconnectDelay: 100,
      maxReconnectDelay: 2000,
      stableAfter: 1000,
    });
    await tools.sleep(5000);
    const dials = server.seen.handshakes.length;
    server.echo();
    const back = await tools.until(() => session.isOpen, 8000);
    // At 100 ms each there are up to 50, at growing delays 7; a factor of 1.3, as two clients have, makes 11.
    if (dials > 16) return fails('no back-off');
    if (dials < 2) return fails('no second dial');
    return back ? passes('waits longer each time') : fails('not back');
  },
};
