import type { Session } from '../client.js';
import { type Day, fails, notOffered, passes } from '../day.js';

const CLIENTS = 100;

export const day: Day = {
  name: 'herd',
  group: 'server',
  title: 'a hundred clients, one restart',
  story:
    'A server restarts and loses a hundred clients at the same moment; they are expected to come back spread over the back-off, not all at once.',
  sources: [
    { name: 'django/channels#568', url: 'https://github.com/django/channels/issues/568' },
    {
      name: 'mattermost/mattermost-webapp#10960',
      url: 'https://github.com/mattermost/mattermost-webapp/pull/10960',
    },
    { name: 'RFC 6455 §7.2.3' },
  ],
  limit: 60_000,
  async run(client, tools) {
    if (!client.has.reconnect) return notOffered('the delays are yours');
    const server = await tools.server();
    const settings = { reconnectDelay: 2000, maxReconnectDelay: 20_000, jitter: true, heartbeat: 30_000 };
    const sessions: Session[] = [];
    for (let made = 0; made < CLIENTS; made += 1) sessions.push(client.open(server.url(), settings));
    if (!(await tools.until(() => sessions.every(({ isOpen }) => isOpen), 20_000)))
      return fails('never open');
    server.forget();
    server.terminateAll();
    const back = await tools.until(() => server.seen.handshakes.length >= CLIENTS, 30_000);
    if (!back) return fails('not all are back');
    const times = server.seen.handshakes.map(({ at }) => at).sort((a, b) => a - b);
    const spread = (times[Math.floor(CLIENTS * 0.9)] ?? 0) - (times[Math.floor(CLIENTS * 0.1)] ?? 0);
    // Full jitter over 2 s puts four fifths of them over 1.6 s; without one, they come within one burst.
    return spread > 1000 ? passes('spread') : fails('all at once');
  },
};
