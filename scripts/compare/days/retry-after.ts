import { type Day, fails, passes } from '../day.js';

export const day: Day = {
  name: 'retry-after',
  group: 'refusal',
  title: '503 with Retry-After: 3',
  story:
    'A server that is overloaded answers 503 and asks to wait for three seconds; the client is expected to wait that long before it dials again, and then to connect.',
  sources: [
    {
      name: 'langchain-ai/langsmith-sdk#3493',
      url: 'https://github.com/langchain-ai/langsmith-sdk/pull/3493',
    },
    { name: 'RFC 9110 §10.2.3', url: 'https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3' },
  ],
  async run(client, tools) {
    const server = await tools.server();
    server.refuse(503, { 'Retry-After': '3' });
    const session = client.open(server.url());
    if (!(await tools.until(() => server.seen.handshakes.length > 1, 12_000))) return fails('gave up');
    const [first, second] = server.seen.handshakes;
    server.echo();
    if (!(await tools.until(() => session.isOpen, 12_000))) return fails('not back');
    const waited = (second?.at ?? 0) - (first?.at ?? 0);
    return waited >= 2900 ? passes('waits') : fails('dials sooner');
  },
};
