/**
 * Steps for the recorder's memory, without clients: what it keeps does not depend on how it came about.
 */
import { Ring } from '../../src/inspect/recorderRing.js';
import type { RecordedStep } from '../../src/recording/index.js';
import { Random } from '../support/random.js';

interface Client {
  readonly id: string;
  n: number;
}

/** A ring that has taken `steps` steps of clients that come, work and go. @param onStep after each */
export function filledRing(
  most: number,
  steps: number,
  onStep: (ring: Ring<object>) => void = () => {},
): Ring<object> {
  const ring = new Ring<object>(most);
  const random = new Random(1);
  const clients: Client[] = [];
  let made = 0;
  for (let each = 0; each < steps; each += 1) {
    if (clients.length === 0 || random.chance(0.002)) {
      made += 1;
      clients.push({ id: String(made), n: 0 });
    }
    const client = random.pick(clients);
    client.n += 1;
    const isResting = random.chance(0.004);
    if (isResting) clients.splice(clients.indexOf(client), 1);
    const step: RecordedStep = {
      t: each,
      c: client.id,
      n: client.n,
      event: random.pick(['after nextPing', 'socket.ponged', 'socket.opened']),
      from: 'session.open.awaitingPong.waiting',
      to: 'session.open.alive',
      ...(ring.isNew(client) ? { url: `wss://chat.example.com/${'room/'.repeat(random.int(100))}` } : {}),
    };
    ring.add(client, step, isResting);
    onStep(ring);
  }
  return ring;
}

/** UTF-8 bytes of the lines. */
export const bytesOf = (ring: Ring<object>): number =>
  ring.lines().reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
