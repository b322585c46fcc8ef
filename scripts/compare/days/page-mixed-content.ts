import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-mixed-content',
  title: 'ws: from an https: page',
  story:
    'The browser refuses mixed content: the constructor of its WebSocket throws. A user expects a throw or an error that says so, and no further dial.',
  sources: [
    { name: 'insidewhy/rxjs-websockets#42', url: 'https://github.com/insidewhy/rxjs-websockets/issues/42' },
  ],
  async play(world) {
    await world.loadSecure();
    await world.begin({}, 'ws://chat.test/');
    await world.pause(6000);
    const hammers = (await world.dials()) > 2;
    const explains = /secur|mixed|https/i.test(await world.said());
    if (hammers) return fails('dials on');
    if (explains) return passes('stops, says why');
    return fails((await world.complaints()) > 0 ? 'an unhandled rejection, no event' : 'stops, no reason');
  },
});
