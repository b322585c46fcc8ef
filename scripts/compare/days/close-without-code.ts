import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'close-without-code',
  group: 'close',
  title: 'a Close without a code',
  story:
    'The server closes with an empty Close frame; the client is expected to report 1005 (RFC 6455 §7.1.5), to answer with a frame that is allowed, and to be back.',
  sources: [
    { name: 'nodejs/undici#2679', url: 'https://github.com/nodejs/undici/issues/2679' },
    { name: 'lukeed/sockette#3', url: 'https://github.com/lukeed/sockette/issues/3' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    (await server.waitForConnection()).close();
    await tools.until(() => session.events.some(({ kind }) => kind === 'close'), 4000);
    const code = session.events.find(({ kind }) => kind === 'close')?.code;
    if (code !== 1005) return fails(`says ${code ?? 'nothing'}`);
    const answer = server.seen.closes[0]?.code;
    if (answer !== 1005 && answer !== 1000) return fails(`answers ${answer ?? 'nothing'}`);
    return (await tools.until(() => session.isOpen, 5000)) ? passes('1005, back') : fails('not back');
  },
};
