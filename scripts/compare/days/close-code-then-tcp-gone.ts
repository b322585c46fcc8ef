import { type Day, fails, passes } from '../day.js';
import { closeBytes, rawPeer } from '../rawPeer.js';

export const day: Day = {
  name: 'close-code-then-tcp-gone',
  group: 'close',
  title: 'Close 4001 with a reason, and TCP ends at once',
  story:
    'The server sends Close 4001 with a reason and ends TCP in the same moment, as Go programs do; the listener is expected to get this code and this reason.',
  sources: [
    { name: 'websockets/ws#1134', url: 'https://github.com/websockets/ws/issues/1134' },
    {
      name: 'joewalnes/reconnecting-websocket#75',
      url: 'https://github.com/joewalnes/reconnecting-websocket/issues/75',
    },
  ],
  async run(client, tools) {
    const reason = 'session expiré';
    const url = await rawPeer(tools, (socket) => {
      setTimeout(() => socket.end(closeBytes(4001, reason)), 200);
    });
    const session = client.open(url, { reconnectDelay: 3000, maxReconnectDelay: 3000 });
    await tools.until(() => session.events.some(({ kind }) => kind === 'close'), 4000);
    const closed = session.events.find(({ kind }) => kind === 'close');
    if (closed === undefined) return fails('no close');
    if (closed.code !== 4001) return fails(`says ${closed.code}`);
    return closed.reason === reason ? passes('both arrive') : fails('another reason');
  },
};
