/** Chunks of 64 KiB, each sent once the one before has drained: how a file is sent. */
import { collectGarbage, type Workload } from './workload.js';

const CHUNK = 65_536;
/** The server answers this often; samples are made of whole multiples. */
const EVERY = 16;

const drain: Workload = {
  id: 'drain',
  title: 'awaitDrain, 64k chunks',
  metrics: [
    { key: 'rate', unit: 'MB/s', better: 'higher', digits: 1 },
    { key: 'cpu', unit: 'µs CPU', better: 'lower', digits: 1 },
  ],
  clients: ['ws', 'recker', 'recker-upstream', 'net'],
  // The count is only a bound: a sample is cut off by time, for the peers differ by a factor of a hundred.
  count: { full: 20_000, quick: 2000 },
  async run({ client, origin, quick }, most) {
    const connection = await client.connect(`${origin}/sink?every=${EVERY}`);
    if (connection.pump === undefined) throw new Error('this client cannot wait for the drain');
    let acknowledged = 0;
    let onAcknowledged = (): void => {};
    connection.onMessage(() => {
      acknowledged++;
      onAcknowledged();
    });
    const chunk = Buffer.alloc(CHUNK, 'x');
    let sent = 0;
    collectGarbage();
    const cpuBefore = process.cpuUsage();
    const began = performance.now();
    const deadline = began + (quick ? 150 : 1000);
    await connection.pump(chunk, () => {
      if (sent % EVERY === 0 && sent > 0 && (sent >= most || performance.now() >= deadline)) return false;
      sent++;
      return true;
    });
    await new Promise<void>((resolve) => {
      onAcknowledged = () => {
        if (acknowledged * EVERY >= sent) resolve();
      };
      onAcknowledged();
    });
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    await connection.close();
    return { rate: (sent * CHUNK) / 1e6 / seconds, cpu: (user + system) / sent };
  },
};

export const drainWorkloads: readonly Workload[] = [drain];
