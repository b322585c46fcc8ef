import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'headers-object',
  group: 'values',
  title: 'headers given as a Headers object',
  story:
    'The program gives the handshake headers as a `Headers` object, as `fetch()` takes them; they are expected to be sent, or to be refused: a token that is dropped in silence costs a day.',
  sources: [
    { name: 'Fetch Standard, HeadersInit', url: 'https://fetch.spec.whatwg.org/#typedefdef-headersinit' },
  ],
  quick: true,
  async run(client, tools) {
    if (!client.has.headers) return notOffered('no headers');
    const server = await tools.server();
    try {
      client.open(server.url(), { headers: new Headers({ Authorization: 'Bearer x' }) });
    } catch {
      return passes('refused');
    }
    if (!(await tools.until(() => server.seen.handshakes.length > 0, 5000))) return fails('never dials');
    return server.seen.handshakes[0]?.headers.authorization === 'Bearer x'
      ? passes('sent')
      : fails('dropped in silence');
  },
};
