/**
 * What the recorder costs: the CPU of connecting, of a heartbeat and of a message, with `recorder()` and with an `inspect` that
 * does nothing, in pairs, in virtual time and without a network.
 *
 *     npx tsx bench/recorder.ts --pairs 15
 */
import { parseArgs } from 'node:util';
import { ReckerWebSocket, type WebSocketOptions } from '../src/index.js';
import { recorder } from '../src/inspect/index.js';
import { type FakeTransport, fakeTransport, VirtualClock } from '../src/testing/index.js';

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '15' } } });

type Inspect = NonNullable<WebSocketOptions['inspect']>;

const CONNECTS = 300;
const HEARTBEATS = 1500;
const MESSAGES = 200_000;

function made(inspect: Inspect, clock: VirtualClock): { ws: ReckerWebSocket; transport: FakeTransport } {
  const transport = fakeTransport();
  const ws = new ReckerWebSocket('wss://chat.example.com/room?token=secret', {
    transport,
    clock,
    inspect,
    reconnect: true,
    heartbeatInterval: 1000,
    heartbeatTimeout: 500,
  });
  ws.on('error', () => {});
  ws.connect().catch(() => {});
  transport.last.open();
  return { ws, transport };
}

/** Each kind of work: how often it is done, and what makes ready for it and then does it. */
const WORK: Readonly<Record<string, readonly [count: number, prepare: (inspect: Inspect) => () => void]>> = {
  connect: [
    CONNECTS,
    (inspect) => {
      const clock = new VirtualClock();
      return () => {
        for (let each = 0; each < CONNECTS; each += 1) made(inspect, clock).ws.terminate();
      };
    },
  ],
  heartbeat: [
    HEARTBEATS,
    (inspect) => {
      const clock = new VirtualClock();
      const { transport } = made(inspect, clock);
      return () => {
        for (let each = 0; each < HEARTBEATS; each += 1) {
          clock.advance(1000);
          transport.last.pong();
        }
      };
    },
  ],
  message: [
    MESSAGES,
    (inspect) => {
      const { ws, transport } = made(inspect, new VirtualClock());
      ws.on('message', () => {});
      return () => {
        for (let each = 0; each < MESSAGES; each += 1) transport.last.message('hello');
      };
    },
  ],
};

/** Microseconds of CPU for one. */
function cost(count: number, work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;

const pairs = Number(values.pairs);
for (const [name, [count, prepare]] of Object.entries(WORK)) {
  const nothing = () =>
    cost(
      count,
      prepare(() => {}),
    );
  const recorded = () => cost(count, prepare(recorder().inspect));
  // The first rounds compile.
  for (let round = 0; round < 3; round += 1) {
    nothing();
    recorded();
  }
  const plain: number[] = [];
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    // Neither is always the second.
    const [one, other] = pair % 2 === 0 ? [nothing(), recorded()] : [recorded(), nothing()].reverse();
    plain.push(one as number);
    ratios.push((other as number) / (one as number));
  }
  console.log(
    `${name}: ${median(plain).toFixed(2)} µs with an inspect that does nothing; with a recorder`,
    `${((median(ratios) - 1) * 100).toFixed(1)} % more (median of ${pairs} pairs)`,
  );
}
