import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-hidden-timers',
  title: 'a hidden tab, its timers late',
  story:
    'A hidden tab on a healthy link, with a heartbeat of 1 s whose timeout is 0.5 s: its timers run once a second. A user expects no false alarm.',
  sources: [
    { name: 'stomp-js/stompjs#335', url: 'https://github.com/stomp-js/stompjs/issues/335' },
    {
      name: 'robtaussig/react-use-websocket#273',
      url: 'https://github.com/robtaussig/react-use-websocket/issues/273',
    },
  ],
  needs: 'heartbeat',
  async play(world) {
    await world.load();
    await world.open({ heartbeat: 1000 });
    await world.hide();
    await world.ask('void (inPage.ticks = 0), void setInterval(() => { inPage.ticks += 1; }, 50)');
    await world.pause(12_000);
    const ticks = (await world.ask('inPage.ticks')) as number;
    if (ticks > 60) throw new Error(`the timers were not late: ${ticks} in 12 s`);
    return (await world.events('close')).length === 0 ? passes('no false alarm') : fails('a false alarm');
  },
});
