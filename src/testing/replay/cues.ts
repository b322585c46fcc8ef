/**
 * From the lines of a recording to what has to be done for each: the cues of a replay.
 *
 * Owns: what a recorded step means to a client, its peer and its surroundings. Must not know: how that is done, or when.
 */
import {
  type BackoffSettings,
  backoffDelay,
  CONNECTION_STATES,
  type ConnectionPolicy,
  type ConnectionState,
  DEFAULT_POLICY,
} from '../../machine/index.js';
import type { RecordedPolicy, RecordedStep } from '../../recording/index.js';

/** How a dial or a connection ended, as far as a recording knows. */
export interface RecordedEnd {
  readonly code: number;
  readonly wasClean: boolean;
  readonly sentCode: number | undefined;
  readonly error: RecordedFailure | undefined;
}

/** An error, without its message. */
export interface RecordedFailure {
  readonly name: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly final: boolean;
  readonly alert: number | undefined;
  /** ms; 0 where the server asked for none. */
  readonly retryAfter: number;
}

/** What is done in a step. */
export type Act =
  | {
      readonly do:
        | 'connect'
        | 'reconnect'
        | 'terminate'
        | 'abort'
        | 'online'
        | 'awake'
        | 'open'
        | 'pong'
        | 'prepared'
        | 'fill'
        | 'hear'
        | 'delay';
    }
  | { readonly do: 'close'; readonly code: number | null }
  | { readonly do: 'fail'; readonly error: RecordedFailure; readonly sentCode: number | undefined }
  | { readonly do: 'unprepared'; readonly error: RecordedFailure }
  | { readonly do: 'peerClose'; readonly code: number }
  | { readonly do: 'peerErr'; readonly error: RecordedFailure; readonly sentCode: number }
  | { readonly do: 'end'; readonly end: RecordedEnd; readonly isPlain: boolean }
  | { readonly do: 'answer'; readonly alive: boolean }
  | { readonly do: 'take'; readonly all: boolean };

/** A step of a replay, before it is known when it is done. */
export interface Cue {
  /** Its line in the recording; 0 for a step that stands for forgotten ones. */
  readonly line: number;
  readonly event: string;
  readonly act: Act;
  /** ms since the step before. */
  readonly gap: number;
  /** The path of the state before and after. */
  readonly from: string;
  readonly to: string;
  /** That state as `ws.state` names it. */
  readonly state: ConnectionState;
  /** The number of the dial, where the recording says it. */
  readonly attempt: number | undefined;
  /** What `random` returned, where the delay depends on it. */
  readonly chance: number | undefined;
  /** What `shouldReconnect` returned, where it was asked. */
  readonly decision: boolean | number | undefined;
  /** The runtime said that it has no network. */
  readonly isOffline: boolean;
}

/** The times and counts that steer the chart. What else a recording may say of a client is left out. */
export function timesOf(recorded: RecordedPolicy): Omit<ConnectionPolicy, 'prepares'> {
  const { prepares: _, ...byDefault } = DEFAULT_POLICY;
  const known = Object.keys(byDefault) as (keyof typeof byDefault)[];
  return Object.fromEntries(known.map((name) => [name, recorded[name]])) as unknown as typeof byDefault;
}

const STATES: ReadonlySet<string> = new Set(CONNECTION_STATES);

/** E.g. `open` for `session.open.alive`; `undefined` for a path that no version of the chart rests in. */
export function stateIn(path: string): ConnectionState | undefined {
  return path.split('.').find((name): name is ConnectionState => STATES.has(name));
}

/** The cue of a recorded step; `undefined` for an event that this version does not know. */
export function cueOf(
  step: RecordedStep & { readonly line: number },
  policy: RecordedPolicy,
): Cue | undefined {
  const act = actOf(step);
  const state = stateIn(step.to);
  if (act === undefined || state === undefined) return undefined;
  const { line, event, from, to, attempt } = step;
  return {
    line,
    event,
    act,
    gap: 0,
    from,
    to,
    state,
    attempt,
    chance: chanceOf(step, policy),
    decision: step.decidedBy === 'user' ? decisionOf(step, policy) : undefined,
    isOffline: step.offline === true,
  };
}

