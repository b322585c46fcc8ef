import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

/** Chromium opens at most 255 WebSockets at a time. */
const COUNT = 200;

export const day = pageDay({
  name: 'page-many',
  title: '200 clients in one page',
  story:
    'One page makes 200 clients at once, the server cuts all of them, and is there again. A browser dials one WebSocket to a server after the other; a user expects all of them back, each with one connection.',
  sources: [
    {
      name: 'centrifugal/centrifuge-dart#139',
      url: 'https://github.com/centrifugal/centrifuge-dart/pull/139',
    },
  ],
  limit: 90_000,
  async play(world) {
    await world.load();
    // An answer may take long, because dials wait for each other.
    const settings = JSON.stringify({ heartbeat: 60_000, connectTimeout: 30_000 });
    await world.ask(
      `for (let n = 0; n < ${COUNT}; n += 1) inPage.open('${world.server.url()}', ${settings})`,
    );
    const areOpen = async (): Promise<boolean> =>
      (await world.ask('inPage.sessions.filter(({ isOpen }) => isOpen).length')) === COUNT;
    if (!(await world.until(areOpen, 30_000))) return fails('not all open after 30 s');
    world.server.terminateAll();
    await world.until(async () => !(await areOpen()), 5000);
    if (!(await world.until(areOpen, 30_000))) return fails('not all back after 30 s');
    await world.pause(2000);
    const connections = world.server.connections.length;
    return connections === COUNT ? passes('all back') : fails(`${connections} connections`);
  },
});
