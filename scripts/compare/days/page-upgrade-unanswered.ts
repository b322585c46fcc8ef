import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-upgrade-unanswered',
  title: 'the upgrade is never answered',
  story:
    'The server takes the TCP connection and never answers the upgrade. Browsers wait for minutes; a user expects the client to give up after its timeout of 2 s, and to dial again.',
  sources: [{ name: 'websockets/ws#1948', url: 'https://github.com/websockets/ws/issues/1948' }],
  async play(world) {
    await world.load();
    world.server.stall();
    await world.begin();
    if (!(await world.until(() => world.handshakes > 0, 10_000))) return fails('never dialled');
    return (await world.until(() => world.handshakes > 1, 8000)) ? passes('dials again') : fails('waits on');
  },
});
