import { type Day, fails, notOffered, passes } from '../day.js';

const MIB = 1024 * 1024;

export const day: Day = {
  name: 'over-max-payload',
  group: 'server',
  title: 'a message larger than the limit',
  story:
    'The client takes messages up to 1 MiB, and the server sends one of 32 MiB; the client is expected not to hold it, and to answer with Close 1009.',
  sources: [{ name: 'nodejs/undici#4899', url: 'https://github.com/nodejs/undici/issues/4899' }],
  async run(client, tools) {
    if (client.offers?.includes('maxPayload') !== true) return notOffered('no limit');
    const server = await tools.server();
    const session = client.open(server.url(), { maxPayload: MIB });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    server.broadcast(Buffer.alloc(32 * MIB));
    await tools.until(() => server.seen.closes.length > 0, 5000);
    if (session.events.some(({ kind }) => kind === 'message')) return fails('takes it');
    const code = server.seen.closes[0]?.code;
    if (code === 1009) return passes('Close 1009');
    return fails(code === undefined ? 'sends no Close' : `sends Close ${code}`);
  },
};
