import { fails, passes } from '../day.js';
import { pageDay, unnoticed } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-woken-half-open',
  title: 'woken with a half-open connection',
  short: 'a page that wakes finds out that its connection is dead',
  story:
    'The laptop slept, the server gave the connection up, and no packet said so. When the tab is shown a user expects the client to ask at once, and to dial again after the heartbeat timeout of 10 s, and not to wait for the next heartbeat.',
  sources: [
    { name: 'wireapp/wire-webapp#21477', url: 'https://github.com/wireapp/wire-webapp/pull/21477' },
    { name: 'superset-sh/superset#5130', url: 'https://github.com/superset-sh/superset/issues/5130' },
  ],
  async play(world) {
    await world.load();
    await world.open({ heartbeat: 20_000 });
    await world.hide();
    world.server.freeze();
    await world.show();
    const noticed = await world.until(() => world.handshakes > 1, 14_000);
    return noticed ? passes('noticed') : fails(await unnoticed(world));
  },
});
