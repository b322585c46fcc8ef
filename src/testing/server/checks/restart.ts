/**
 * What clients see when the server is restarted under them.
 */
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { observeRestart } from '../restarted.js';
import { fails, NotApplicable, passes } from '../verdict.js';

const check = groupOf('restart');

const sent = 'a restart (restart) under 100 clients (clients)';
const cost = { phase: 'restart', cost: () => ({}) } as const;

export const restartChecks: readonly CheckDefinition[] = [
  check(
    ['announced', 'SHOULD', '6455 §7.4.1'],
    sent,
    'Close 1001 or 1012 to each client, so that it knows that it may come back',
    async (bench) => {
      const { ends } = await observed(bench);
      const counts = [...ends].map(([end, count]) => `${end}: ${count}`).join(', ');
      return [...ends.keys()].every((end) => end === 'Close 1001' || end === 'Close 1012')
        ? passes(counts)
        : fails(counts);
    },
    // Each client dials once a second until it is back, and some times more at the begin.
    {
      phase: 'restart',
      cost: ({ clients, restartTimeout }) => ({
        connections: clients * (Math.ceil(restartTimeout / 1000) + 4),
      }),
    },
  ),
  check(
    ['back', 'SHOULD', '6455 §7.2.3'],
    sent,
    'all clients are connected again within 30 s (restartTimeout)',
    async (bench) => {
      const { back, gone, slowest } = await observed(bench);
      const got = `${back} of ${gone} are back${back > 0 ? `, the last one after ${(slowest / 1000).toFixed(1)} s` : ''}`;
      return back === gone ? passes(got) : fails(got);
    },
    cost,
  ),
  check(
    ['retry-after', 'SHOULD', '9110 §10.2.3'],
    sent,
    'where it answers 503 or 429 meanwhile: with Retry-After',
    async (bench) => {
      const { refused, refusedWithoutDelay } = await observed(bench);
      if (refused === 0) throw new NotApplicable('no client was answered 503 or 429');
      const got = `${refused} answers 503 or 429, ${refused - refusedWithoutDelay} with Retry-After`;
      return refusedWithoutDelay === 0 ? passes(got) : fails(got);
    },
    cost,
  ),
];

async function observed(bench: Bench) {
  const seen = await observeRestart(bench);
  if (typeof seen === 'string') throw new NotApplicable(seen);
  return seen;
}
