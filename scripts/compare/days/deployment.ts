import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'deployment',
  group: 'close',
  title: 'the server closes each connection for a deployment',
  story:
    'Three deployments close the connection, with 1001, with 1012 and with 1000; the client is expected to be back after each.',
  sources: [
    {
      name: 'pladaria/reconnecting-websocket#60',
      url: 'https://github.com/pladaria/reconnecting-websocket/issues/60',
    },
    { name: 'enisdenjo/graphql-ws#81', url: 'https://github.com/enisdenjo/graphql-ws/issues/81' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const session = client.open(server.url());
    const opened = (): number => session.events.filter(({ kind }) => kind === 'open').length;
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    for (const code of [1001, 1012, 1000]) {
      const before = opened();
      server.closeAll(code, 'a deployment');
      if (!(await tools.until(() => opened() > before, 6000))) return fails(`not back after ${code}`);
    }
    return passes('back each time');
  },
};
