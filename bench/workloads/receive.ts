/** The server sends as fast as the client reads; the client's listener counts. */
import { CPU, everyone, few, measure, payloadOf, WALL, type Workload } from './workload.js';

function receive(id: string, size: number, count: Workload['count']): Workload {
  const isText = typeof payloadOf(size) === 'string';
  return {
    id,
    title: `receive ${id.slice('receive-'.length)} ${isText ? 'text' : 'binary'}`,
    metrics: [CPU, WALL],
    clients: everyone,
    quickClients: few,
    count,
    async run({ client, origin }, total) {
      const connection = await client.connect(
        `${origin}/push?size=${size}&count=${total}${isText ? '&text=1' : ''}`,
      );
      let received = 0;
      let done = (): void => {};
      const all = new Promise<void>((resolve) => {
        done = resolve;
      });
      connection.onMessage(() => {
        if (++received === total) done();
      });
      const sample = await measure(total, () => {
        connection.send('go');
        return all;
      });
      await connection.close();
      return sample;
    },
  };
}

export const receiveWorkloads: readonly Workload[] = [
  receive('receive-64', 64, { full: 20_000, quick: 10_000, step: 1000, max: 4_000_000 }),
  receive('receive-1k', 1024, { full: 20_000, quick: 5000, step: 1000, max: 2_000_000 }),
  receive('receive-64k', 65_536, { full: 500, quick: 200, step: 100, max: 50_000 }),
];
