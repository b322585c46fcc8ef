import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'exit-after-close',
  group: 'close',
  title: 'the process ends after close()',
  story:
    'A script opens a connection, sends one message and closes while the link is fine; its process is expected to end by itself soon after.',
  sources: [{ name: 'scripts and tests that never end' }],
  limit: 40_000,
  async run(_client, tools) {
    const server = await tools.server();
    const program = tools.program('script', server.url());
    await program.says('closed', 20_000);
    const ended = await tools.until(() => program.ended !== undefined, 8000);
    if (!ended) return fails('still runs');
    return program.ended === 0 ? passes('ended') : fails(`ended with ${program.ended}`);
  },
  parts: {
    script({ client, args: [url = ''], say }) {
      const session = client.open(url);
      session.on('message', () => {
        session.close();
        say({ closed: true });
      });
      session.on('open', () => session.send('x'));
    },
  },
};
