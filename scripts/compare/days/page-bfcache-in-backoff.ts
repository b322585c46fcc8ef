import { fails, passes } from '../day.js';
import { PATIENT, pageDay } from '../pages/pageDay.js';

/** As when a tab is shown. */
const SOON = 2500;

export const day = pageDay({
  name: 'page-bfcache-in-backoff',
  title: 'left and come back to, in a back-off',
  story:
    'The page is left while the server is down, and kept in the back/forward cache. The server is back when the user is: he expects the connection now, and not when the rest of the back-off is over.',
  sources: [
    { name: 'get-convex/convex-js#183', url: 'https://github.com/get-convex/convex-js/issues/183' },
    { name: 'web.dev, "Back/forward cache"', url: 'https://web.dev/articles/bfcache' },
  ],
  limit: 75_000,
  async play(world) {
    await world.load();
    world.server.refuse(503);
    await world.begin(PATIENT);
    await world.pause(9000);
    await world.nextClose(10_000);
    await world.leaveAndReturn(() => world.server.echo());
    const took = await world.timeOf(() => world.isOpen(), 20_000);
    if (took === undefined) return fails('not back after 20 s');
    return took < SOON ? passes('back at once') : fails('waits out its back-off');
  },
});
