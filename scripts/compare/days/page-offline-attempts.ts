import { fails, notOffered, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-offline-attempts',
  title: 'offline, with a limit of 4 attempts',
  story:
    'The browser is offline for 8 s, longer than four failed dials take. They say nothing of the server, so a user expects the client to be there when the browser is online again.',
  sources: [
    { name: 'kuzzleio/sdk-javascript#456', url: 'https://github.com/kuzzleio/sdk-javascript/pull/456' },
    { name: 'dfpc-coe/CloudTAK#1205', url: 'https://github.com/dfpc-coe/CloudTAK/issues/1205' },
  ],
  async play(world) {
    await world.load();
    if (!(await world.has('reconnect'))) return notOffered('no limit');
    await world.open({ maxAttempts: 4 });
    await world.tab.goOffline(true);
    world.server.terminateAll();
    await world.pause(8000);
    await world.tab.goOffline(false);
    return (await world.until(() => world.isOpen(), 10_000))
      ? passes('back')
      : fails('gave up while offline');
  },
});
