import { type Day, fails, passes } from '../day.js';

const SIZE = 24 * 1024 * 1024;
const BYTES_PER_SECOND = 2 * 1024 * 1024;

export const day: Day = {
  name: 'slow-upload',
  group: 'messages',
  title: 'an upload that takes longer than the heartbeat',
  short: 'does not cut its own slow upload',
  story:
    'A message of 24 MiB leaves over a link of 2 MiB/s while a heartbeat of 4 s runs; the Ping waits behind the message, so no Pong can come in time, and the upload is expected to arrive all the same.',
  sources: [
    {
      name: 'theturtle32/WebSocket-Node#229',
      url: 'https://github.com/theturtle32/WebSocket-Node/issues/229',
    },
    {
      name: 'python-websockets/websockets#1005',
      url: 'https://github.com/python-websockets/websockets/issues/1005',
    },
  ],
  limit: 60_000,
  async run(client, tools) {
    const server = await tools.server();
    server.accept();
    const port = await tools.slowLink(server, BYTES_PER_SECOND);
    const session = client.open(`ws://127.0.0.1:${port}/`, { heartbeat: 4000 });
    if (!(await tools.until(() => session.isOpen, 8000))) return fails('never opened');
    session.send(new Uint8Array(SIZE));
    const lost = (): boolean => session.events.some(({ kind }) => kind === 'close');
    const arrived = (): boolean => server.seen.messages.some(({ data }) => data.length === SIZE);
    await tools.until(() => arrived() || lost(), 40_000);
    if (arrived()) return passes('arrives');
    return fails(lost() ? 'cuts it' : 'does not arrive');
  },
};
