/**
 * Holds a recording against the chart.
 */
import { CHART_HASH, ClientRun, type ParsedStep, readRecording } from '../recording/index.js';

/** The first line that differs from what the chart does. */
export interface Divergence {
  /** The number of the line; the header is line 1. */
  readonly line: number;
  /** The client's id. */
  readonly connection: string;
  /** What the line should say. */
  readonly expected: string;
  /** What it says. */
  readonly found: string;
}

/** What `checkRecording()` found. */
export interface RecordingCheck {
  /** Whether there is no divergence. */
  readonly ok: boolean;
  /** The number of clients. */
  readonly connections: number;
  /** The number of steps. */
  readonly steps: number;
  /** The ids of the transitions that were taken, as `writtenTransitions()` names them, sorted. */
  readonly covered: readonly string[];
  /** Whether the last line does not parse: the recording was cut. The rest was checked. */
  readonly truncated: boolean;
  /** Whether another version of the chart was recorded. It was checked as far as this one agrees. */
  readonly otherChart: boolean;
  /** The first divergence of any client. */
  readonly divergence?: Divergence;
}

/**
 * Runs each client of a recording through the chart as it is now: its events, at the recorded times. A delay may fire 50 ms early and
 * any time late. What a client did after its first divergence is not checked.
 *
 * @param text what `recorder()` of `recker/inspect` wrote
 * @throws ConfigurationError where `text` is no recording of version 1
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { checkRecording } from 'recker/testing';
 *
 * async function check(path: string): Promise<void> {
 *   const { ok, divergence } = checkRecording(await readFile(path, 'utf8'));
 *   if (!ok) console.log(`line ${divergence?.line}: expected ${divergence?.expected}, found ${divergence?.found}`);
 * }
 * ```
 */
export function checkRecording(text: string): RecordingCheck {
  /** By client; undefined after its divergence. */
  const runs = new Map<string, ClientRun | undefined>();
  const covered = new Set<string>();
  let divergence: Divergence | undefined;
  let steps = 0;
  let latest = 0;
  const diverge = ({ line, c: connection }: ParsedStep, expected: string, found: string): void => {
    divergence ??= { line, connection, expected, found };
    runs.set(connection, undefined);
  };
  const { header, truncated } = readRecording(text, (step) => {
    steps += 1;
    const { c, t, policy } = step;
    if (t < latest) diverge(step, `t ${latest} or later`, `t ${t}`);
    latest = Math.max(latest, t);
    if (!runs.has(c)) {
      if (policy === undefined)
        diverge(step, `the first line of client ${c}, with its policy`, `n ${step.n}`);
      else runs.set(c, new ClientRun(step, policy));
    }
    const run = runs.get(c);
    if (run === undefined) return;
    const taken = withoutStacks(() => run.take(step));
    if ('expected' in taken) diverge(step, taken.expected, taken.found);
    else for (const { id } of taken.taken) covered.add(id);
  });
  return {
    ok: divergence === undefined,
    connections: runs.size,
    steps,
    covered: [...covered].sort(),
    truncated,
    otherChart: header.chart !== CHART_HASH,
    ...(divergence === undefined ? {} : { divergence }),
  };
}

/** The chart makes errors that nobody sees here. V8 would spend a tenth of the time on their stacks. */
function withoutStacks<Result>(run: () => Result): Result {
  const { stackTraceLimit } = Error;
  if (stackTraceLimit === undefined || Object.isFrozen(Error)) return run();
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
