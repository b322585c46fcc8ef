/**
 * The script of a replay: the recorded steps of one client, up to the asked-for end, as cues.
 *
 * Owns: which lines count. Must not know: how cues are played.
 */
import { CONNECTION_STATES, type ConnectionState } from '../../machine/index.js';
import { ConfigurationError } from '../../port/index.js';
import { type ParsedStep, parseRecording, type RecordedPolicy } from '../../recording/index.js';
import { type Cue, cueOf, stateIn, withPlainEnds } from './cues.js';
import { cuesTo } from './prefix.js';
import { withTraffic } from './traffic.js';

/** The options of `replayRecording()`. All optional. */
export interface ReplayRecordingOptions {
  /** The client's id: `c` of its lines. Needed where the recording has several clients. */
  readonly connection?: string | undefined;
  /** Where to end: a value of `ws.state`, at its last visit. Default: the last recorded step. */
  readonly until?: string | undefined;
}

/** A step that does not follow the one before it, without a `dropped` that says so. */
export interface Gap {
  readonly step: ParsedStep;
  /** What `n` of the step should be. */
  readonly expected: number;
}

export interface Script {
  readonly client: string;
  /** Redacted; undefined where it was not recorded. */
  readonly url: string | undefined;
  /** The version of the library that recorded. */
  readonly recordedBy: string;
  readonly policy: RecordedPolicy;
  /** Recorded steps of the client, up to the end. */
  readonly steps: readonly ParsedStep[];
  /** Of the steps up to the gap. */
  readonly cues: readonly Cue[];
  readonly gap: Gap | undefined;
  /** How many steps were forgotten before the first cue that was recorded. */
  readonly dropped: number;
}

/** @throws ConfigurationError where the text is no recording, or has not what the options ask for */
export function readScript(text: string, options: ReplayRecordingOptions): Script {
  const { header, steps } = parseRecording(text);
  const client = clientOf(steps, options.connection);
  const own = steps.filter(({ c }) => c === client);
  const [first] = own;
  const { policy } = first ?? {};
  if (first === undefined || policy === undefined)
    throw new ConfigurationError('recording', `The first line of the client "${client}" has no policy`);
  const cut = own.slice(0, endOf(own, options.until));
  const url = cut.findLast((step) => step.url !== undefined)?.url;
  const gap = gapOf(cut);
  const whole = gap === undefined ? cut : cut.slice(0, cut.indexOf(gap.step));
  const begin = beginOf(whole);
  return {
    client,
    url,
    recordedBy: header.recker,
    policy,
    steps: cut,
    cues: withPlainEnds([...prefixOf(whole, begin, policy), ...cuesOf(whole.slice(begin), policy)]),
    gap,
    dropped: first.dropped ?? 0,
  };
}

function clientOf(steps: readonly ParsedStep[], asked: unknown): string {
  const known = [...new Set(steps.map(({ c }) => c))];
  const list = known.slice(0, 20).join(', ') + (known.length > 20 ? ', …' : '');
  if (asked !== undefined) {
    if (typeof asked === 'string' && known.includes(asked)) return asked;
    const given = typeof asked === 'string' ? `"${asked}"` : `a value of type ${typeof asked}`;
    throw new ConfigurationError(
      'connection',
      `The recording has no connection ${given}; it has ${known.length === 0 ? 'none' : list}`,
    );
  }
  const [only] = known;
  if (only === undefined) throw new ConfigurationError('recording', 'The recording has no steps');
  if (known.length === 1) return only;
  throw new ConfigurationError(
    'connection',
    `The recording has ${known.length} connections: say which of ${list}`,
  );
}

/** How many of the steps lead to the end: the first step of the last visit is the last of them. */
function endOf(steps: readonly ParsedStep[], until: unknown): number {
  if (until === undefined) return steps.length;
  if (!CONNECTION_STATES.includes(until as ConnectionState)) {
    const given = typeof until === 'string' ? `"${until}"` : `a value of type ${typeof until}`;
    throw new ConfigurationError(
      'until',
      `until takes a value of ws.state, not ${given}: ${CONNECTION_STATES.join(', ')}`,
    );
  }
  const last = steps.findLastIndex(({ from, to }) => isEntry(from, to) && stateIn(to) === until);
  if (last >= 0) return last + 1;
  const visited = [...new Set(steps.map(({ to }) => stateIn(to)))].join(', ');
  throw new ConfigurationError('until', `The client was never ${until}; it was ${visited}`);
}

/** A step within a state of `ws.state` is no entry to it, but a dial after a dial is. */
const isEntry = (from: string, to: string): boolean =>
  stateIn(from) !== stateIn(to) || !from.startsWith('session.open');

/** What `n` of the next step is. The first line says how many steps after it were forgotten. */
const nextOf = ({ n, dropped }: ParsedStep, isFirst: boolean): number =>
  isFirst && dropped !== undefined ? dropped + 2 : n + 1;

/** The first step that does not have the `n` that it should have. */
function gapOf(steps: readonly ParsedStep[]): Gap | undefined {
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    if (before === undefined) continue;
    const expected = nextOf(before, index === 1);
    if (step.n !== expected) return { step, expected };
  }
  return undefined;
}

/** The first step behind which nothing is missing. @param steps without a gap that is not declared */
function beginOf([first, second]: readonly ParsedStep[]): number {
  return first === undefined || second === undefined || second.n === first.n + 1 ? 0 : 1;
}

function prefixOf(steps: readonly ParsedStep[], begin: number, policy: RecordedPolicy): readonly Cue[] {
  const first = steps[begin];
  if (first === undefined || first.from === 'idle') return [];
  // A loss says the attempt that follows it; else what is recorded next is that of the dial under way.
  const known = steps.slice(begin).find(({ attempt }) => attempt !== undefined);
  const isLoss = known?.to === 'backoff';
  const attempt = Math.max(0, (known?.attempt ?? 0) - (isLoss ? 1 : 0));
  return cuesTo(first.from, attempt, policy);
}

function cuesOf(steps: readonly ParsedStep[], policy: RecordedPolicy): readonly Cue[] {
  const timed = steps.flatMap((step) => {
    const cue = cueOf(step, policy);
    return cue === undefined ? [] : [{ t: step.t, cue }];
  });
  let before = steps[0]?.t ?? 0;
  return withTraffic(steps, timed).map(({ t, cue }) => {
    const gap = Math.max(0, t - before);
    before = Math.max(t, before);
    return { ...cue, gap };
  });
}
