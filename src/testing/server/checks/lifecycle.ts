/**
 * Clients that come, go and vanish.
 */
import { randomBytes } from 'node:crypto';
import type { Bench } from '../bench.js';
import { type CheckDefinition, groupOf } from '../definition.js';
import { fails, NotApplicable, passes, type Verdict } from '../verdict.js';
import { now, OPCODE, type Wire } from '../wire.js';

const check = groupOf('lifecycle');

const TEN = 10;

/** Ten connections, one after the other, each ended in one manner; then another client has to be served. */
const tenTimes = (leave: (bench: Bench, wire: Wire) => Promise<void> | void) => async (bench: Bench) => {
  for (let count = 0; count < TEN; count += 1) await leave(bench, await bench.open());
  const why = await bench.witness();
  return why === undefined
    ? passes('another client was served')
    : fails(`another client was not served: ${why}`);
};

/** How long the two silent clients are watched; something of the examination's time is left for the rest. */
function watched(bench: Bench): number {
  const { halfOpenTimeout, deadline } = bench.settings;
  if (halfOpenTimeout === 0) throw new NotApplicable('halfOpenTimeout is 0');
  return Math.min(halfOpenTimeout, deadline * 0.9);
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** How a connection ended, and when; only where the server is still there: its own end says nothing about one client. */
async function endedAfter(bench: Bench, wire: Wire, begun: number): Promise<string> {
  const text = `${bench.endOf(wire)} after ${seconds(now() - begun)}`;
  const why = await bench.witness(3);
  if (why !== undefined) throw new NotApplicable(`${text}; the server is gone: ${why}`);
  return text;
}

/** Answers the server's Pings, until `ms` have passed or the connection is over. */
async function answerPings(bench: Bench, wire: Wire, ms: number): Promise<void> {
  const begun = now();
  let answered = 0;
  while (!wire.isOver && !bench.signal.aborted) {
    const left = ms - (now() - begun);
    if (left <= 0) return;
    const pings = () => wire.frames.filter(({ opcode }) => opcode === OPCODE.ping);
    await wire.until(() => wire.isOver || pings().length > answered || undefined, {
      ms: left,
      signal: bench.signal,
    });
    for (const { payload } of pings().slice(answered)) wire.send(OPCODE.pong, payload);
    answered = pings().length;
  }
}

export const lifecycleChecks: readonly CheckDefinition[] = [
  check(
    ['half-open', 'SHOULD', '6455 §5.5.2'],
    'a client that is silent: it answers no Ping, and its TCP stays open',
    'within 45 s (halfOpenTimeout) the server sends Pings, and ends the connection',
    async (bench): Promise<Verdict> => {
      const ms = watched(bench);
      const wire = await bench.open();
      const begun = now();
      await wire.until(() => wire.isOver || undefined, { ms, signal: bench.signal });
      if (wire.isOver) return passes(await endedAfter(bench, wire, begun));
      const pings = wire.frames.filter(({ opcode }) => opcode === OPCODE.ping).length;
      if (pings === 0) return fails(`no Ping within ${seconds(ms)}, and the connection is still there`);
      throw new NotApplicable(
        `${pings} Pings within ${seconds(ms)}: how long it waits for a Pong was not seen`,
      );
    },
    { phase: 'meanwhile', cost: () => ({ connections: 4 }) },
  ),
  check(
    ['keeps-idle', 'SHOULD', '6455 §5.5.2'],
    'a client that sends nothing but Pongs',
    'it is still connected after 45 s (halfOpenTimeout)',
    async (bench) => {
      const ms = watched(bench);
      const wire = await bench.open();
      const begun = now();
      await answerPings(bench, wire, ms);
      if (wire.isOver) return fails(await endedAfter(bench, wire, begun));
      return passes(`connected for ${seconds(ms)}`);
    },
    { phase: 'meanwhile', cost: () => ({ connections: 4 }) },
  ),
  check(
    ['drops', 'SHOULD', '6455 §7.1.5'],
    'ten connections that end with an RST',
    'afterwards another client is served',
    tenTimes((_bench, wire) => wire.reset()),
    { phase: 'alone', cost: () => ({ connections: TEN + 2 }) },
  ),
  check(
    ['closes', 'SHOULD', '6455 §7.1.2'],
    'ten connections that end with a closing handshake',
    'afterwards another client is served',
    tenTimes(async (bench, wire) => {
      wire.sendClose(1000);
      await wire.until(() => wire.isOver || undefined, bench.patience);
      wire.destroy();
    }),
    { phase: 'alone', cost: () => ({ connections: TEN + 2 }) },
  ),
  check(
    ['leaves-early', 'SHOULD', '6455 §7.1.5'],
    'ten connections that end with an RST right after the request of the handshake',
    'afterwards another client is served',
    async (bench) => {
      for (let count = 0; count < TEN; count += 1) {
        const wire = await bench.dial();
        wire.write(bench.request().bytes);
        await wire.until(() => wire.unsent === 0 || undefined, bench.patience);
        wire.reset();
      }
      const why = await bench.witness();
      return why === undefined
        ? passes('another client was served')
        : fails(`another client was not served: ${why}`);
    },
    { phase: 'alone', cost: () => ({ connections: TEN + 2 }) },
  ),
  check(
    ['clients', 'SHOULD', '6455 §10.4'],
    '100 clients at once (clients)',
    'each is accepted and goes on',
    async (bench) => {
      const { clients } = bench.settings;
      const reasons = await Promise.all(Array.from({ length: clients }, () => whyNotServed(bench)));
      const others = reasons.filter((each) => each !== undefined);
      if (others.length === 0) return passes(`${clients} of ${clients}`);
      return fails(
        `${clients - others.length} of ${clients}; the others: ${[...new Set(others)].join(', ')}`,
      );
    },
    { phase: 'alone', cost: ({ clients }) => ({ connections: clients }) },
  ),
  check(
    ['served-afterwards', 'MUST', '6455 §10.4'],
    'everything above, then a valid handshake',
    'the server is still there',
    async (bench) => {
      const why = await bench.witness(3);
      return why === undefined ? passes('it was served') : fails(why);
    },
    { phase: 'last' },
  ),
];

/** How often a client waits for an answer: one of many may have to wait for the others. */
const WAITS = 5;

async function whyNotServed(bench: Bench): Promise<string | undefined> {
  try {
    const wire = await bench.dial();
    wire.write(bench.request().bytes);
    const isAnswered = (): boolean => wire.answer !== undefined || wire.end !== undefined || wire.isGarbage;
    for (let tries = 0; tries < WAITS && !isAnswered(); tries += 1) await bench.answered(wire);
    if (wire.answer?.status !== 101) return bench.answerOf(wire);
    const payload = randomBytes(8);
    if (bench.profile.pongs) wire.send(OPCODE.ping, payload);
    let isPonged = !bench.profile.pongs;
    for (let tries = 0; tries < WAITS && !isPonged; tries += 1) isPonged = await bench.ponged(wire, payload);
    if (wire.isOver) return bench.endOf(wire);
    return isPonged ? undefined : 'no Pong';
  } catch (error) {
    if (error instanceof NotApplicable) return error.message;
    throw error;
  }
}
