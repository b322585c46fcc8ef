import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-bfcache',
  title: 'left and come back to, connected',
  story:
    'The page is left and kept in the back/forward cache, for which Chrome 149 and newer cut its connection. When the user comes back he expects one connection, open within 3 s.',
  sources: [
    { name: 'whatwg/html#12085', url: 'https://github.com/whatwg/html/issues/12085' },
    { name: 'mdn/mdn#768', url: 'https://github.com/mdn/mdn/issues/768' },
  ],
  async play(world) {
    await world.load();
    await world.open();
    await world.leaveAndReturn();
    if (!(await world.until(() => world.isOpen(), 5000))) return fails('not back after 5 s');
    await world.pause(2000);
    const connections = world.server.connections.length;
    return connections === 1 ? passes('back') : fails(`${connections} connections`);
  },
});
