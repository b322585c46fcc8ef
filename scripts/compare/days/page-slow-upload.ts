import { slowLink } from '../../../test/support/slowLink.js';
import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

const MESSAGES = 64;
const SIZE = 128 * 1024;

export const day = pageDay({
  name: 'page-slow-upload',
  title: 'an upload on a slow link',
  story:
    'The page sends 8 MiB on a link of 640 KiB/s, with a heartbeat of 2 s whose timeout is 1 s: its answer waits behind the upload. A user expects all of it on one connection, and a `bufferedAmount` that ends at 0.',
  sources: [
    { name: 'yjs/y-websocket#203', url: 'https://github.com/yjs/y-websocket/issues/203' },
    {
      name: 'theturtle32/WebSocket-Node#229',
      url: 'https://github.com/theturtle32/WebSocket-Node/issues/229',
    },
  ],
  limit: 75_000,
  async play(world) {
    const link = await slowLink(world.server.port, 640 * 1024);
    try {
      await world.load();
      // An echo of the upload would be a sign of life. Only heartbeats are answered.
      world.server.accept();
      await world.open({ heartbeat: 2000 }, `ws://127.0.0.1:${link.port}/`);
      const connection = await world.server.waitForConnection();
      connection.on('message', (data, isBinary) => {
        if (!isBinary) connection.send(data as Buffer);
      });
      await world.ask(`{
        const chunk = new Uint8Array(${SIZE});
        for (let n = 0; n < ${MESSAGES}; n += 1) inPage.session.send(chunk);
      }`);
      const arrived = (): boolean =>
        world.server.seen.messages.filter(({ data }) => data.length === SIZE).length >= MESSAGES;
      const isDone = await world.until(arrived, 30_000);
      const losses = (await world.events('close')).length;
      if (losses > 0) return fails('a false alarm cuts the upload');
      if (!isDone) return fails('not whole after 30 s');
      const drained = await world.until(
        async () => (await world.ask('inPage.session.bufferedAmount')) === 0,
        5000,
      );
      return drained ? passes('whole, on one connection') : fails('bufferedAmount never ends');
    } finally {
      await link.stop();
    }
  },
});
