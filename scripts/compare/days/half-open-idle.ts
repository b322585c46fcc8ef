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
      name: 'pladaria/reconnecting-websocket#98',
      url: 'https://github.com/pladaria/reconnecting-websocket/issues/98',
    },
    { name: 'websockets/ws#1467', url: 'https://github.com/websockets/ws/issues/1467' },
    { name: 'RFC 6455 §5.5.2', url: 'https://www.rfc-editor.org/rfc/rfc6455#section-5.5.2' },
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
