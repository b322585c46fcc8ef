/** Medians and ratios. */
import type { Metric } from '../workloads/workload.js';

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  const lower = sorted.length % 2 === 1 ? upper : (sorted[middle - 1] ?? Number.NaN);
  return { median: (lower + upper) / 2, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** Above 1 is better than the baseline, whichever way the metric counts. */
export function ratio(metric: Metric, baseline: Summary | undefined, of: Summary | undefined): number {
  if (baseline === undefined || of === undefined) return Number.NaN;
  return metric.better === 'lower' ? baseline.median / of.median : of.median / baseline.median;
}
