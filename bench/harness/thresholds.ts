/** What recker promises of its price, and whether a report keeps it. */
import { BASELINE, type ClientName } from '../clients/index.js';
import { workloads } from '../workloads/index.js';
import type { Report } from './report.js';
import { ratio } from './statistics.js';

interface Judged {
  /** What is promised, in words. */
  readonly promise: string;
  readonly workload: string;
  readonly metric: string;
}

type Rule =
  /** At least this ratio to `peer`, above 1 being better than the peer. */
  | (Judged & { readonly atLeast: number; readonly peer?: ClientName })
  /** At most this much, or this much above `above`. */
  | (Judged & { readonly atMost: number; readonly above?: ClientName });

const RECEIVE = 'a message received costs no more than with ws';
const BURST = 'many messages in one tick leave together';
const TICK = 'a message sent alone costs no more than with ws';
const CONNECT = 'connecting costs the statechart, and little more';

const rules: readonly Rule[] = [
  { promise: RECEIVE, workload: 'receive-64', metric: 'cpu', atLeast: 0.97 },
  { promise: RECEIVE, workload: 'receive-1k', metric: 'cpu', atLeast: 0.9 },
  { promise: RECEIVE, workload: 'receive-64k', metric: 'cpu', atLeast: 0.95 },
  { promise: BURST, workload: 'burst-64', metric: 'cpu', atLeast: 5 },
  { promise: BURST, workload: 'burst-1k', metric: 'cpu', atLeast: 2.5 },
  { promise: BURST, workload: 'burst-64k', metric: 'cpu', atLeast: 1 },
  { promise: TICK, workload: 'tick-64', metric: 'cpu', atLeast: 0.95 },
  { promise: TICK, workload: 'tick-1k', metric: 'cpu', atLeast: 0.95 },
  { promise: TICK, workload: 'tick-64k', metric: 'cpu', atLeast: 0.95 },
  { promise: 'an answer is as quick as with ws', workload: 'echo', metric: 'p50', atLeast: 0.95 },
  {
    promise: 'iterating costs no more than events.on() over ws',
    workload: 'iterate',
    metric: 'cpu',
    atLeast: 1,
  },
  { promise: CONNECT, workload: 'connect', metric: 'cpu', atLeast: 0.7 },
  { promise: CONNECT, workload: 'connect-2000', metric: 'cpu', atLeast: 0.62 },
  { promise: 'a heartbeat is two steps of the chart', workload: 'heartbeat', metric: 'cpu', atLeast: 0.6 },
  { promise: 'a slow consumer holds memory down', workload: 'slow', metric: 'growth', atMost: 40 },
  {
    promise: 'awaitDrain waits for the drain, not for a poll',
    workload: 'drain',
    metric: 'rate',
    atLeast: 50,
    peer: 'recker-upstream',
  },
  {
    promise: 'awaitDrain is as quick as the callback of ws',
    workload: 'drain',
    metric: 'rate',
    atLeast: 0.9,
  },
  {
    promise: 'an idle connection holds what it needs',
    workload: 'memory',
    metric: 'rss',
    atMost: 7,
    above: BASELINE,
  },
  { promise: 'importing costs little more than ws', workload: 'import', metric: 'cpu', atLeast: 0.87 },
  { promise: 'a page downloads XState and the client', workload: 'bundle', metric: 'size', atMost: 46 },
  { promise: 'an error class costs that class', workload: 'bundle-error', metric: 'size', atMost: 1.5 },
];

/** The clients that the rules speak of: all that `--check` needs to run. */
export function checkedClients(workload: string): readonly ClientName[] {
  const involved = rules
    .filter((rule) => rule.workload === workload)
    .map((rule) => ('atLeast' in rule ? (rule.peer ?? BASELINE) : BASELINE));
  // The floor tells what of a broken promise could be kept at all.
  return involved.length === 0
    ? []
    : [...new Set<ClientName>([BASELINE, 'recker', 'ws-xstate', ...involved])];
}

export interface Verdict {
  readonly text: string;
  /** `undefined`: there is no figure to judge. */
  readonly passed: boolean | undefined;
}

export function judge(report: Report): readonly Verdict[] {
  return rules.map((rule): Verdict => {
    const metric = workloads
      .find(({ id }) => id === rule.workload)
      ?.metrics.find(({ key }) => key === rule.metric);
    const clients = report.results.find(({ workload }) => workload === rule.workload)?.clients;
    const of = (name: ClientName) => clients?.[name]?.metrics[rule.metric];
    const own = of('recker');
    const name = `${rule.promise} (${rule.workload} ${rule.metric}`;
    if ('atLeast' in rule) {
      const peer = rule.peer ?? BASELINE;
      const text = `${name} at least ${rule.atLeast} × ${peer})`;
      const value = metric === undefined ? Number.NaN : ratio(metric, of(peer), own);
      return conclude(text, value, value >= rule.atLeast);
    }
    const floor = rule.above === undefined ? 0 : (of(rule.above)?.median ?? Number.NaN);
    const value = (own?.median ?? Number.NaN) - floor;
    const above = rule.above === undefined ? '' : ` above ${rule.above}`;
    return conclude(
      `${name} at most ${rule.atMost} ${metric?.unit ?? ''}${above})`,
      value,
      value <= rule.atMost,
    );
  });
}

function conclude(text: string, value: number, passed: boolean): Verdict {
  if (Number.isNaN(value)) return { text: `${text}: no figure`, passed: undefined };
  return { text: `${text}: ${value.toFixed(2)}`, passed };
}
