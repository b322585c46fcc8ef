/**
 * A seed's script: with which options a client is made, and what then happens to it.
 *
 * Owns: what can happen, and how often. A script is plain data, drawn before anything runs, and each action means
 * something (or nothing) in every situation: so any part of a script is a script, and a failing one can be
 * shortened by leaving actions out.
 */
import { Random } from '../support/random.js';

/** What a client is made with; the names are its options'. */
export interface Settings {
  readonly reconnect: boolean;
  readonly autoConnect: boolean;
  readonly maxReconnectAttempts: number;
  readonly reconnectDelay: number;
  readonly maxReconnectDelay: number;
  readonly reconnectJitter: 'none' | 'equal' | 'full';
  readonly minUptime: number;
  readonly heartbeatInterval: number;
  readonly heartbeatTimeout: number;
  readonly connectTimeout: number;
  readonly closeTimeout: number;
  readonly prepares: boolean;
  readonly prepareTimeout: number;
  readonly maxInFlight: number;
  readonly highWaterMark: number;
  readonly sendQueue: 'default' | 'none' | 'short' | 'short, drops the oldest';
  readonly receiveMessages: number;
  readonly decision: 'default' | 'always' | 'in 70 ms' | 'throws';
  /** Of two things at the same millisecond: whether the client's timer comes before the network. */
  readonly timersFirst: boolean;
}

export type Fate = 'accepts' | 'refuses' | 'stalls' | 'answers 503' | 'answers 401' | 'drops at once';
export const FATES: readonly Fate[] = [
  'accepts',
  'refuses',
  'stalls',
  'answers 503',
  'answers 401',
  'drops at once',
];

/** The calls that may also be made from within a listener. */
export type Call =
  | { readonly do: 'connect' }
  | { readonly do: 'connect, and give up waiting'; readonly after: number }
  | { readonly do: 'reconnect' }
  | { readonly do: 'terminate' }
  | { readonly do: 'close'; readonly code: number }
  | { readonly do: 'abort' }
  | { readonly do: 'send'; readonly count: number; readonly bytes: number; readonly awaitDrain: boolean }
  | { readonly do: 'ping' }
  | { readonly do: 'wake' }
  | { readonly do: 'network is back' };

/** What a listener does: most call the client. */
export type Reaction = Call | { readonly do: 'throw' };

export const LISTENED = [
  'state',
  'open',
  'close',
  'error',
  'reconnecting',
  'reconnect-error',
  'message',
] as const;

export type Action =
  | Call
  // The user.
  | { readonly do: 'listen once'; readonly event: (typeof LISTENED)[number]; readonly call: Reaction }
  | { readonly do: 'iterate' }
  | { readonly do: 'read'; readonly count: number }
  | { readonly do: 'leave the iteration' }
  // The network and the peer.
  | { readonly do: 'from now on the server'; readonly fate: Fate; readonly latency: number }
  | { readonly do: 'drop' }
  | { readonly do: 'freeze' }
  | { readonly do: 'thaw' }
  | { readonly do: 'peer closes'; readonly code: number; readonly thenEnds: boolean }
  | { readonly do: 'garbage' }
  | { readonly do: 'peer sends'; readonly count: number }
  | { readonly do: 'peer ignores Closes'; readonly ignores: boolean }
  | { readonly do: 'peer ignores Pings'; readonly ignores: boolean }
  | { readonly do: 'kernel holds writes'; readonly holds: boolean }
  | { readonly do: 'kernel takes'; readonly bytes: number }
  // Time.
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'wait for the next timer'; readonly short: number }
  | { readonly do: 'sleep'; readonly ms: number }
  /** What `navigator.onLine` says, which may be wrong. */
  | { readonly do: 'runtime is'; readonly offline: boolean };

export interface Script {
  readonly seed: number;
  readonly settings: Settings;
  readonly actions: readonly Action[];
}

export const PLAIN: Settings = {
  reconnect: true,
  autoConnect: false,
  maxReconnectAttempts: 0,
  reconnectDelay: 1000,
  maxReconnectDelay: 30_000,
  reconnectJitter: 'none',
  minUptime: 0,
  heartbeatInterval: 30_000,
  heartbeatTimeout: 10_000,
  connectTimeout: 10_000,
  closeTimeout: 5000,
  prepares: false,
  prepareTimeout: 10_000,
  maxInFlight: 1_048_576,
  highWaterMark: 16_384,
  sendQueue: 'default',
  receiveMessages: 1024,
  decision: 'default',
  timersFirst: true,
};

function settingsOf(random: Random): Settings {
  return {
    reconnect: random.chance(0.8),
    autoConnect: random.chance(0.3),
    maxReconnectAttempts: random.pick([0, 0, 1, 2, 5]),
    reconnectDelay: random.pick([0, 1, 100, 1000]),
    maxReconnectDelay: random.pick([50, 1000, 30_000]),
    reconnectJitter: random.pick(['none', 'equal', 'full']),
    minUptime: random.pick([0, 0, 300, 5000]),
    heartbeatInterval: random.pick([0, 200, 1000, 30_000]),
    heartbeatTimeout: random.pick([100, 200, 1000, 10_000]),
    connectTimeout: random.pick([0, 300, 10_000]),
    closeTimeout: random.pick([100, 5000]),
    maxInFlight: random.pick([1, 64, 1_048_576]),
    highWaterMark: random.pick([1, 16_384]),
    sendQueue: random.pick(['default', 'default', 'none', 'short', 'short, drops the oldest']),
    receiveMessages: random.pick([1, 3, 1024]),
    decision: random.weighted({ default: 8, always: 1, 'in 70 ms': 1, throws: 1 }),
    timersFirst: random.chance(0.5),
    prepares: random.chance(0.3),
    prepareTimeout: random.pick([150, 1000, 10_000]),
  };
}

