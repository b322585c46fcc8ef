/**
 * From inspection events to the lines of a recording.
 *
 * Owns: what of a step is recorded. Must not know: how lines are kept. Everything is taken from redacted copies, and of what
 * they show, member by member: no text of an error, a peer or a user gets into a line.
 */
import {
  CONNECTION_STATES,
  type ConnectionPolicy,
  type RedactedError,
  type RedactedInspection,
  type RedactedSnapshot,
} from '../machine/index.js';
import {
  ASKED_BY,
  type RecordedError,
  type RecordedPolicy,
  type RecordedSending,
  type RecordedStep,
} from '../recording/index.js';
import { type LookAtClient, triggerOf } from './history.js';

/** What the api says of a client's options. */
export interface ClientTraits {
  /** The option `clock`. */
  readonly clock: { now(): number } | undefined;
  /** Whether the option `shouldReconnect` is given. */
  readonly shouldReconnect: boolean;
  /** Whether the option `heartbeatMessage` is given. */
  readonly heartbeatMessage: boolean;
}

/** What is remembered of a client between its steps. */
export interface Recorded {
  readonly id: string;
  /** Steps so far. */
  n: number;
  /** The path of its state; `''` before its first snapshot. */
  path: string;
  /** As `ws.state` names it. */
  state: string;
  /** The address that its latest line says. */
  url: string | undefined;
  /** How far the time of day was ahead at first, and what its latest line says of it. */
  ahead: number | undefined;
  wall: number;
  /** Of the step that is under way: what it has shown, and when it began. */
  seen: Microsteps;
  at: number | undefined;
  /** The time of its latest line. */
  latest: number;
  readonly look: LookAtClient | undefined;
  readonly traits: ClientTraits | undefined;
}

/** What the microsteps of the present step have shown. */
export interface Microsteps {
  /** Whether a transition was taken. */
  taken: boolean;
  /** Whether a dial or connection was lost. */
  lost: boolean;
  /** Whether the retry decision was made. */
  decided: boolean;
  /** Whether the end was asked for. */
  asked: boolean;
}

export const noMicrosteps = (): Microsteps => ({ taken: false, lost: false, decided: false, asked: false });

/** Takes in one microstep. */
export function noteMicrostep(
  seen: Microsteps,
  { _transitions: transitions = [] }: RedactedInspection,
): void {
  for (const { source, actions } of transitions) {
    seen.taken = true;
    if (source.path[0] === 'lost') {
      seen.lost = true;
      if (source.path[1] === 'undecided' || source.path[1] === 'overruled') seen.decided = true;
    }
    if (actions.some(({ type }) => ASKED_BY.has(type))) seen.asked = true;
  }
}

interface ShownLoss {
  readonly code?: number;
  readonly sentCode?: number;
  readonly wasClean?: boolean;
  readonly error?: RedactedError;
}

interface ShownContext {
  readonly policy?: ConnectionPolicy;
  readonly attempt?: number;
  readonly loss?: ShownLoss;
  readonly verdict?: {
    readonly kind: string;
    readonly delay?: number;
    readonly retryAfter?: number;
    readonly isOffline?: boolean;
  };
}

interface ShownEvent {
  readonly type: string;
  readonly code?: number;
  readonly alive?: boolean;
  readonly sending?: RecordedSending;
}

/** The members of a line after `to`, as they are collected. */
type Writable<Of> = { -readonly [Name in keyof Of]: Of[Name] };

/** The tags that are names of `ws.state`. */
const STATES: ReadonlySet<string> = new Set(CONNECTION_STATES);

/** The path and the name of the state that a snapshot is in. */
export function stateOf({ value, tags = [] }: RedactedSnapshot): {
  readonly path: string;
  readonly state: string;
} {
  return { path: pathOf(value), state: tags.find((tag) => STATES.has(tag)) ?? '' };
}

/** The path of the innermost state: the chart has no parallel ones. */
function pathOf(value: unknown): string {
  let path = '';
  let below = value;
  while (typeof below === 'object' && below !== null) {
    const [key = ''] = Object.keys(below);
    path += `${key}.`;
    below = (below as Readonly<Record<string, unknown>>)[key];
  }
  return path + String(below ?? '');
}

/** The names of events are few. */
const triggers = new Map<string, string>();

function triggerFor(type: string): string {
  let trigger = triggers.get(type);
  if (trigger === undefined) {
    trigger = triggerOf(type);
    if (triggers.size < 100) triggers.set(type, trigger);
  }
  return trigger;
}

/** When a step was. */
export interface StepTime {
  /** Whole ms since the recorder was made. */
  readonly t: number;
  /** How far the time of day is ahead of the monotonic clock, in ms. */
  readonly ahead: number;
}

/** Differences of the clocks below this many ms are their own. */
const SAME_WALL = 20;

/**
 * The line of a step that is over. The client is changed to be after it.
 */
export function recordedStep(
  client: Recorded,
  { t, ahead }: StepTime,
  event: ShownEvent,
  snapshot: RedactedSnapshot,
  seen: Microsteps,
): RecordedStep {
  const { path: to, state } = stateOf(snapshot);
  const from = client.path;
  const isNewState = state !== client.state || seen.lost;
  const context = (snapshot.context ?? {}) as ShownContext;
  client.n += 1;
  client.path = to;
  client.state = state;
  const step: Writable<RecordedStep> = {
    t,
    c: client.id,
    n: client.n,
    event: triggerFor(event.type),
    from,
    to,
  };
  if (isNewState && context.attempt !== undefined) step.attempt = context.attempt;
  if (seen.decided && context.policy?.reconnect === true) addDecision(step, client, context);
  addEnd(step, event, context, seen);
  if (typeof event.alive === 'boolean') step.alive = event.alive;
  if (event.sending !== undefined) step.sending = sendingOf(event.sending);
  addWall(step, client, ahead);
  if (isNewState) addCounts(step, client);
  return step;
}

