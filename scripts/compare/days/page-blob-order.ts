import { fails, passes } from '../day.js';
import { pageDay } from '../pages/pageDay.js';

export const day = pageDay({
  name: 'page-blob-order',
  title: 'a Blob, then a string',
  story:
    'A Blob of 1 MB, a string, a buffer and a string are sent one after the other, first while the client connects, where it has a queue, then while it is open. The bytes of a Blob come later than the call; a user expects the order of the calls.',
  sources: [{ name: 'denoland/deno#24074', url: 'https://github.com/denoland/deno/issues/24074' }],
  async play(world) {
    const send = `{
      inPage.session.send(new Blob(['1'.repeat(1e6)]));
      inPage.session.send('2');
      inPage.session.send(new Uint8Array([3]));
      inPage.session.send('4');
    }`;
    await world.load();
    const rounds = (await world.has('queue')) ? 2 : 1;
    await world.begin();
    if (rounds === 2) await world.ask(send);
    if (!(await world.until(() => world.isOpen(), 10_000))) return fails('never opened');
    await world.ask(send);
    const order = (): string =>
      world.server.seen.messages
        .filter(({ data }) => data !== 'ping')
        .map(({ data }) => (typeof data === 'string' ? data : data.length > 1 ? '1' : '3'))
        .join('');
    await world.until(() => order().length === 4 * rounds, 8000);
    if (order() === '1234'.repeat(rounds)) return passes('in order');
    return fails(order().length < 4 * rounds ? 'some are missing' : 'out of order');
  },
});
