/** `for await`, at full speed and with a consumer that is slower than the server. */
import type { Consumption } from '../clients/client.js';
import { CPU, collectGarbage, measure, sleep, WALL, type Workload } from './workload.js';

function missing(capability: string): never {
  throw new Error(`this client has no ${capability}`);
}

const iterate: Workload = {
  id: 'iterate',
  title: '`for await` 64 text',
  metrics: [CPU, WALL],
  clients: ['ws', 'recker', 'recker-upstream'],
  // recker@1 shifts an array, which is quadratic in the backlog: `max` keeps that bounded.
  count: { full: 10_000, quick: 5000, step: 1000, max: 1_000_000 },
  async run({ client, origin }, total) {
    const connection = await client.connect(`${origin}/push?size=64&count=${total}&text=1`);
    const consumption: Consumption = { count: total, start: () => connection.send('go') };
    const sample = await measure(total, () => connection.consume?.(consumption) ?? missing('iteration'));
    await connection.close();
    return sample;
  },
};

const SLOW_SIZE = 65_536;

const slowConsumer: Workload = {
  id: 'slow',
  title: 'slow consumer of 64k: growth of RSS',
  metrics: [{ key: 'growth', unit: 'MB', better: 'lower', digits: 0 }],
  clients: ['ws', 'recker', 'recker-upstream'],
  isolated: true,
  rounds: { full: 3, quick: 1 },
  // 400 MB and 200 MB that the server would like to be rid of.
  count: { full: 6400, quick: 3200 },
  async run({ client, origin, quick }, total) {
    const connection = await client.connect(`${origin}/push?size=${SLOW_SIZE}&count=${total}`);
    await sleep(100);
    collectGarbage();
    const before = process.memoryUsage.rss();
    let peak = before;
    const sampler = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 20);
    const consuming = connection.consume?.({
      count: total,
      start: () => connection.send('go'),
      pause: () => sleep(10),
    });
    if (consuming === undefined) missing('iteration');
    // The process ends after this sample, in the middle of the iteration.
    await Promise.race([consuming, sleep(quick ? 1200 : 5000)]);
    clearInterval(sampler);
    return { growth: (peak - before) / 1e6 };
  },
};

export const iterateWorkloads: readonly Workload[] = [iterate, slowConsumer];
