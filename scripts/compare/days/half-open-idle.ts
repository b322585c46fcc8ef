import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'half-open-idle',
  group: 'link',
  title: 'half-open link, idle',
  short: 'notices a link that died in silence',
  story:
    'The link loses every packet, with no FIN and no RST, while the connection is idle; the client is expected to notice and to be back once the link is.',
  sources: [
    {
      name: 'ws, "How to detect and close broken connections?"',
      url: 'https://github.com/websockets/ws#how-to-detect-and-close-broken-connections',
    },
    { name: 'RFC 6455 §5.5.2' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const relay = await tools.relay(server);
    const session = client.open(relay.url(), { heartbeat: 1000 });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    relay.freeze({ drop: true });
    const noticed = await tools.until(() => session.events.some(({ kind }) => kind === 'close'), 8000);
    relay.thaw();
    if (!noticed) return fails('never noticed');
    return (await tools.until(() => session.isOpen, 8000)) ? passes('noticed, back') : fails('not back');
  },
};
