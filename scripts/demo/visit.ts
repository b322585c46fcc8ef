/**
 * The demo against a real server: connects, tells what happens, sends what is typed, until Ctrl-C.
 */
import { createInterface } from 'node:readline';
import { type Inspect, ReckerWebSocket } from '../../src/index.js';
import { Narrator, reached } from './narrator.js';
import { duration, type Timeline } from './timeline.js';

/** How long after a Ctrl-C another one is a second one, in milliseconds. */
const IMPATIENCE = 500;

/**
 * @returns the process's exit code: 0 after Ctrl-C, 1 where the server refused for good
 * @throws ConfigurationError for a URL that can never work
 */
export async function visit(url: string, timeline: Timeline, inspect?: Inspect): Promise<number> {
  const ws = new ReckerWebSocket(url, {
    reconnect: true,
    maxReconnectAttempts: 0,
    heartbeatInterval: 5000,
    heartbeatTimeout: 5000,
    inspect,
  });
  timeline.title('recker', `against ${ws.toJSON().url}`);
  timeline.plain('A line that you type is sent. Ctrl-C closes. Cut the network, and watch.');
  timeline.head();

  const narrator = new Narrator(ws, timeline);
  ws.on('message', ({ data, isBinary }) => {
    const shown = isBinary ? `${data.length} bytes` : String(data).replaceAll(/\s+/g, ' ');
    timeline.event(ws.state, 'message', `← ${shown}`);
  });
  // A first round trip at once; the heartbeat measures the others.
  ws.on('open', () => ws.ping());

  const typed = createInterface({ input: process.stdin });
  typed.on('line', (line) => {
    timeline.event(ws.state, 'send', `→ ${line}`);
    ws.send(line).catch(() => {});
  });

  let stoppedAt: number | undefined;
  const stop = (): void => {
    // One Ctrl-C may arrive twice, from the terminal and from npm. A later one means now.
    if (stoppedAt !== undefined && timeline.elapsed - stoppedAt > IMPATIENCE) process.exit(130);
    stoppedAt ??= timeline.elapsed;
    void ws.close(1000, 'the demo is over');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  ws.connect().catch(() => {});
  await reached(ws, 'closed');

  // The events of this state are told before the summary.
  await new Promise((resolve) => setImmediate(resolve));
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  typed.close();
  // An open stdin would keep the process.
  process.stdin.destroy();
  const { messagesIn, messagesOut } = ws.stats();
  timeline.summary([
    ['ran', duration(timeline.elapsed)],
    ['messages', `${messagesOut} sent, ${messagesIn} received`],
    ...narrator.rows(),
  ]);
  return stoppedAt === undefined ? 1 : 0;
}
