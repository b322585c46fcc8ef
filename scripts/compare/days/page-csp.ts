import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-csp',
  title: 'a Content Security Policy forbids the URL',
  story:
    'The `connect-src` of the page lacks the server, so that no dial can ever work. A user expects one that fails, with the reason, and none after it.',
  sources: [
    { name: 'faye/faye#477', url: 'https://github.com/faye/faye/issues/477' },
    {
      name: 'Atmosphere/atmosphere-javascript#224',
      url: 'https://github.com/Atmosphere/atmosphere-javascript/pull/224',
    },
  ],
  async play(world) {
    await world.load({ 'Content-Security-Policy': "connect-src 'self'" });
    await world.begin();
    await world.pause(6000);
    const hammers = (await world.dials()) > 2;
    const explains = /policy/i.test(await world.said());
    if (hammers) return fails('dials on');
    return explains ? passes('stops, says why') : fails('stops, no reason');
  },
});
