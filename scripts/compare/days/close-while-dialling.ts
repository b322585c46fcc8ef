import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'close-while-dialling',
  group: 'close',
  title: 'close() while it dials',
  story:
    'A program calls close() while the handshake is under way; no socket is expected to be left, nothing opens later, and nothing dials again.',
  sources: [
    { name: 'mqttjs/MQTT.js#1550', url: 'https://github.com/mqttjs/MQTT.js/issues/1550' },
    {
      name: 'pladaria/reconnecting-websocket#193',
      url: 'https://github.com/pladaria/reconnecting-websocket/pull/193',
    },
  ],
  quick: true,
  async run(client, tools) {
    const server = await tools.server();
    server.answerLate(700);
    const session = client.open(server.url());
    if (!(await tools.until(() => server.seen.handshakes.length > 0, 8000))) return fails('never dialled');
    session.close();
    await tools.sleep(1500);
    if (session.isOpen || session.events.some(({ kind }) => kind === 'open')) return fails('opens later');
    if (server.seen.handshakes.length > 1) return fails('dials again');
    return server.sockets === 0 ? passes('ended') : fails('leaves a socket');
  },
};
