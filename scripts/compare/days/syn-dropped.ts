import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'syn-dropped',
  group: 'dial',
  title: 'packets of the dial are dropped',
  story:
    'A firewall drops the packets of a dial, so that nothing answers; the dial is expected to end within seconds and to be tried again, not to wait for the two minutes that the kernel takes.',
  sources: [
    { name: 'tcp(7), tcp_syn_retries', url: 'https://man7.org/linux/man-pages/man7/tcp.7.html' },
    {
      name: 'pladaria/reconnecting-websocket#183',
      url: 'https://github.com/pladaria/reconnecting-websocket/issues/183',
    },
  ],
  namespace: true,
  limit: 45_000,
  async run(client, tools) {
    tools.prepareNamespace();
    const server = await tools.server();
    tools.cut(server.port);
    const session = client.open(server.url());
    // The limit of the clients that have an option is 2 s; undici's default of 10 s counts as well.
    const ended = await tools.until(
      () => session.events.some(({ kind }) => kind === 'close' || kind === 'error'),
      15_000,
    );
    if (!ended) return fails('the dial hangs');
    tools.restore();
    return (await tools.until(() => session.isOpen, 15_000)) ? passes('ended, back') : fails('not back');
  },
};
