/** Many clients at once, and one client many times. */
import { expect, it } from 'vitest';
import { storm } from '../../scripts/storm/run.js';
import { Program } from './program.js';
import { note } from './support.js';

/** All of them with RECKER_RECONNECTS=10000; fewer where the whole suite runs. */
const TIMES = Number(process.env.RECKER_RECONNECTS ?? 3000);

it.concurrent(`${TIMES} reconnects: heap, listeners, timers and descriptors stay where they were`, {
  timeout: 120_000,
}, async () => {
  await using program = new Program('reconnects', [String(TIMES)]);
  const reported = (await program.says('after')) as never as Record<
    'before' | 'after',
    { heap: number; flat: object }
  > & {
    opens: number;
    seconds: number;
  };
  const grown = reported.after.heap - reported.before.heap;
  note(
    `${TIMES} reconnects`,
    'flat',
    `heap ${Math.round(grown / 1024)} KiB more, ${JSON.stringify(reported.after.flat)}, ${reported.seconds.toFixed(1)} s`,
  );
  expect(reported.opens).toBe(TIMES);
  expect(reported.after.flat).toEqual(reported.before.flat);
  // V8's own ups and downs; a connection that stayed would take 10 KiB.
  expect(grown).toBeLessThan(1_500_000);
});

it.concurrent('a restart under full jitter: all come back, and their dials fill the whole first window', {
  timeout: 60_000,
}, async () => {
  const options = { clients: 120, processes: 2, reconnectDelay: 2000, downFor: 10 } as const;
  const { perTenth, allBack, dials } = await storm({ ...options, jitter: 'full' });
  const quarters = [0, 1, 2, 3].map((quarter) =>
    perTenth.slice(quarter * 5, quarter * 5 + 5).reduce((sum, count) => sum + count, 0),
  );
  note(
    '120 clients, server restarts, full jitter',
    'all back, dials in every quarter of the window',
    `${quarters.join(', ')} dials; all back after ${allBack} ms`,
  );
  expect(dials).toBeGreaterThanOrEqual(120);
  // 30 are expected in each; fewer than 8 is less likely than one in a million.
  expect(Math.min(...quarters)).toBeGreaterThanOrEqual(8);
});
