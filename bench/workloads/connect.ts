/** Dialling: one after the other, and 2,000 in one tick. */
import type { Connection } from '../clients/client.js';
import { affordable, CPU, everyoneAndFloor, few, type Metric, measure, type Workload } from './workload.js';

const perConnection: readonly [Metric, Metric] = [
  { ...CPU, digits: 0 },
  { key: 'wall', unit: 'µs wall', better: 'lower', digits: 0 },
];

/** Not measured: the figure is the cost of opening. */
async function closeAll(connections: readonly Connection[]): Promise<void> {
  await Promise.all(connections.map((connection) => connection.close()));
}

const sequential: Workload = {
  id: 'connect',
  title: 'connect, one after the other',
  metrics: perConnection,
  clients: everyoneAndFloor,
  quickClients: few,
  count: { full: 300, quick: 100, step: 100, max: 2000 },
  async run({ client, origin }, total) {
    const connections: Connection[] = [];
    const sample = await measure(total, async () => {
      for (let i = 0; i < total; i++) connections.push(await client.connect(`${origin}/idle`));
    });
    await closeAll(connections);
    return sample;
  },
};

const atOnce: Workload = {
  id: 'connect-2000',
  title: 'connect, all at once',
  metrics: perConnection,
  clients: everyoneAndFloor,
  quickClients: few,
  count: { full: 2000, quick: 500 },
  async run({ client, origin }, wanted) {
    const total = affordable(wanted);
    let connections: Connection[] = [];
    const sample = await measure(total, async () => {
      connections = await Promise.all(Array.from({ length: total }, () => client.connect(`${origin}/idle`)));
    });
    await closeAll(connections);
    return sample;
  },
};

export const connectWorkloads: readonly Workload[] = [sequential, atOnce];
