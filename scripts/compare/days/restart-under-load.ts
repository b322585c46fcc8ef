import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'restart-under-load',
  group: 'messages',
  title: 'the server restarts under load',
  story:
    'A program sends numbered messages all the time while the server is away for a second; what the client took in that second is expected to arrive, once and in order, or to be refused.',
  sources: [
    {
      name: 'robtaussig/react-use-websocket#90',
      url: 'https://github.com/robtaussig/react-use-websocket/issues/90',
    },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    /** What was sent while the client itself said that it was not open: no network can have lost it. */
    const during = new Map<string, ReturnType<typeof session.send>>();
    let next = 0;
    const timer = setInterval(() => {
      const text = `n${next++}`;
      const isAway = !session.isOpen;
      const sent = session.send(text);
      if (isAway) during.set(text, sent);
    }, 5);
    await tools.sleep(300);
    await server.stop();
    await tools.sleep(1000);
    await server.restart();
    const back = await tools.until(() => session.isOpen, 10_000);
    await tools.sleep(1000);
    clearInterval(timer);
    await tools.sleep(500);
    if (!back) return fails('not back');
    if (during.size === 0) return fails('loss not noticed');
    const arrived = server.seen.messages.map(({ data }) => `${data}`).filter((text) => text.startsWith('n'));
    const numbers = arrived.map((text) => Number(text.slice(1)));
    if (numbers.some((each, index) => index > 0 && each <= (numbers[index - 1] ?? 0))) {
      return fails('out of order, or twice');
    }
    const set = new Set(arrived);
    const lost = [...during].filter(([text, { fate }]) => !set.has(text) && fate !== 'refused');
    if (lost.length > 0) return fails('drops in silence');
    return [...during.values()].every(({ fate }) => fate === 'refused')
      ? notOffered('send() refuses')
      : passes('all, in order');
  },
};
