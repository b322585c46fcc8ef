import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'corrupt-once',
  group: 'server',
  title: 'one corrupt frame, then all is well',
  story:
    'A faulty proxy corrupts one frame, once, of a server that is sound; the client, whose program set nothing for this, is expected to be back.',
  why: 'A frame that breaks the protocol will most often do so again, so recker fails the connection with 1002 and stops; `shouldReconnect` can decide otherwise.',
  sources: [
    { name: 'websockets/ws#2170', url: 'https://github.com/websockets/ws/issues/2170' },
    { name: 'websockets/ws#1140', url: 'https://github.com/websockets/ws/issues/1140' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    server.sendGarbage('badOpcode');
    await tools.until(() => !session.isOpen, 3000);
    if (await tools.until(() => session.isOpen, 6000)) return passes('back');
    const over = session.events.some(({ kind }) => kind === 'over');
    return fails(over ? 'final, unless shouldReconnect says otherwise' : 'not back');
  },
};
