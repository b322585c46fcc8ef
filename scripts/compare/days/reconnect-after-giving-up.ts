import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'reconnect-after-giving-up',
  group: 'dial',
  title: 'reconnect() once the attempts are used up',
  story:
    'The server was away for longer than the attempts last, and now the user presses "reconnect"; the client is expected to dial.',
  sources: [
    { name: 'cloudflare/partykit#252', url: 'https://github.com/cloudflare/partykit/issues/252' },
    {
      name: 'pladaria/reconnecting-websocket#86',
      url: 'https://github.com/pladaria/reconnecting-websocket/issues/86',
    },
  ],
  async run(client, tools) {
    if (client.offers?.includes('maxAttempts') !== true) return notOffered('no limit');
    const server = await tools.server();
    const relay = await tools.relay(server);
    relay.refuse();
    const session = client.open(relay.url(), { reconnectDelay: 50, maxReconnectDelay: 100, maxAttempts: 3 });
    if (session.reconnect === undefined) return notOffered('no such call');
    await tools.sleep(3000);
    await relay.accept();
    await tools.sleep(1000);
    if (session.isOpen) return fails('knows no limit');
    session.reconnect();
    return (await tools.until(() => session.isOpen, 5000)) ? passes('dials') : fails('does nothing');
  },
};
