import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'refused-twice',
  group: 'dial',
  title: 'refused twice in a row',
  story:
    'The connection is lost, and the server refuses connections until several dials have failed; the client is expected to be back once it listens again.',
  sources: [
    {
      name: 'gusavila92/java-android-websocket-client#25',
      url: 'https://github.com/gusavila92/java-android-websocket-client/issues/25',
    },
  ],
  async run(client, tools) {
    const server = await tools.server();
    const relay = await tools.relay(server);
    const session = client.open(relay.url());
    if (!(await tools.until(() => session.isOpen, 5000))) return fails('never opened');
    relay.refuse();
    relay.reset();
    await tools.until(() => !session.isOpen, 5000);
    // Delays of 200, 400 and 800 ms have passed by then.
    await tools.sleep(3000);
    await relay.accept();
    return (await tools.until(() => session.isOpen, 8000)) ? passes('back') : fails('gave up in silence');
  },
};
