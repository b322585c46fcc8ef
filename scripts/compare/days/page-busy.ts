import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-busy',
  title: 'a busy page',
  story:
    'A long task or a dialogue stops the page three times for 3 s, with a heartbeat of 1 s whose timeout is 0.5 s; the link is healthy, and the answers wait in the browser. A user expects no false alarm.',
  sources: [{ name: 'zauberzeug/nicegui#5784', url: 'https://github.com/zauberzeug/nicegui/pull/5784' }],
  needs: 'heartbeat',
  async play(world) {
    await world.load();
    await world.open({ heartbeat: 1000 });
    for (let n = 0; n < 3; n += 1) {
      await world.ask('{ const end = performance.now() + 3000; while (performance.now() < end); }');
      await world.pause(700);
    }
    return (await world.events('close')).length === 0 ? passes('no false alarm') : fails('a false alarm');
  },
});
