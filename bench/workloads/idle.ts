/** What connections cost that do nothing: memory, and the CPU of their heartbeats. */
import type { Connection, ConnectOptions } from '../clients/client.js';
import { ask } from './control.js';
import {
  affordable,
  type Context,
  collectGarbage,
  everyoneAndFloor,
  few,
  sleep,
  type Workload,
} from './workload.js';

/** Few dials at a time and a collection now and then: else RSS holds the garbage of dialling, too. */
const DIALS_AT_ONCE = 50;

async function openMany(
  { client, origin }: Context,
  count: number,
  options?: ConnectOptions,
): Promise<Connection[]> {
  const connections: Connection[] = [];
  while (connections.length < count) {
    const batch = Math.min(DIALS_AT_ONCE, count - connections.length);
    connections.push(
      ...(await Promise.all(Array.from({ length: batch }, () => client.connect(`${origin}/idle`, options)))),
    );
    if (connections.length % (DIALS_AT_ONCE * 5) === 0) collectGarbage();
  }
  return connections;
}

/** Memory once the collector has had its say and dialling's timers have gone. */
async function settledMemory(): Promise<NodeJS.MemoryUsage> {
  for (let i = 0; i < 4; i++) {
    collectGarbage();
    await sleep(100);
  }
  return process.memoryUsage();
}

const memory: Workload = {
  id: 'memory',
  title: 'RSS an idle connection',
  metrics: [
    { key: 'rss', unit: 'KiB', better: 'lower', digits: 1 },
    // Steadier than RSS, but blind to what libuv and OpenSSL hold.
    { key: 'heap', unit: 'KiB of heap', better: 'lower', digits: 1 },
  ],
  clients: everyoneAndFloor,
  quickClients: few,
  isolated: true,
  rounds: { full: 3, quick: 1 },
  count: { full: 5000, quick: 1000 },
  async run(context, wanted) {
    const count = affordable(wanted);
    // Code, shapes and pools that the first connections bring are no part of the price of one more.
    const first = await openMany(context, 200);
    const before = await settledMemory();
    const rest = await openMany(context, count);
    const after = await settledMemory();
    if (first.length + rest.length !== count + 200) throw new Error('some did not connect');
    return {
      rss: (after.rss - before.rss) / 1024 / count,
      heap: (after.heapUsed - before.heapUsed) / 1024 / count,
    };
  },
};

const heartbeat: Workload = {
  id: 'heartbeat',
  title: 'idle, heartbeat of 1 s',
  metrics: [
    { key: 'cpu', unit: 'µs CPU a beat', better: 'lower', digits: 1 },
    { key: 'beats', unit: 'beats a connection and second', better: 'higher', digits: 2 },
  ],
  clients: ['ws', 'recker', 'recker-upstream', 'ws-xstate'],
  isolated: true,
  rounds: { full: 3, quick: 1 },
  count: { full: 1000, quick: 300 },
  async run(context, wanted) {
    const connections = await openMany(context, affordable(wanted), { heartbeatMs: 1000 });
    // The first beats compile what the later ones run.
    await sleep(context.quick ? 1000 : 3000);
    collectGarbage();
    const seconds = context.quick ? 2 : 10;
    const { beats: beatsBefore } = await ask(context.origin, '/facts');
    const before = process.cpuUsage();
    await sleep(seconds * 1000);
    const { user, system } = process.cpuUsage(before);
    // Beats are counted where they arrive: a client that beats less often must not look cheaper.
    const beats = (await ask(context.origin, '/facts')).beats - beatsBefore;
    if (beats === 0) throw new Error('no heartbeat arrived');
    return { cpu: (user + system) / beats, beats: beats / seconds / connections.length };
  },
};

export const idleWorkloads: readonly Workload[] = [memory, heartbeat];
