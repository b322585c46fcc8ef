/**
 * Runs a workload. Rounds are interleaved between the clients, so that a noisy minute hits all alike, and each
 * sample has a process of its own: what the compiler makes of the same code differs from one process to the
 * next by up to half (ws' masking loop does), and stays so for a process's life. `--quick` saves the time, and
 * keeps a client's process from one round to the next.
 */
import type { ClientName } from '../clients/index.js';
import type { Sample, Workload } from '../workloads/workload.js';
import type { Compiled } from './build.js';
import { ClientProcess, Server } from './processes.js';
import { type Summary, summarize } from './statistics.js';

export interface Settings {
  readonly quick: boolean;
  readonly bufferutil: boolean;
  readonly rounds: number | undefined;
  readonly compiled: Compiled;
  readonly log: (text: string) => void;
}

export interface ClientResult {
  readonly count: number;
  readonly metrics: Record<string, Summary>;
  readonly failure?: string;
}

export interface WorkloadResult {
  readonly workload: string;
  readonly rounds: number;
  readonly clients: Partial<Record<ClientName, ClientResult>>;
}

interface Runner {
  readonly name: ClientName;
  readonly samples: Sample[];
  process: ClientProcess | undefined;
  count: number;
  failure: string | undefined;
}

const DEFAULT_ROUNDS = { full: 7, quick: 3 };

export async function runWorkload(
  workload: Workload,
  names: readonly ClientName[],
  settings: Settings,
): Promise<WorkloadResult> {
  const rounds = settings.rounds ?? (workload.rounds ?? DEFAULT_ROUNDS)[settings.quick ? 'quick' : 'full'];
  const runners: Runner[] = names.map((name) => ({
    name,
    samples: [],
    process: undefined,
    count: 0,
    failure: undefined,
  }));
  const fresh = workload.isolated === true || !settings.quick;
  let server = await Server.start(settings.compiled.server);
  const guarded = async (runner: Runner, work: () => Promise<void>): Promise<void> => {
    if (runner.failure !== undefined) return;
    try {
      await work();
    } catch (error) {
      runner.failure = error instanceof Error ? error.message : String(error);
      await runner.process?.stop();
    }
  };
  const prepare = async (runner: Runner): Promise<void> => {
    runner.process = new ClientProcess(settings.compiled.child, settings.bufferutil);
    await runner.process.load({
      client: runner.name,
      workload: workload.id,
      origin: server.origin,
      quick: settings.quick,
      ...(runner.count === 0 ? {} : { count: runner.count }),
    });
  };
  const measured = async (runner: Runner): Promise<void> => {
    const taken = await runner.process?.sample();
    if (taken === undefined) return;
    runner.samples.push(taken.sample);
    runner.count = taken.count;
  };

  try {
    if (!fresh) {
      await Promise.all(runners.map((runner) => guarded(runner, () => prepare(runner))));
      for (const runner of runners) {
        await guarded(runner, async () => {
          runner.count = (await runner.process?.warmUp()) ?? 0;
        });
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const runner of orderOf(runners, round)) {
        await guarded(runner, async () => {
          if (!fresh) return measured(runner);
          await prepare(runner);
          runner.count = (await runner.process?.warmUp()) ?? 0;
          await measured(runner);
          await runner.process?.stop();
          if (workload.isolated !== true) return;
          // Thousands of sockets of a killed client are still being cleared away in the old one.
          await server.stop();
          server = await Server.start(settings.compiled.server);
        });
      }
      settings.log('.');
    }
  } finally {
    await Promise.all(runners.map((runner) => runner.process?.stop()));
    await server.stop();
  }
  return { workload: workload.id, rounds, clients: Object.fromEntries(runners.map(toEntry)) };
}

/** Each round starts with another client, and every second round runs backwards, so no client has a fixed position. */
function orderOf(runners: readonly Runner[], round: number): Runner[] {
  const turn = round % runners.length;
  const rotated = [...runners.slice(turn), ...runners.slice(0, turn)];
  return round % 2 === 0 ? rotated : rotated.reverse();
}

function toEntry(runner: Runner): [ClientName, ClientResult] {
  const keys = Object.keys(runner.samples[0] ?? {});
  const metrics = Object.fromEntries(
    keys.map((key) => [key, summarize(runner.samples.map((sample) => sample[key] ?? Number.NaN))]),
  );
  return [
    runner.name,
    {
      count: runner.count,
      metrics,
      ...(runner.failure === undefined ? {} : { failure: runner.failure }),
    },
  ];
}
