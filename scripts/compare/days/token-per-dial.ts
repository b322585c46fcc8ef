import type { IncomingMessage } from 'node:http';
import { WebSocketServer } from 'ws';
import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'token-per-dial',
  group: 'refusal',
  title: 'a token that is good for one dial',
  story:
    'Each dial needs a new token in its URL, and the server refuses a used one with 401; after a loss the client is expected to ask for another and to be back.',
  sources: [
    {
      name: 'joewalnes/reconnecting-websocket#127',
      url: 'https://github.com/joewalnes/reconnecting-websocket/issues/127',
    },
    { name: 'centrifugal/centrifuge-js#202', url: 'https://github.com/centrifugal/centrifuge-js/issues/202' },
  ],
  async run(client, tools) {
    if (client.offers?.includes('url') !== true) return notOffered('one URL for all dials');
    const used = new Set<string>();
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      verifyClient: ({ req }: { readonly req: IncomingMessage }) => {
        const url = req.url ?? '';
        const isNew = !used.has(url);
        used.add(url);
        return isNew;
      },
    });
    tools.atEnd(() => server.close());
    await tools.until(() => server.address() !== null, 5000);
    const { port } = server.address() as { readonly port: number };
    let tokens = 0;
    const urlOf = (): string => {
      tokens += 1;
      return `ws://127.0.0.1:${port}/?token=${tokens}`;
    };
    const session = client.open(urlOf(), { urlOf });
    const opened = (): number => session.events.filter(({ kind }) => kind === 'open').length;
    for (let nth = 1; nth <= 3; nth += 1) {
      if (!(await tools.until(() => opened() >= nth, 5000)))
        return fails(nth === 1 ? 'never opened' : 'not back');
      for (const connection of server.clients) connection.terminate();
    }
    return passes('a new one each time');
  },
};
