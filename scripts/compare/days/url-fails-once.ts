import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'url-fails-once',
  group: 'dial',
  title: 'the function that gives the URL throws once',
  story:
    'The function that fetches the URL with a token throws once, because the token service is away too; the client is expected to call it again after a delay, and nothing is expected to reject unhandled.',
  sources: [
    { name: 'partykit/partykit#21', url: 'https://github.com/partykit/partykit/pull/21' },
    {
      name: 'centrifugal/centrifuge-js#86',
      url: 'https://github.com/centrifugal/centrifuge-js/issues/86',
    },
  ],
  async run(client, tools) {
    if (client.offers?.includes('url') !== true) return notOffered('no such function');
    if (!client.has.reconnect) return notOffered('the loop is yours');
    const server = await tools.server();
    let calls = 0;
    const urlOf = (): string => {
      calls += 1;
      if (calls === 2) throw new Error('the token service is away');
      return server.url();
    };
    const session = client.open(server.url(), { urlOf });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    server.terminateAll();
    await tools.until(() => calls >= 2, 5000);
    return (await tools.until(() => session.isOpen, 6000))
      ? passes('asks again')
      : fails('gives up in silence');
  },
};