function callOf(random: Random): Call {
  const what = random.weighted({
    send: 10,
    connect: 5,
    close: 2,
    reconnect: 2,
    terminate: 1,
    ping: 1,
    wake: 1,
    'network is back': 1,
    'connect, and give up waiting': 1,
    abort: 0.15,
  });
  switch (what) {
    case 'send':
      return {
        do: what,
        count: random.pick([1, 1, 3, 10]),
        bytes: random.pick([0, 10, 100]),
        awaitDrain: random.chance(0.2),
      };
    case 'close':
      return { do: what, code: random.pick([1000, 1001, 4000]) };
    case 'connect, and give up waiting':
      return { do: what, after: random.pick([0, 50, 500]) };
    default:
      return { do: what };
  }
}

function actionOf(random: Random): Action {
  const what = random.weighted({
    call: 20,
    'listen once': 4,
    iterate: 1.5,
    read: 3,
    'leave the iteration': 0.5,
    'from now on the server': 5,
    drop: 3,
    freeze: 1.5,
    thaw: 1,
    'peer closes': 2,
    garbage: 1,
    'peer sends': 5,
    'peer ignores Closes': 1,
    'peer ignores Pings': 1,
    'kernel holds writes': 2,
    'kernel takes': 2,
    wait: 10,
    'wait for the next timer': 10,
    sleep: 0.5,
    'runtime is': 1,
  });
  switch (what) {
    case 'call':
      return callOf(random);
    case 'listen once':
      return {
        do: what,
        event: random.pick(LISTENED),
        call: random.chance(0.1) ? { do: 'throw' } : callOf(random),
      };
    case 'read':
      return { do: what, count: random.pick([1, 2, 10]) };
    case 'from now on the server':
      return {
        do: what,
        fate: random.chance(0.5) ? 'accepts' : random.pick(FATES),
        latency: random.pick([0, 1, 30, 400]),
      };
    case 'peer closes':
      return {
        do: what,
        code: random.pick([1000, 1001, 1005, 1008, 1011, 4001]),
        thenEnds: random.chance(0.7),
      };
    case 'peer sends':
      return { do: what, count: random.pick([1, 2, 8]) };
    case 'peer ignores Closes':
    case 'peer ignores Pings':
      return { do: what, ignores: random.chance(0.5) };
    case 'kernel holds writes':
      return { do: what, holds: random.chance(0.6) };
    case 'kernel takes':
      return { do: what, bytes: random.pick([1, 20, 200, 100_000]) };
    case 'wait':
      return { do: what, ms: random.pick([0, 1, 10, 100, 1000, 20_000]) };
    case 'wait for the next timer':
      // A millisecond before, exactly then, or a little later.
      return { do: what, short: random.pick([1, 0, 0, 0, -1]) };
    case 'runtime is':
      return { do: what, offline: random.chance(0.5) };
    case 'sleep':
      return { do: what, ms: random.pick([500, 60_000]) };
    default:
      return { do: what };
  }
}

/** @param settings that are not left to chance */
export function scriptOf(seed: number, fixed: Partial<Settings> = {}): Script {
  const random = new Random(seed);
  const settings = { ...settingsOf(random), ...fixed };
  const length = random.pick([5, 15, 30, 60]);
  // Most clients begin with a connect(); the others show what may come before it.
  const first: Action[] = random.chance(0.7) ? [{ do: 'connect' }] : [];
  return { seed, settings, actions: [...first, ...Array.from({ length }, () => actionOf(random))] };
}

/** Forms of an action that say less, the simplest first. */
export function simplerThan(action: Action): Action[] {
  return formsOf(action).filter((form) => JSON.stringify(form) !== JSON.stringify(action));
}

function formsOf(action: Action): Action[] {
  switch (action.do) {
    case 'send':
      return sendForms(action);
    case 'peer sends':
    case 'read':
      return [{ ...action, count: 1 }];
    case 'from now on the server':
      return [{ ...action, latency: 1 }];
    case 'wait':
      return [1, 100, 1000].filter((ms) => ms < action.ms).map((ms) => ({ ...action, ms }));
    case 'wait for the next timer':
      return [{ ...action, short: 0 }];
    case 'listen once': {
      const { call } = action;
      return call.do === 'send' ? sendForms(call).map((form) => ({ ...action, call: form })) : [];
    }
    default:
      return [];
  }
}

type Send = Extract<Call, { do: 'send' }>;

const sendForms = (send: Send): Send[] => [
  { ...send, count: 1, bytes: 0, awaitDrain: false },
  { ...send, count: 1 },
  { ...send, bytes: 0 },
  { ...send, awaitDrain: false },
];
