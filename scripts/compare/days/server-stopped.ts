import { FaultServer } from '../../../src/testing/index.js';
import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'server-stopped',
  group: 'server',
  title: 'the server stops for 6 s',
  story:
    "The server's process is stopped for six seconds and continued, as by a debugger, a full disk or a busy host; the client is expected to have one connection afterwards, which works.",
  sources: [{ name: 'SIGSTOP and SIGCONT' }],
  limit: 45_000,
  async run(client, tools) {
    const program = tools.program('server');
    const { url } = await program.says('url');
    const session = client.open(`${url}`, { heartbeat: 1000 });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    program.signal('SIGSTOP');
    await tools.sleep(6000);
    program.signal('SIGCONT');
    let answered = false;
    session.on('message', ({ data }) => {
      if (data === 'are you there') answered = true;
    });
    const works = await tools.until(() => {
      if (session.isOpen) session.send('are you there');
      return answered;
    }, 10_000);
    if (!works) return fails('not back');
    const single = await tools.until(() => program.said.at(-1)?.connections === 1, 5000);
    return single ? passes('one connection, works') : fails('left connections behind');
  },
  parts: {
    async server({ say }) {
      const server = await FaultServer.start();
      server.echo();
      say({ url: server.url() });
      setInterval(() => say({ connections: server.sockets }), 200);
    },
  },
};
