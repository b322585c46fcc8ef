/** One message out, the same one back, then the next: latency, not throughput. */
import { collectGarbage, everyone, few, payloadOf, type Sample, type Workload } from './workload.js';

function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const echo: Workload = {
  id: 'echo',
  title: 'echo 64, one at a time',
  metrics: [
    { key: 'p50', unit: 'µs p50', better: 'lower', digits: 1 },
    { key: 'p99', unit: 'µs p99', better: 'lower', digits: 1 },
    { key: 'cpu', unit: 'µs CPU', better: 'lower', digits: 1 },
  ],
  clients: everyone,
  quickClients: few,
  count: { full: 2000, quick: 1000, step: 500, max: 200_000 },
  async run({ client, origin }, total): Promise<Sample> {
    const connection = await client.connect(`${origin}/echo`);
    const payload = payloadOf(64);
    const times = new Float64Array(total);
    let next = 0;
    let sentAt = 0;
    let done = (): void => {};
    const all = new Promise<void>((resolve) => {
      done = resolve;
    });
    connection.onMessage(() => {
      const now = performance.now();
      times[next++] = (now - sentAt) * 1000;
      if (next === total) {
        done();
        return;
      }
      sentAt = performance.now();
      connection.send(payload);
    });
    collectGarbage();
    const before = process.cpuUsage();
    sentAt = performance.now();
    connection.send(payload);
    await all;
    const { user, system } = process.cpuUsage(before);
    await connection.close();
    times.sort();
    return { p50: percentile(times, 0.5), p99: percentile(times, 0.99), cpu: (user + system) / total };
  },
};

export const echoWorkloads: readonly Workload[] = [echo];
