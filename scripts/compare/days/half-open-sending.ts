import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'half-open-sending',
  group: 'link',
  title: 'half-open link, while sending',
  story:
    'Every packet of the link is dropped, with no FIN and no RST, while the client sends ten messages a second; it is expected to notice, and not to wait for the 15 minutes that the kernel takes.',
  sources: [
    { name: 'clj-commons/aleph#311', url: 'https://github.com/clj-commons/aleph/issues/311' },
    { name: 'tcp(7), tcp_retries2', url: 'https://man7.org/linux/man-pages/man7/tcp.7.html' },
  ],
  namespace: true,
  async run(client, tools) {
    tools.prepareNamespace();
    const server = await tools.server();
    const session = client.open(server.url(), { heartbeat: 1000 });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    const timer = setInterval(() => session.send('x'), 100);
    await tools.sleep(500);
    tools.cut(server.port);
    const noticed = await tools.until(() => session.events.some(({ kind }) => kind === 'close'), 8000);
    clearInterval(timer);
    tools.restore();
    if (!noticed) return fails('never noticed');
    return (await tools.until(() => session.isOpen, 8000)) ? passes('noticed, back') : fails('not back');
  },
};
