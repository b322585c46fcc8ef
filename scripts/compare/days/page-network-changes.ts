import { fails, passes } from '../day.js';
import { pageDay, unnoticed } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-network-changes',
  title: 'the network changes',
  story:
    'Wi-Fi to mobile data: the connection is half-open, its peer gone without a FIN, and the browser fires `online`. A user expects the client to find out in the time of its heartbeat, and to dial again.',
  sources: [
    { name: 'liveblocks/liveblocks#946', url: 'https://github.com/liveblocks/liveblocks/pull/946' },
    { name: 'eclipse-theia/theia#9299', url: 'https://github.com/eclipse-theia/theia/pull/9299' },
  ],
  async play(world) {
    await world.load();
    await world.open({ heartbeat: 2000 });
    world.server.freeze();
    await world.ask(`void dispatchEvent(new Event('online'))`);
    const noticed = await world.until(() => world.handshakes > 1, 8000);
    return noticed ? passes('noticed') : fails(await unnoticed(world));
  },
});
