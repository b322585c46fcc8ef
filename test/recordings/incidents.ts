/**
 * Incidents on real sockets, each made from a seed and recorded: what servers, networks and callers do to a client.
 *
 * Owns: the world. Must not know: what a recording has to say of it.
 */
import { setTimeout as pass } from 'node:timers/promises';
import { ReckerWebSocket, SessionError, type WebSocketOptions } from '../../src/index.js';
import { recorder } from '../../src/inspect/index.js';
import { FaultServer, TcpRelay } from '../../src/testing/index.js';
import { Random } from '../support/random.js';

/** An incident that is over. */
export interface Incident {
  readonly seed: number;
  /** The recording. */
  readonly text: string;
  /** What was done, in order. */
  readonly acts: readonly string[];
}

interface World {
  readonly server: FaultServer;
  readonly relay: TcpRelay;
  readonly ws: ReckerWebSocket;
  readonly abort: AbortController;
  readonly random: Random;
}

/** Occupies the event loop. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** What happens in an incident, by name, with its weight. */
const ACTS: Readonly<Record<string, readonly [weight: number, act: (world: World) => unknown]>> = {
  accept: [6, ({ server }) => server.accept()],
  refuse: [1, ({ server }) => server.refuse(503)],
  retryAfter: [1, ({ server }) => server.refuse(429, { 'Retry-After': '1' })],
  unauthorized: [1, ({ server }) => server.refuse(401)],
  redirect: [1, ({ server }) => server.refuse(302, { Location: 'http://portal.example.com/' })],
  drop: [1, ({ server }) => server.drop()],
  stall: [1, ({ server }) => server.stall()],
  dropAfterAccept: [1, ({ server }) => server.dropAfterAccept()],
  closeOnAccept: [1, ({ server }) => server.closeOnAccept(1013)],
  wrongAccept: [1, ({ server }) => server.wrongAccept()],
  closeAll: [
    3,
    ({ server, random }) => server.closeAll(random.pick([1000, 1001, 1008, 1011, 1012, 4001]), 'a reason'),
  ],
  closeAndKeepTcp: [1, ({ server }) => server.closeAndKeepTcp(1012)],
  ignoreClose: [1, ({ server }) => server.ignoreClose()],
  terminateAll: [2, ({ server }) => server.terminateAll()],
  resetAll: [2, ({ server }) => server.resetAll()],
  noPongs: [2, ({ server }) => server.setPongs(false)],
  freeze: [1, ({ server }) => server.freeze()],
  thaw: [1, ({ server }) => server.thaw()],
  garbage: [1, ({ server }) => server.sendGarbage('badUtf8')],
  message: [2, ({ server }) => server.broadcast('hello')],
  freezeRelay: [1, ({ relay }) => relay.freeze()],
  thawRelay: [2, ({ relay }) => relay.thaw()],
  resetRelay: [1, ({ relay }) => relay.reset()],
  refuseRelay: [1, ({ relay }) => relay.refuse()],
  acceptRelay: [3, ({ relay }) => relay.accept()],
  connect: [5, ({ ws }) => void ws.connect().catch(() => {})],
  send: [2, ({ ws }) => void ws.send('hello').catch(() => {})],
  reconnect: [2, ({ ws }) => void ws.reconnect().catch(() => {})],
  wake: [2, ({ ws }) => ws.wake()],
  close: [1, ({ ws }) => void ws.close(4000, 'enough').catch(() => {})],
  terminate: [1, ({ ws }) => ws.terminate()],
  block: [2, ({ random }) => block(20 + random.int(60))],
};

const NAMES = Object.entries(ACTS).flatMap(([name, [weight]]) => Array<string>(weight).fill(name));

/** The options of an incident's client: its times are short. */
function optionsOf(random: Random): WebSocketOptions {
  const options: WebSocketOptions = {
    reconnect: random.chance(0.85),
    reconnectDelay: 10 + random.int(60),
    maxReconnectDelay: 150,
    reconnectJitter: random.pick(['none', 'equal', 'full'] as const),
    maxReconnectAttempts: random.pick([0, 2, 3, 4]),
    minUptime: random.pick([0, 0, 50]),
    heartbeatInterval: random.pick([0, 30, 40, 80]),
    heartbeatTimeout: random.pick([30, 40, 80]),
    connectTimeout: 250,
    prepareTimeout: 100,
    closeTimeout: 60,
  };
  if (random.chance(0.3)) {
    options.prepare = async (session) => {
      const fate = random.int(6);
      if (fate === 0) throw new SessionError('refused', { final: random.chance(0.5) });
      if (fate === 1) await session.next();
      if (fate === 2) throw new Error('no');
      await session.send('login');
    };
  }
  if (random.chance(0.3)) {
    options.shouldReconnect = () => {
      const answer = random.int(8);
      if (answer === 0) return false;
      if (answer === 1) throw new Error('undecided');
      return answer < 4 ? 15 + random.int(80) : true;
    };
  }
  if (random.chance(0.2)) options.heartbeatMessage = 'ping';
  return options;
}

/** Lives through one incident. */
export async function recordIncident(seed: number): Promise<Incident> {
  const random = new Random(seed);
  await using server = await FaultServer.start();
  await using relay = await TcpRelay.start({ port: server.port });
  const recording = recorder();
  const abort = new AbortController();
  const ws = new ReckerWebSocket(relay.url('/feed?token=secret'), {
    ...optionsOf(random),
    signal: abort.signal,
    inspect: recording.inspect,
  });
  for (const event of ['error', 'reconnect-error', 'max-reconnect-attempts'] as const) ws.on(event, () => {});
  const connected = ws.connect().catch(() => {});
  // In most incidents it has worked before.
  if (random.chance(0.8)) await connected;
  const world: World = { server, relay, ws, abort, random };
  const acts: string[] = [];
  const count = 6 + random.int(8);
  for (let each = 0; each < count; each += 1) {
    await pass(5 + random.int(70));
    const name = random.pick(NAMES);
    acts.push(name);
    await ACTS[name]?.[1](world);
  }
  await pass(100);
  if (random.chance(0.2)) abort.abort();
  else if (random.chance(0.7)) ws.terminate();
  const text = recording.toNDJSON();
  ws.terminate();
  return { seed, text, acts };
}

/** Incidents of the seeds from `first` on, a few at a time. */
export async function recordIncidents(first: number, count: number, together = 12): Promise<Incident[]> {
  const incidents: Incident[] = [];
  for (let next = first; next < first + count; next += together) {
    const seeds = Array.from(
      { length: Math.min(together, first + count - next) },
      (_, index) => next + index,
    );
    incidents.push(...(await Promise.all(seeds.map(recordIncident))));
  }
  return incidents;
}
