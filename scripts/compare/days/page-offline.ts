import { fails, passes } from '../day.js';
import { PATIENT, pageDay } from '../pages/pageDay.js';

/** How soon after the event a client is back, in ms: a second, and room for a busy machine. */
const SOON = 2000;

export const day = pageDay({
  name: 'page-offline',
  title: 'offline for 20 s',
  short: 'a page is back as soon as the browser is online',
  story:
    'The browser is offline, and every dial fails at once. When it is online again a user expects the connection within a second, however long the back-off has become.',
  sources: [
    {
      name: 'Eyevinn/webrtc-player#92',
      url: 'https://github.com/Eyevinn/webrtc-player/issues/92',
    },
    { name: 'sockjs/sockjs-client#102', url: 'https://github.com/sockjs/sockjs-client/issues/102' },
  ],
  limit: 75_000,
  async play(world) {
    await world.load();
    await world.open(PATIENT);
    await world.tab.goOffline(true);
    world.server.terminateAll();
    await world.pause(15_000);
    // Just after a dial has failed what is left of the back-off is whole.
    await world.nextClose(5000);
    await world.tab.goOffline(false);
    const took = await world.timeOf(() => world.isOpen(), 20_000);
    if (took === undefined) return fails('not back after 20 s');
    return took < SOON ? passes('back at once') : fails('waits out its back-off');
  },
});
