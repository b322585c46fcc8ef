import { type Day, fails, passes } from '../day.js';
import { rawPeer } from '../rawPeer.js';

const FRAGMENTS = 65_536;

export const day: Day = {
  name: 'many-fragments',
  group: 'messages',
  title: 'one message in 65,536 fragments',
  story:
    'A message of 4 MiB arrives in fragments of 64 bytes, as in case 9.3.1 of the Autobahn test suite; it is within every limit of size, and is expected to arrive.',
  sources: [
    { name: 'Autobahn Testsuite, case 9.3.1', url: 'https://github.com/crossbario/autobahn-testsuite' },
  ],
  async run(client, tools) {
    const url = await rawPeer(tools, (socket) => {
      const payload = Buffer.alloc(64);
      const frames: Buffer[] = [];
      for (let nth = 0; nth < FRAGMENTS; nth += 1) {
        frames.push(Buffer.from([(nth === FRAGMENTS - 1 ? 0x80 : 0) | (nth === 0 ? 2 : 0), 64]), payload);
      }
      const bytes = Buffer.concat(frames);
      setTimeout(() => socket.write(bytes), 300);
    });
    const session = client.open(url, { heartbeat: 30_000, reconnectDelay: 5000, maxReconnectDelay: 5000 });
    await tools.until(
      () => session.events.some(({ kind }) => kind === 'message' || kind === 'close'),
      10_000,
    );
    const message = session.events.find(({ kind }) => kind === 'message');
    if (message === undefined) return fails('refused');
    const { length, byteLength, size } = message.data as Partial<Buffer & ArrayBuffer & Blob>;
    return (length ?? byteLength ?? size) === FRAGMENTS * 64 ? passes('arrives') : fails('another length');
  },
};