function actOf(step: RecordedStep): Act | undefined {
  const { event, sentCode } = step;
  switch (event) {
    case 'connect':
    case 'reconnect':
    case 'terminate':
    case 'abort':
      return { do: event };
    case 'close':
      return { do: 'close', code: closeCodeOf(step) };
    case 'socket.opened':
      return { do: 'open' };
    case 'socket.failed':
      return { do: 'fail', error: failureOf(step, 'ConnectionError'), sentCode };
    case 'session.prepared':
      return { do: 'prepared' };
    case 'session.failed':
      return { do: 'unprepared', error: failureOf(step, 'SessionError') };
    case 'socket.peerClosed':
      return { do: 'peerClose', code: step.code ?? 1005 };
    case 'socket.peerErred':
      return { do: 'peerErr', error: failureOf(step, 'ConnectionError'), sentCode: sentCode ?? 1002 };
    case 'socket.closed':
      return endOf(step);
    case 'socket.ponged':
      return { do: 'pong' };
    case 'socket.answered':
      return { do: 'answer', alive: step.alive === true };
    case 'socket.filled':
      return { do: 'fill' };
    case 'runtime.online':
      return { do: 'online' };
    case 'runtime.awake':
      return { do: 'awake' };
    case 'closing.overdue':
      return { do: 'delay' };
    default:
      return event.startsWith('after ') ? { do: 'delay' } : undefined;
  }
}

/** Of a dial that was given up the code is that of its end, which nobody can give to `close()`. */
function closeCodeOf({ code, from }: RecordedStep): number | null {
  if (code === undefined || from === 'session.connecting' || from === 'session.reconnecting') return 1000;
  return code === 1005 ? null : code;
}

const BY_PEER = /^session\.closing\.(byPeer|toReconnect|forGood)$/;

function endOf(step: RecordedStep): Act {
  const { code = 1006, wasClean = false, sentCode, from } = step;
  // What the end of a connection that is prepared means, the chart says.
  const isOwn = step.error !== undefined && step.error.name !== 'SessionError';
  return {
    do: 'end',
    end: { code, wasClean, sentCode, error: isOwn ? failureOf(step, 'ConnectionError') : undefined },
    // What a fake connection reports by itself.
    isPlain: wasClean === BY_PEER.test(from) && (BY_PEER.test(from) || code === 1006),
  };
}

function failureOf(step: RecordedStep, byDefault: string): RecordedFailure {
  const { error, status, final, alert, retryAfter = 0 } = step;
  return {
    name: status === undefined ? (error?.name ?? byDefault) : 'HandshakeError',
    code: error?.code,
    status,
    final: final === true,
    alert,
    retryAfter,
  };
}

/** The back-off of an answer that may pass, e.g. 404 after the client was open. */
const slow = (policy: RecordedPolicy): BackoffSettings => ({
  ...policy,
  reconnectDelay: policy.maxReconnectDelay,
});

/**
 * The cues, with an end plain only where the Close before it has its code: a fake connection ends with the code of that Close,
 * which is not the recorded one where another stands for a forgotten one.
 */
export function withPlainEnds(cues: readonly Cue[]): readonly Cue[] {
  let closeCode: number | undefined;
  return cues.map((cue) => {
    const { act } = cue;
    if (act.do === 'open') closeCode = undefined;
    if (act.do === 'peerClose') closeCode = act.code;
    if (act.do !== 'end' || !act.isPlain || act.end.code === (closeCode ?? 1006)) return cue;
    return { ...cue, act: { ...act, isPlain: false } };
  });
}

/** The number with which the back-off has the recorded delay; `undefined` where no chance is in it. */
function chanceOf(
  { attempt, delay, retryAfter = 0 }: RecordedStep,
  policy: RecordedPolicy,
): number | undefined {
  if (delay === undefined || attempt === undefined || policy.reconnectJitter === 'none') return undefined;
  for (const settings of [policy, slow(policy)]) {
    const least = backoffDelay(settings, attempt, 0, retryAfter);
    const most = backoffDelay(settings, attempt, 1, retryAfter);
    if (delay < least || delay > most || most === least) continue;
    // Whole thousandths suffice for delays below a second, and are read more easily.
    for (const digits of [1, 2, 3, 6, 12]) {
      const chance = Number(((delay - least) / (most - least)).toFixed(digits));
      if (chance < 1 && backoffDelay(settings, attempt, chance, retryAfter) === delay) return chance;
    }
    return 0.999999999;
  }
  return undefined;
}

/** What the user's `shouldReconnect` must have returned. */
function decisionOf(step: RecordedStep, policy: RecordedPolicy): boolean | number {
  const { to, delay, attempt, retryAfter } = step;
  if (to === 'exhausted') return true;
  if (to !== 'backoff' || delay === undefined || attempt === undefined) return false;
  if (policy.reconnectJitter !== 'none') return delay;
  const isDefault = [policy, slow(policy)].some(
    (settings) => backoffDelay(settings, attempt, 0, retryAfter) === delay,
  );
  return isDefault ? true : delay;
}
