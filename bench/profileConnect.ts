/**
 * `npm run bench:profile`: where the CPU of connecting goes, by package: ws, then recker, the same 4 × 1,000
 * connections at once each, closing left out. The first thousand compile the code and are not counted.
 */
import { Session } from 'node:inspector/promises';
import { type ClientName, loadClient, unavailable } from './clients/index.js';
import { compile } from './harness/build.js';
import { Server } from './harness/processes.js';

const ROUNDS = 4;
const AT_ONCE = 1000;
/** Microseconds between two looks. */
const INTERVAL = 200;

/** Whose code a file is, by its address. */
const PACKAGES: readonly (readonly [part: string, name: string])[] = [
  ['/node_modules/xstate/', 'XState'],
  ['/node_modules/ws/', 'ws'],
  ['/dist/', 'recker'],
  ['/bench/', 'bench'],
];

type Shares = Map<string, number>;

function packageOf(functionName: string, url: string): string | undefined {
  if (functionName === '(idle)') return undefined;
  if (functionName === '(garbage collector)') return 'garbage collection';
  return PACKAGES.find(([part]) => url.includes(part))?.[1] ?? 'Node';
}

async function profiled(session: Session, shares: Shares, work: () => Promise<void>): Promise<void> {
  await session.post('Profiler.start');
  await work();
  const { profile } = await session.post('Profiler.stop');
  const owners = new Map(
    profile.nodes.map(({ id, callFrame }) => [id, packageOf(callFrame.functionName, callFrame.url)]),
  );
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const owner = owners.get(id);
    if (owner !== undefined) {
      shares.set(owner, (shares.get(owner) ?? 0) + (profile.timeDeltas?.[index] ?? 0));
    }
  }
}

async function sharesOf(name: ClientName, origin: string): Promise<Shares> {
  const client = await loadClient(name);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL });
  const shares: Shares = new Map();
  for (let round = 0; round <= ROUNDS; round += 1) {
    const dials = () => Promise.all(Array.from({ length: AT_ONCE }, () => client.connect(`${origin}/idle`)));
    let connections: Awaited<ReturnType<typeof dials>> = [];
    await profiled(session, round === 0 ? new Map() : shares, async () => {
      connections = await dials();
    });
    await Promise.all(connections.map((connection) => connection.close()));
  }
  session.disconnect();
  return shares;
}

const absent = unavailable('recker');
if (absent !== undefined) throw new Error(absent);
const compiled = compile();
const server = await Server.start(compiled.server);
try {
  for (const name of ['ws', 'recker'] as const) {
    const shares = [...(await sharesOf(name, server.origin))].sort(([, a], [, b]) => b - a);
    const perConnection = (µs: number) => `${(µs / ROUNDS / AT_ONCE).toFixed(0).padStart(5)} µs`;
    const all = shares.reduce((sum, [, µs]) => sum + µs, 0);
    console.log(`${name}: ${perConnection(all)} a connection, the profiler's own cost included`);
    for (const [owner, µs] of shares) {
      console.log(`  ${perConnection(µs)} ${((100 * µs) / all).toFixed(0).padStart(3)} %  ${owner}`);
    }
  }
} finally {
  await server.stop();
  compiled.remove();
}
