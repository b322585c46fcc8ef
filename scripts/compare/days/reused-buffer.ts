import { type Day, fails, notOffered, passes } from '../day.js';

export const day: Day = {
  name: 'reused-buffer',
  group: 'messages',
  title: 'a buffer that is reused after send()',
  story:
    'While the client is offline the program sends one buffer ten times, with other content each time, as encoders with a scratch buffer do; ten different messages are expected to arrive.',
  sources: [
    {
      name: 'WebSockets Standard, send(): the data is copied',
      url: 'https://websockets.spec.whatwg.org/#dom-websocket-send',
    },
  ],
  async run(client, tools) {
    if (!client.has.queue) return notOffered('no queue');
    const server = await tools.server();
    const relay = await tools.relay(server);
    relay.refuse();
    const session = client.open(relay.url());
    const scratch = Buffer.alloc(1);
    for (let value = 1; value <= 10; value += 1) {
      scratch[0] = value;
      session.send(scratch);
    }
    await relay.accept();
    await tools.until(() => server.seen.messages.length >= 10, 8000);
    const got = server.seen.messages.map(({ data }) => data[0]);
    if (got.length < 10) return fails('some are lost');
    return got.join() === '1,2,3,4,5,6,7,8,9,10' ? passes('copies') : fails('sends the last one ten times');
  },
};
