import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-frozen',
  title: 'a frozen tab is thawed',
  story:
    'The browser froze the tab, and the server dropped its connection meanwhile. When the tab is thawed a user expects the loss to be reported at once, and the connection soon after.',
  sources: [
    { name: 'MoonshotAI/kimi-code#1451', url: 'https://github.com/MoonshotAI/kimi-code/pull/1451' },
    { name: 'Page Lifecycle', url: 'https://wicg.github.io/page-lifecycle/' },
  ],
  async play(world) {
    await world.load();
    await world.open();
    await world.hide();
    await world.tab.freeze();
    world.server.terminateAll();
    await world.pause(2000);
    await world.tab.thaw();
    await world.show();
    if (!(await world.until(async () => (await world.events('close')).length > 0, 2500)))
      return fails('not noticed');
    return (await world.until(() => world.isOpen(), 5000)) ? passes('back') : fails('not back after 5 s');
  },
});
