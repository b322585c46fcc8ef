/**
 * The process of one client in one workload. It loads that client and no other, warms up, and then gives a
 * sample whenever the harness asks for one.
 */
import type { Client } from './clients/client.js';
import { loadClient } from './clients/index.js';
import type { Job, Reply, Request } from './harness/messages.js';
import { workloads } from './workloads/index.js';
import type { Context, Workload } from './workloads/workload.js';

/** CPU time of a sample. Below 0.3 s the scheduler and the collector show more than the client does. */
const SAMPLE_US = { full: 400_000, quick: 60_000 };
/** CPU time after which the code that will be measured counts as compiled. */
const WARM_US = { full: 300_000, quick: 120_000 };

interface Loaded {
  readonly workload: Workload;
  readonly context: Context;
  readonly fitted: boolean;
  count: number;
}

let loaded: Loaded | undefined;

async function load(job: Job): Promise<Reply> {
  const workload = workloads.find(({ id }) => id === job.workload);
  if (workload === undefined) throw new Error(`no workload ${job.workload}`);
  const client: Client = await loadClient(job.client);
  const context = { client, name: job.client, origin: job.origin, quick: job.quick };
  const least = job.quick ? workload.count.quick : workload.count.full;
  loaded = { workload, context, fitted: job.count !== undefined, count: job.count ?? least };
  return { type: 'done' };
}

/**
 * Compiles the code that will be measured, by running it, and fits the number of units to the client's cost
 * unless an earlier process has.
 */
async function warmUp(job: Loaded): Promise<Reply> {
  const { workload, context } = job;
  const { step, max, full, quick } = workload.count;
  const size = context.quick ? 'quick' : 'full';
  if (workload.isolated === true) return { type: 'warm', count: job.count };
  if (step === undefined || max === undefined) {
    await workload.run(context, job.count);
    return { type: 'warm', count: job.count };
  }
  const least = Math.ceil((context.quick ? quick : full) / step) * step;
  let spent = 0;
  let cost = Number.POSITIVE_INFINITY;
  for (let pass = 0; pass < 2 || (spent < WARM_US[size] && pass < 50); pass++) {
    const { cpu = 1 } = await workload.run(context, least);
    spent += cpu * least;
    // The lowest: the early passes ran code that was not compiled yet.
    cost = Math.min(cost, cpu);
  }
  if (!job.fitted) {
    const fitting = Math.ceil(SAMPLE_US[size] / cost / step) * step;
    job.count = Math.max(least, Math.min(max, fitting));
  }
  return { type: 'warm', count: job.count };
}

/** One sample; again with more units where the client turns out faster than the warm-up made it look. */
async function takeSample(job: Loaded): Promise<Reply> {
  const { workload, context } = job;
  const { step, max } = workload.count;
  let sample = await workload.run(context, job.count);
  if (step !== undefined && max !== undefined) {
    const target = SAMPLE_US[context.quick ? 'quick' : 'full'];
    const { cpu = Number.POSITIVE_INFINITY } = sample;
    if (cpu * job.count < target * 0.75 && job.count < max) {
      job.count = Math.min(max, Math.ceil(target / cpu / step) * step);
      sample = await workload.run(context, job.count);
    }
  }
  return { type: 'sample', sample, count: job.count };
}

async function answer(request: Request): Promise<Reply> {
  if (request.type === 'load') return load(request.job);
  if (loaded === undefined) throw new Error('load first');
  if (request.type === 'warmUp') return warmUp(loaded);
  return takeSample(loaded);
}

process.on('message', (request: Request) => {
  answer(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) =>
      process.send?.({
        type: 'failed',
        message: error instanceof Error ? error.message : String(error),
      } satisfies Reply),
  );
});
// Whatever a client has left open must not keep the process: the harness decides when it ends.
process.on('disconnect', () => process.exit(0));
