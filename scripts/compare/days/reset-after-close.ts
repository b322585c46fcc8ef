import { type Day, fails, passes } from '../day.js';
import { closeBytes, rawPeer } from '../rawPeer.js';

export const day: Day = {
  name: 'reset-after-close',
  group: 'close',
  title: 'an RST behind the closing handshake',
  story:
    'Both sides have sent their Close 1000, and then the server resets TCP; this is a clean end, and the client is expected to report no error.',
  sources: [
    { name: 'websockets/ws#1256', url: 'https://github.com/websockets/ws/issues/1256' },
    {
      name: 'theturtle32/WebSocket-Node#150',
      url: 'https://github.com/theturtle32/WebSocket-Node/issues/150',
    },
  ],
  async run(client, tools) {
    const url = await rawPeer(tools, (socket) => {
      setTimeout(() => {
        socket.write(closeBytes(1000, ''));
        socket.on('data', () => socket.resetAndDestroy());
      }, 200);
    });
    const session = client.open(url, { reconnectDelay: 3000, maxReconnectDelay: 3000 });
    await tools.until(() => session.events.some(({ kind }) => kind === 'close'), 4000);
    await tools.sleep(200);
    const closed = session.events.find(({ kind }) => kind === 'close');
    if (session.events.some(({ kind }) => kind === 'error')) return fails('an error');
    return closed?.code === 1000 ? passes('1000, no error') : fails(`says ${closed?.code ?? 'nothing'}`);
  },
};
