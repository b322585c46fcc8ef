import { type Day, fails, notOffered, passes } from '../day.js';

const MESSAGES = 6000;
const SIZE = 8192;
/** What the kernels of both sides may hold: nobody above them can know its fate. */
const KERNEL = 12 * 1024 * 1024;

export const day: Day = {
  name: 'drop-in-flush',
  group: 'messages',
  title: 'the connection drops in the middle of a flush',
  short: 'keeps its queue when the connection drops in a flush',
  story:
    'While the server is away 48 MiB of messages wait in the client; it comes back, reads a few of them, and the connection is reset; but for what the kernel held, each is expected to arrive once, in order, or to be reported.',
  sources: [{ name: 'a server that dies of the load of its own restart' }],
  limit: 60_000,
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    await server.stop();
    if (!(await tools.until(() => !session.isOpen, 5000))) return fails('loss not noticed');
    const sent = Array.from({ length: MESSAGES }, (_, index) => session.send(`${index} `.padEnd(SIZE, '.')));
    await tools.sleep(50);
    if (sent.every(({ fate }) => fate === 'refused')) return notOffered('send() refuses');
    server.accept();
    await server.restart();
    if (!(await tools.until(() => server.seen.messages.length > 20, 10_000))) {
      return fails('drops in silence');
    }
    server.freeze();
    await tools.sleep(1000);
    server.resetAll();
    server.thaw();
    await tools.until(() => server.seen.messages.length === MESSAGES, 10_000);
    const numbers = server.seen.messages
      .map(({ data }) => Number.parseInt(`${data}`, 10))
      .filter((each) => !Number.isNaN(each));
    if (new Set(numbers).size < numbers.length) return fails('sends some twice');
    if (numbers.some((each, index) => index > 0 && each <= (numbers[index - 1] ?? 0))) {
      return fails('out of order');
    }
    const refused = sent.filter(({ fate }) => fate === 'refused').length * SIZE;
    const told = session.events.reduce((sum, { unsentBytes = 0 }) => sum + unsentBytes, 0);
    const missing = (MESSAGES - numbers.length) * SIZE;
    if (missing > refused + told + KERNEL) return fails('loses the queue in silence');
    return passes('in order, once');
  },
};
