import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'with-the-101',
  group: 'messages',
  title: 'messages in one packet with the 101',
  story:
    'The server greets with three messages in the packet that accepts the upgrade; a listener that the program adds in the same tick as it makes the client is expected to get all three.',
  sources: [{ name: 'supabase/supabase-js#1946', url: 'https://github.com/supabase/supabase-js/pull/1946' }],
  quick: true,
  async run(client, tools) {
    const server = await tools.server();
    server.sendOnAccept(['one', 'two', 'three']);
    const session = client.open(server.url());
    const got: unknown[] = [];
    session.on('message', ({ data }) => got.push(data));
    await tools.until(() => got.length >= 3, 3000);
    return got.join() === 'one,two,three' ? passes('all') : fails('some are lost');
  },
};
