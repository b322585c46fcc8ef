/** Results as Markdown, and their place in bench/README.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BASELINE, type ClientName, clientNames, clientTitles } from '../clients/index.js';
import { workloads } from '../workloads/index.js';
import type { Metric, Workload } from '../workloads/workload.js';
import { benchRoot } from './build.js';
import type { Environment } from './environment.js';
import type { ClientResult, WorkloadResult } from './schedule.js';
import { ratio, type Summary } from './statistics.js';

export interface Report {
  readonly mode: 'plain' | 'bufferutil';
  readonly quick: boolean;
  readonly environment: Environment;
  readonly results: readonly WorkloadResult[];
}

function format(value: number, digits: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(digits);
}

function cell(metric: Metric, result: ClientResult | undefined, baseline: ClientResult | undefined): string {
  if (result === undefined) return '';
  const summary = result.metrics[metric.key];
  if (result.failure !== undefined || summary === undefined) return 'failed';
  const against = ratio(metric, baseline?.metrics[metric.key], summary);
  const figure = format(summary.median, metric.digits);
  return result === baseline || Number.isNaN(against) ? figure : `${figure} (×${format(against, 2)})`;
}

function spread(metric: Metric, { median, min, max }: Summary): string {
  const text = (value: number): string => format(value, metric.digits);
  return `${text(median)} [${text(min)} – ${text(max)}]`;
}

type Alignment = 'left' | 'right';

/** Columns padded to one width: readable as it is, and what the formatter would make of it. */
function table(alignments: readonly Alignment[], rows: readonly (readonly string[])[]): string[] {
  const widths = alignments.map((_, column) => Math.max(4, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = alignments.map((alignment, column) => {
    const width = widths[column] ?? 4;
    return alignment === 'right' ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width);
  });
  const lines = rows.map((row) =>
    line(
      alignments.map((alignment, column) => {
        const text = row[column] ?? '';
        const width = widths[column] ?? 4;
        return alignment === 'right' ? text.padStart(width) : text.padEnd(width);
      }),
    ),
  );
  return [...lines.slice(0, 1), line(rule), ...lines.slice(1)];
}

function overview(report: Report): string[] {
  const present = clientNames.filter((name) =>
    report.results.some(({ clients }) => clients[name] !== undefined),
  );
  const titles = present.map((name) => clientTitles[name]);
  const rows: string[][] = [['workload', 'unit', ...titles]];
  for (const [workload, result] of pairs(report)) {
    const [metric] = workload.metrics;
    rows.push([
      workload.title,
      metric.unit,
      ...present.map((name) => cell(metric, result.clients[name], result.clients[BASELINE])),
    ]);
  }
  return table(['left', 'left', ...present.map((): Alignment => 'right')], rows);
}

function details(report: Report): string[] {
  const rows: string[][] = [
    ['workload', 'client', 'units a sample', 'median [min – max]', 'and', 'ratio to ws'],
  ];
  for (const [workload, { clients }] of pairs(report)) {
    for (const [name, result] of Object.entries(clients) as [ClientName, ClientResult][]) {
      const figures = workload.metrics.map((metric) => {
        const summary = result.metrics[metric.key];
        return summary === undefined ? '' : `${spread(metric, summary)} ${metric.unit}`;
      });
      const [metric] = workload.metrics;
      const against = ratio(metric, clients[BASELINE]?.metrics[metric.key], result.metrics[metric.key]);
      const count = result.count === 0 ? '' : String(result.count);
      rows.push([
        workload.title,
        clientTitles[name],
        count,
        result.failure === undefined ? (figures[0] ?? '') : `failed: ${result.failure}`,
        figures.slice(1).join('; '),
        format(against, 2),
      ]);
    }
  }
  return table(['left', 'left', 'right', 'left', 'left', 'right'], rows);
}

function pairs(report: Report): [Workload, WorkloadResult][] {
  return workloads.flatMap((workload): [Workload, WorkloadResult][] => {
    const result = report.results.find((candidate) => candidate.workload === workload.id);
    return result === undefined ? [] : [[workload, result]];
  });
}

export function toMarkdown(report: Report): string {
  const { environment, quick, results } = report;
  const rounds = [...new Set(results.map((result) => result.rounds))].sort((a, b) => b - a);
  return [
    `Taken on ${environment.date} at commit ${environment.commit}${quick ? ' in `--quick` mode (indicative only)' : ''}: ${environment.machine}; Node ${environment.node}.`,
    '',
    `${environment.versions}. Rounds: ${rounds.join(' or ')}. Medians; in brackets the ratio to raw ws, above 1 is better than ws.`,
    '',
    ...overview(report),
    '',
    '<details><summary>Every figure, with minimum and maximum</summary>',
    '',
    ...details(report),
    '',
    '</details>',
  ].join('\n');
}

/** Replaces what stands between the markers of this mode. */
export function writeReadme(report: Report): string {
  const path = join(benchRoot, 'README.md');
  const text = readFileSync(path, 'utf8');
  const begin = `<!-- results:${report.mode} -->`;
  const end = `<!-- /results:${report.mode} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${path} has lost its markers ${begin} … ${end}`);
  writeFileSync(path, `${text.slice(0, from + begin.length)}\n\n${toMarkdown(report)}\n\n${text.slice(to)}`);
  return path;
}
