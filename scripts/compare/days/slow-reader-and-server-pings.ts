import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'slow-reader-and-server-pings',
  group: 'messages',
  title: 'the program reads slowly, and the server sends Pings',
  story:
    'The program takes one message of 64 KiB in 200 ms while megabytes wait, and the server, as ws’s README shows, ends connections that leave a Ping of the last 3 s unanswered; the connection is expected to live.',
  why: 'Backpressure reaches the peer because recker stops reading, and a Ping behind unread messages is then read late; a larger `receiveQueue` or a listener reads on.',
  sources: [{ name: 'the other side of backpressure: who does not read sees no Ping' }],
  limit: 60_000,
  async run(client, tools) {
    const server = await tools.server();
    server.accept();
    const session = client.open(server.url(), { heartbeat: 30_000 });
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    const slowly = (): Promise<void> => tools.sleep(200);
    if (session.readSlowly !== undefined) session.readSlowly(slowly);
    const connection = await server.waitForConnection();
    let isAlive = true;
    connection.on('pong', () => {
      isAlive = true;
    });
    for (let sent = 0; sent < 320; sent += 1) connection.send(Buffer.alloc(64 * 1024));
    for (let turn = 0; turn < 4; turn += 1) {
      if (!isAlive) return fails('stops reading, so no Pong');
      isAlive = false;
      connection.ping();
      await tools.sleep(3000);
    }
    return session.events.some(({ kind }) => kind === 'close') ? fails('lost') : passes('answers');
  },
};
