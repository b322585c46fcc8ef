import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'invalid-frame',
  group: 'server',
  title: 'an invalid frame',
  story:
    'A frame arrives with reserved bits set; the client is expected to say why in an error, and to send Close 1002 (RFC 6455 §7.4.1).',
  sources: [
    { name: 'nodejs/undici#5051', url: 'https://github.com/nodejs/undici/pull/5051' },
    { name: 'websockets/ws#2170', url: 'https://github.com/websockets/ws/issues/2170' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    server.sendGarbage('reservedBits');
    const reported = (): boolean =>
      session.events.some(({ kind, message }) => kind === 'error' && message !== undefined);
    await tools.until(() => server.seen.closes.length > 0 && reported(), 4000);
    const code = server.seen.closes[0]?.code;
    if (code !== 1002) return fails(code === undefined ? 'sends no Close' : `sends Close ${code}`);
    return reported() ? passes('error, Close 1002') : fails('no reason');
  },
};
