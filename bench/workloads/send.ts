/**
 * Sending, in bursts of 256 a tick and one a tick. A sample ends when the server has confirmed that it received
 * all, so that work which a client merely queued is counted too.
 */
import type { Connection } from '../clients/client.js';
import { CPU, everyone, few, measure, nextTurn, payloadOf, WALL, type Workload } from './workload.js';

const BURST = 256;
/** Unanswered bytes at which the sender waits: a fast producer, but no flood that would measure the memory. */
const WINDOW_BYTES = 16 * 1024 * 1024;

/** Counts the server's answers, one for every burst's worth of messages. */
class Acknowledgements {
  received = 0;
  private waiting: { target: number; resolve: () => void } | undefined;

  constructor(connection: Connection) {
    connection.onMessage(() => {
      this.received++;
      if (this.waiting !== undefined && this.received >= this.waiting.target) {
        this.waiting.resolve();
        this.waiting = undefined;
      }
    });
  }

  until(target: number): Promise<void> {
    if (this.received >= target) return Promise.resolve();
    return new Promise((resolve) => {
      this.waiting = { target, resolve };
    });
  }
}

/** One message a tick, without a promise in between: the harness should cost as little as it can. */
function sendOneATick(connection: Connection, payload: string | Buffer, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const step = (): void => {
      connection.send(payload);
      if (--left > 0) setImmediate(step);
      else resolve();
    };
    step();
  });
}

function sendBurst(connection: Connection, payload: string | Buffer, count: number): Promise<void> {
  for (let i = 0; i < count; i++) connection.send(payload);
  return nextTurn();
}

function send(
  kind: 'burst' | 'tick',
  label: string,
  size: number,
  full: number,
  quick: number,
  max: number,
): Workload {
  const sendSome = kind === 'burst' ? sendBurst : sendOneATick;
  const windowInBursts = Math.max(1, Math.floor(WINDOW_BYTES / (BURST * size)));
  return {
    id: `${kind}-${label}`,
    title: kind === 'burst' ? `send ${label}, ${BURST} a tick` : `send ${label}, one a tick`,
    metrics: [CPU, WALL],
    clients: [...everyone, ...(kind === 'burst' ? (['net-corked'] as const) : [])],
    quickClients: kind === 'burst' ? [...few, 'net-corked'] : few,
    count: { full, quick, step: BURST, max },
    async run({ client, origin }, total) {
      const payload = payloadOf(size);
      const connection = await client.connect(`${origin}/sink?every=${BURST}`);
      const acknowledgements = new Acknowledgements(connection);
      const bursts = total / BURST;
      const sample = await measure(total, async () => {
        for (let sent = 0; sent < bursts; sent++) {
          await acknowledgements.until(sent - windowInBursts + 1);
          await sendSome(connection, payload, BURST);
        }
        await acknowledgements.until(bursts);
      });
      await connection.close();
      return sample;
    },
  };
}

export const sendWorkloads: readonly Workload[] = [
  send('burst', '64', 64, 10_240, 2560, 2_000_000),
  send('burst', '1k', 1024, 5120, 2560, 1_000_000),
  send('burst', '64k', 65_536, 512, 256, 50_000),
  send('tick', '64', 64, 5120, 2560, 500_000),
  send('tick', '1k', 1024, 5120, 2560, 500_000),
  send('tick', '64k', 65_536, 512, 256, 50_000),
];
