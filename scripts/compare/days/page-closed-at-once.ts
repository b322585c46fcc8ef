import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

/** How long it is watched, in ms. */
const WATCHED = 12_000;

export const day = pageDay({
  name: 'page-closed-at-once',
  title: 'accepted, then closed with 4001',
  story:
    'The server accepts each connection and closes it at once with 4001, for a token that has expired. Each dial succeeds, so a counter that is reset by `open` never grows; a user expects delays that do.',
  sources: [
    {
      name: 'pladaria/reconnecting-websocket#150',
      url: 'https://github.com/pladaria/reconnecting-websocket/issues/150',
    },
  ],
  async play(world) {
    await world.load();
    world.server.closeOnAccept(4001, 'the token has expired');
    await world.begin({ reconnectDelay: 500, maxReconnectDelay: 30_000 });
    await world.pause(WATCHED);
    const times = world.server.seen.handshakes.map(({ at }) => at);
    const delays = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    const last = delays.at(-1);
    if (last === undefined) return fails('one dial');
    // The pause that is going on counts, where it is longer.
    const longest = Math.max(last, performance.now() - (times.at(-1) ?? 0));
    return longest > 3 * (delays[0] ?? 0) ? passes('delays grow') : fails('dials on at the first delay');
  },
});