/** What the first line of a client has beside its step. */
export function firstLine(step: RecordedStep, client: Recorded, snapshot: RedactedSnapshot): RecordedStep {
  const { policy } = (snapshot.context ?? {}) as ShownContext;
  return {
    ...step,
    ...(policy === undefined ? {} : { policy: policyOf(policy, client.traits) }),
    ...(client.url === undefined ? {} : { url: client.url }),
    ...(client.n > 1 ? { dropped: client.n - 1 } : {}),
  };
}

function policyOf(policy: ConnectionPolicy, traits: ClientTraits | undefined): RecordedPolicy {
  return {
    reconnect: policy.reconnect,
    reconnectDelay: policy.reconnectDelay,
    maxReconnectDelay: policy.maxReconnectDelay,
    reconnectJitter: policy.reconnectJitter,
    maxReconnectAttempts: policy.maxReconnectAttempts,
    minUptime: policy.minUptime,
    heartbeatInterval: policy.heartbeatInterval,
    heartbeatTimeout: policy.heartbeatTimeout,
    connectTimeout: policy.connectTimeout,
    prepareTimeout: policy.prepareTimeout,
    closeTimeout: policy.closeTimeout,
    prepare: policy.prepares,
    ...(traits === undefined
      ? {}
      : { heartbeatMessage: traits.heartbeatMessage, shouldReconnect: traits.shouldReconnect }),
  };
}

function addDecision(
  step: Writable<RecordedStep>,
  { traits }: Recorded,
  { verdict, loss }: ShownContext,
): void {
  const { error } = loss ?? {};
  // Nobody is asked about these.
  const isBeyondRetry =
    error?.name === 'ConfigurationError' || (error?.name === 'SessionError' && error.final === true);
  if (traits !== undefined) step.decidedBy = traits.shouldReconnect && !isBeyondRetry ? 'user' : 'default';
  if (verdict?.kind !== 'retry') return;
  if (step.to === 'backoff') step.delay = verdict.delay;
  if (verdict.retryAfter) step.retryAfter = verdict.retryAfter;
  if (verdict.isOffline) step.offline = true;
}

function addEnd(
  step: Writable<RecordedStep>,
  event: ShownEvent,
  { loss }: ShownContext,
  seen: Microsteps,
): void {
  if (seen.asked) step.asked = true;
  if (event.type === 'terminate') {
    step.code = 1006;
    step.wasClean = false;
    return;
  }
  const { from, to } = step;
  const isEnd =
    seen.lost ||
    (from.startsWith('session.') && !to.startsWith('session.')) ||
    (to === 'session.closing.byPeer' && from !== to);
  if (!isEnd || loss === undefined) {
    if (typeof event.code === 'number') step.code = event.code;
    return;
  }
  const { code, sentCode, wasClean, error } = loss;
  if (typeof code === 'number') step.code = code;
  if (typeof sentCode === 'number') step.sentCode = sentCode;
  if (typeof wasClean === 'boolean') step.wasClean = wasClean;
  if (error === undefined) return;
  step.error = errorOf(error);
  if (typeof error.status === 'number') step.status = error.status;
  if (error.final === true) step.final = true;
  if (typeof error.alert === 'number') step.alert = error.alert;
}

/** What names of classes and codes look like: nothing else gets into a line. */
const NAME = /^[\w.-]{1,64}$/;

function errorOf({ name, code }: RedactedError): RecordedError {
  return {
    name: NAME.test(name) ? name : 'Error',
    ...(code !== undefined && NAME.test(String(code)) ? { code: String(code) } : {}),
  };
}

/** As they are: the chart compares them to the last digit. */
const sendingOf = (sending: RecordedSending): RecordedSending => ({
  waiting: sending.waiting,
  takenAgo: sending.takenAgo,
  heardAgo: sending.heardAgo,
  hasTaken: sending.hasTaken,
  longestGap: sending.longestGap,
  allowance: sending.allowance,
});

function addWall(step: Writable<RecordedStep>, client: Recorded, ahead: number): void {
  client.ahead ??= ahead;
  const wall = Math.round(ahead - client.ahead);
  if (Math.abs(wall - client.wall) < SAME_WALL) return;
  client.wall = wall;
  step.wall = wall;
}

/** The states in which there was a connection, and those in which it goes on. */
const HAD_CONNECTION = /^session\.(preparing|open|closing)/;
const ALIVE = /^session\.(open|closing)/;

interface Counters {
  readonly messagesIn?: number;
  readonly messagesOut?: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
}

function addCounts(step: Writable<RecordedStep>, client: Recorded): void {
  const seen = client.look?.();
  if (seen === undefined) return;
  if (seen.url !== client.url) {
    client.url = seen.url;
    if (client.n > 1) step.url = seen.url;
  }
  if (!HAD_CONNECTION.test(step.from) || ALIVE.test(step.to)) return;
  const { messagesIn, messagesOut, bytesIn, bytesOut } = seen.stats as Counters;
  step.messagesIn = messagesIn;
  step.messagesOut = messagesOut;
  step.bytesIn = bytesIn;
  step.bytesOut = bytesOut;
}
