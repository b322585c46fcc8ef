import { type Day, fails, passes } from '../day.js';

const MIB = 1024 * 1024;

export const day: Day = {
  name: 'zip-bomb',
  group: 'server',
  title: 'a compressed message that inflates to 300 MiB',
  story:
    'With compression agreed, a message of 300 KiB inflates to 300 MiB; with a limit of 1 MiB, where there is one to set, the client is expected to stop there.',
  sources: [
    { name: 'CVE-2026-1526' },
    { name: 'websockets/ws#1720', url: 'https://github.com/websockets/ws/issues/1720' },
    { name: 'nodejs/undici#4944', url: 'https://github.com/nodejs/undici/issues/4944' },
  ],
  async run(client, tools) {
    const server = await tools.server({ perMessageDeflate: true });
    const session = client.open(server.url(), { maxPayload: MIB, compression: true });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    if (!(await server.waitForConnection()).extensions.includes('deflate')) return passes('asks for none');
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 5);
    server.sendGarbage('zipBomb');
    await tools.until(() => session.events.some(({ kind }) => kind === 'close' || kind === 'message'), 8000);
    await tools.sleep(200);
    clearInterval(watch);
    if (session.events.some(({ kind }) => kind === 'message')) return fails('inflates all of it');
    return most < 150 * MIB ? passes('stops') : fails('stops late');
  },
};
