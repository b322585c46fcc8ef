/** What recker promises of its speed (issue 4), and whether a report keeps it. */
import { BASELINE, type ClientName } from '../clients/index.js';
import { workloads } from '../workloads/index.js';
import type { Report } from './report.js';
import { ratio } from './statistics.js';

type Rule =
  /** At least this ratio to `peer`, in `metric`. */
  | {
      readonly workload: string;
      readonly metric: string;
      readonly atLeast: number;
      readonly peer?: ClientName;
    }
  /** At most this much, or this much above `above`. */
  | {
      readonly workload: string;
      readonly metric: string;
      readonly atMost: number;
      readonly above?: ClientName;
    };

const rules: readonly Rule[] = [
  { workload: 'receive-64', metric: 'cpu', atLeast: 0.9 },
  { workload: 'receive-1k', metric: 'cpu', atLeast: 0.9 },
  { workload: 'receive-64k', metric: 'cpu', atLeast: 0.95 },
  { workload: 'burst-64', metric: 'cpu', atLeast: 5 },
  { workload: 'burst-1k', metric: 'cpu', atLeast: 2.5 },
  { workload: 'burst-64k', metric: 'cpu', atLeast: 1 },
  { workload: 'tick-64', metric: 'cpu', atLeast: 0.95 },
  { workload: 'tick-1k', metric: 'cpu', atLeast: 0.95 },
  { workload: 'tick-64k', metric: 'cpu', atLeast: 0.95 },
  { workload: 'echo', metric: 'p50', atLeast: 0.95 },
  { workload: 'iterate', metric: 'cpu', atLeast: 0.8 },
  { workload: 'connect', metric: 'cpu', atLeast: 0.75 },
  { workload: 'connect', metric: 'wall', atLeast: 0.9 },
  { workload: 'connect-2000', metric: 'cpu', atLeast: 0.75 },
  { workload: 'connect-2000', metric: 'wall', atLeast: 0.9 },
  { workload: 'slow', metric: 'growth', atMost: 40 },
  { workload: 'drain', metric: 'rate', atLeast: 50, peer: 'recker-upstream' },
  { workload: 'drain', metric: 'rate', atLeast: 0.9 },
  { workload: 'memory', metric: 'rss', atMost: 10, above: BASELINE },
];

/** The clients that the rules speak of: all that `--check` needs to run. */
export function checkedClients(workload: string): readonly ClientName[] {
  const involved = rules
    .filter((rule) => rule.workload === workload)
    .map((rule) => ('atLeast' in rule ? (rule.peer ?? BASELINE) : BASELINE));
  return involved.length === 0 ? [] : [...new Set<ClientName>([BASELINE, 'recker', ...involved])];
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
    const name = `${rule.workload} ${rule.metric}`;
    if ('atLeast' in rule) {
      const peer = rule.peer ?? BASELINE;
      const text = `${name}: at least ${rule.atLeast} × ${peer}`;
      const value = metric === undefined ? Number.NaN : ratio(metric, of(peer), own);
      return conclude(text, value, value >= rule.atLeast);
    }
    const floor = rule.above === undefined ? 0 : (of(rule.above)?.median ?? Number.NaN);
    const value = (own?.median ?? Number.NaN) - floor;
    const above = rule.above === undefined ? '' : ` above ${rule.above}`;
    return conclude(
      `${name}: at most ${rule.atMost} ${metric?.unit ?? ''}${above}`,
      value,
      value <= rule.atMost,
    );
  });
}

function conclude(text: string, value: number, passed: boolean): Verdict {
  if (Number.isNaN(value)) return { text: `${text}: no figure`, passed: undefined };
  return { text: `${text}: ${value.toFixed(2)}`, passed };
}
