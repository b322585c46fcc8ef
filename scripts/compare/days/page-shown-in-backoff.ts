import { fails, passes } from '../day.js';
import { PATIENT, pageDay } from '../pages/pageDay.js';

/** How soon a client is back, in ms: ours leaves a second between two dials. */
const SOON = 2500;

export const day = pageDay({
  name: 'page-shown-in-backoff',
  title: 'a tab is shown in a back-off',
  short: 'a page that is shown does not wait out its back-off',
  story:
    'The server is down while the tab is hidden, and back when somebody looks at it. A user who looks expects the connection now, not when the back-off is over.',
  sources: [
    { name: 'get-convex/convex-js#183', url: 'https://github.com/get-convex/convex-js/issues/183' },
    {
      name: 'wingedsheep/argentum-engine#664',
      url: 'https://github.com/wingedsheep/argentum-engine/pull/664',
    },
  ],
  limit: 75_000,
  async play(world) {
    await world.load();
    await world.open(PATIENT);
    world.server.refuse(503);
    world.server.terminateAll();
    await world.hide();
    await world.pause(9000);
    await world.nextClose(10_000);
    world.server.echo();
    await world.show();
    const took = await world.timeOf(() => world.isOpen(), 20_000);
    if (took === undefined) return fails('not back after 20 s');
    return took < SOON ? passes('back at once') : fails('waits out its back-off');
  },
});
