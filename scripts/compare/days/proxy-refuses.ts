import { inspect } from 'node:util';
import { ConnectProxy } from '../../../test/support/connectProxy.js';
import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'proxy-refuses',
  group: 'refusal',
  title: 'the proxy answers 407',
  story:
    'The proxy refuses its password with 407; the error is expected to hold the status, and not the password.',
  sources: [
    { name: 'oven-sh/bun#42947', url: 'https://github.com/oven-sh/bun/pull/42947' },
    { name: 'warmcat/libwebsockets#2227', url: 'https://github.com/warmcat/libwebsockets/issues/2227' },
  ],
  async run(client, tools) {
    if (client.offers?.includes('proxy') !== true) return notOffered('no option');
    const server = await tools.server();
    const proxy = await ConnectProxy.start({
      answer: () =>
        'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    });
    tools.atEnd(() => proxy.stop());
    const session = client.open(server.url(), { proxy: `http://user:pa55word@127.0.0.1:${proxy.port}` });
    await tools.until(() => session.events.some(({ kind }) => kind === 'error'), 6000);
    await tools.sleep(500);
    const text = inspect(session.events);
    if (/pa55word|dXNlcjpwYTU1d29yZA/.test(text)) return fails('the password is in the error');
    return /\b407\b/.test(text) ? passes('says 407') : fails('says no reason');
  },
};
