/**
 * A server restarts: all its clients are cut at the same moment and come back. How many dials it gets within
 * the worst 100 ms decides whether it stays up.
 */
import { ask } from './control.js';
import { affordable, type Metric, sleep, type Workload } from './workload.js';

const DIALS_AT_ONCE = 100;
/** partysocket and reconnecting-websocket take up to 5 s for their first retry. */
const LONGEST_WAIT_MS = 10_000;

const metrics: readonly [Metric, Metric] = [
  { key: 'peak', unit: 'dials in the worst 100 ms', better: 'lower', digits: 0 },
  { key: 'back', unit: 'ms until all are back', better: 'lower', digits: 0 },
];

function storm(
  reconnect: 'jitter' | 'none',
  title: string,
  clients: Workload['clients'],
  quickClients: Workload['clients'],
): Workload {
  return {
    id: `storm-${reconnect}`,
    title,
    metrics,
    clients,
    quickClients,
    isolated: true,
    rounds: { full: 3, quick: 1 },
    count: { full: 2000, quick: 500 },
    async run({ client, origin }, wanted) {
      const count = affordable(wanted);
      for (let connected = 0; connected < count; connected += DIALS_AT_ONCE) {
        const batch = Math.min(DIALS_AT_ONCE, count - connected);
        await Promise.all(
          Array.from({ length: batch }, () => client.connect(`${origin}/idle`, { reconnect })),
        );
      }
      await ask(origin, '/cut');
      const began = performance.now();
      let dials = await ask(origin, '/facts');
      while (dials.total < count && performance.now() - began < LONGEST_WAIT_MS) {
        await sleep(100);
        dials = await ask(origin, '/facts');
      }
      if (dials.total < count) throw new Error(`only ${dials.total} of ${count} came back`);
      return { peak: dials.peak, back: performance.now() - began };
    },
  };
}

export const stormWorkloads: readonly Workload[] = [
  storm(
    'jitter',
    "storm, with the library's jitter",
    ['recker', 'recker-upstream', 'partysocket', 'reconnecting-websocket'],
    ['recker', 'recker-upstream'],
  ),
  storm('none', 'storm, no jitter', ['recker', 'websocket-ts'], ['recker', 'websocket-ts']),
];
