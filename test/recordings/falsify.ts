/**
 * Changes a recording in one step that is not the last of its client.
 */
import { parseRecording, type RecordedStep } from '../../src/recording/index.js';
import type { Random } from '../support/random.js';

/** What is changed. */
export const FALSIFICATIONS = ['dropped', 'swapped', 'renamed', 'early'] as const;
export type Falsification = (typeof FALSIFICATIONS)[number];

const STATES = [
  'idle',
  'session.connecting',
  'session.reconnecting',
  'session.preparing',
  'session.open.alive',
  'session.open.awaitingPong.waiting',
  'session.closing.byPeer',
  'backoff',
  'exhausted',
  'closed.ended',
];

/** How long the delay of a step was to last, where the step before it began it. */
function lastingOf({ event }: RecordedStep, before: RecordedStep, first: RecordedStep): number | undefined {
  const { policy } = first;
  if (event === 'after retryDelay') return before.delay;
  if (event === 'after connectTimeout') return policy?.connectTimeout;
  if (event === 'after prepareTimeout') return policy?.prepareTimeout;
  return undefined;
}

/** The recording with one step changed; `undefined` where it has no step for that. */
export function falsify(text: string, how: Falsification, random: Random): string | undefined {
  const { steps } = parseRecording(text);
  const lines = text.trimEnd().split('\n');
  const last = new Map(steps.map(({ c, line }) => [c, line]));
  const first = new Map([...steps].reverse().map((step) => [step.c, step]));
  const before = (at: RecordedStep) => steps.find(({ c, n }) => c === at.c && n === at.n - 1);
  const candidates = steps.filter((step) => {
    if (step.line === last.get(step.c)) return false;
    if (how !== 'early') return true;
    const former = before(step);
    const lasting = former && lastingOf(step, former, first.get(step.c) as RecordedStep);
    return lasting !== undefined && lasting > 60;
  });
  if (candidates.length === 0) return undefined;
  const step = random.pick(candidates);
  const index = step.line - 1;
  const rewrite = (changed: Partial<RecordedStep>): void => {
    lines[index] = JSON.stringify({ ...(JSON.parse(lines[index] as string) as object), ...changed });
  };
  if (how === 'dropped') lines.splice(index, 1);
  if (how === 'renamed') rewrite({ to: random.pick(STATES.filter((state) => state !== step.to)) });
  if (how === 'swapped') {
    const other = steps.find(({ c, n }) => c === step.c && n === step.n + 1)?.line as number;
    [lines[index], lines[other - 1]] = [lines[other - 1] as string, lines[index] as string];
  }
  if (how === 'early') {
    const former = before(step) as RecordedStep;
    const lasting = lastingOf(step, former, first.get(step.c) as RecordedStep) as number;
    rewrite({ t: Math.floor(former.t + lasting - 51) });
  }
  return `${lines.join('\n')}\n`;
}
