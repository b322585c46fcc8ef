import { type Day, fails, notOffered, passes } from '../day.js';

const MIB = 1024 * 1024;
const MESSAGES = 150_000;
const KEPT = 10_000;

export const day: Day = {
  name: 'offline-flood',
  group: 'messages',
  title: 'offline for long, and the program goes on sending',
  short: 'bounds what waits while offline, and reports what it drops',
  story:
    'The server is away while the program sends 150,000 messages of 1 KB; where there is a limit it is set to 10,000, memory is expected to stay bounded, and each message that is dropped is expected to be reported.',
  sources: [
    {
      name: 'pladaria/reconnecting-websocket#147',
      url: 'https://github.com/pladaria/reconnecting-websocket/issues/147',
    },
    {
      name: 'pladaria/reconnecting-websocket#110',
      url: 'https://github.com/pladaria/reconnecting-websocket/issues/110',
    },
  ],
  limit: 60_000,
  async run(client, tools) {
    if (!client.has.queue) return notOffered('no queue');
    const server = await tools.server();
    const relay = await tools.relay(server);
    relay.refuse();
    const session = client.open(relay.url(), { maxQueued: KEPT });
    await tools.sleep(300);
    const before = process.memoryUsage().rss;
    let refused = 0;
    for (let nth = 0; nth < MESSAGES; nth += 1) {
      const sent = session.send(`${nth} ${'x'.repeat(1000)}`);
      if (sent.fate === 'refused') refused += 1;
      if (nth % 1000 === 0) await tools.sleep(1);
    }
    await tools.sleep(300);
    const grown = process.memoryUsage().rss - before;
    refused = Math.max(refused, session.events.filter(({ kind }) => kind === 'refused').length);
    if (grown > 120 * MIB) return fails('memory grows');
    if (refused >= MESSAGES - KEPT - 100) return passes('bounded, each reported');
    return fails('drops in silence');
  },
};
