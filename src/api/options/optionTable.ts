/**
 * The options: name, default, check, and what each needs of a transport. The one place of each of these.
 *
 * Types, units and sentences are doc comments of options.ts, which take no room in a bundle; a test holds them against
 * this table. Must not connect anything.
 */
import { DEFAULT_POLICY, defaultShouldReconnect } from '../../machine/index.js';
import { MAX_DELAY, type TransportFeature } from '../../port/index.js';
import { isArrayBuffer, isBlob, isObject, isSignal } from '../values/index.js';
import { familyProblem, localAddressProblem } from './addressRules.js';
import { protocolsProblem } from './handshakeRules.js';
import { readHeaders } from './headers/index.js';
import { deflateProblem, dispatcherProblem, proxyProblem, readProxy, tlsProblem } from './hopRules.js';
import { membersProblem, type Read } from './memberRules.js';
import type { WebSocketOptions } from './options.js';

/** One option. */
export interface OptionRule<Default = unknown> {
  /** The value of an option that is not given; undefined where there is none, or where it depends on the platform. */
  readonly default: Default;
  /** Returns what the value must be, where it is not. */
  problem(value: unknown): string | undefined;
  /** In place of `problem()`, where a copy is used: some values can be read only once. */
  read?(value: unknown): Read;
  /** Whether no part of the value may be shown. */
  readonly secret?: boolean;
  /** What a transport must support for it. */
  readonly needs?: TransportFeature;
}

type Problem = OptionRule['problem'];

const none = (problem: Problem): OptionRule<undefined> => ({ default: undefined, problem });

const milliseconds = (byDefault: number, least = 0): OptionRule<number> => ({
  default: byDefault,
  problem: (value) =>
    typeof value === 'number' && value >= least && value <= MAX_DELAY
      ? undefined
      : `a number of milliseconds from ${least} to ${MAX_DELAY}`,
});

const wholeNumber =
  (least: number): Problem =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least
      ? undefined
      : `a whole number, ${least} or more`;

const count = (byDefault: number, least = 0): OptionRule<number> => ({
  default: byDefault,
  problem: wholeNumber(least),
});

const boolean = (byDefault: boolean): OptionRule<boolean> => ({
  default: byDefault,
  problem: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
});

const oneOf = <Value extends string>(byDefault: Value, allowed: readonly Value[]): OptionRule<Value> => ({
  default: byDefault,
  problem: (value) =>
    allowed.includes(value as Value) ? undefined : `one of ${allowed.map((each) => `'${each}'`).join(', ')}`,
});

const isFunction: Problem = (value) => (typeof value === 'function' ? undefined : 'a function');

/** The check of an option that may be a provider. */
const orProvider =
  (problem: Problem): Problem =>
  (value) =>
    typeof value === 'function' ? undefined : problem(value);

const orProviderRead =
  (read: (value: unknown) => Read) =>
  (value: unknown): Read =>
    typeof value === 'function' ? { value, problem: undefined } : read(value);

/** A bound of a queue. */
const bound: Problem = (value) =>
  value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= 0)
    ? undefined
    : 'a whole number, 0 or more, or Infinity';

const overflow: Problem = (value) =>
  value === 'reject' || value === 'drop-oldest' ? undefined : "'reject' or 'drop-oldest'";

const MIB = 1024 * 1024;

export const OPTION_TABLE = {
  protocols: {
    ...none(orProvider(protocolsProblem)),
    // Some servers take a token as a subprotocol, because browsers cannot send headers.
    secret: true,
  },
  headers: {
    ...none(orProvider((value) => readHeaders(value).problem)),
    read: orProviderRead((value) => {
      const { headers, problem } = readHeaders(value);
      return { value: headers, problem };
    }),
    secret: true,
    needs: 'headers',
  },
  dispatcher: {
    ...none(dispatcherProblem),
    // A value by mistake may be the URL of a proxy.
    secret: true,
    needs: 'dispatcher',
  },
  proxy: {
    ...none(orProvider(proxyProblem)),
    read: orProviderRead(readProxy),
    secret: true,
    needs: 'proxy',
  },
  tls: { ...none(orProvider(tlsProblem)), secret: true, needs: 'tls' },
  lookup: { ...none(isFunction), needs: 'lookup' },
  family: { default: 0, problem: familyProblem, needs: 'family' },
  localAddress: { ...none(localAddressProblem), needs: 'localAddress' },
  perMessageDeflate: { default: false, problem: deflateProblem, needs: 'perMessageDeflate' },
  reconnect: boolean(DEFAULT_POLICY.reconnect),
  reconnectDelay: milliseconds(DEFAULT_POLICY.reconnectDelay),
  maxReconnectDelay: milliseconds(DEFAULT_POLICY.maxReconnectDelay),
  reconnectJitter: oneOf(DEFAULT_POLICY.reconnectJitter, ['none', 'equal', 'full']),
  maxReconnectAttempts: count(DEFAULT_POLICY.maxReconnectAttempts),
  minUptime: milliseconds(DEFAULT_POLICY.minUptime),
  shouldReconnect: { default: defaultShouldReconnect, problem: isFunction },
  heartbeatInterval: milliseconds(DEFAULT_POLICY.heartbeatInterval),
  heartbeatTimeout: milliseconds(DEFAULT_POLICY.heartbeatTimeout, 1),
  connectTimeout: milliseconds(DEFAULT_POLICY.connectTimeout),
  prepare: none(isFunction),
  prepareTimeout: milliseconds(DEFAULT_POLICY.prepareTimeout, 1),
  closeTimeout: milliseconds(DEFAULT_POLICY.closeTimeout),
  awaitDrain: boolean(false),
  highWaterMark: count(16_384),
  maxInFlight: count(MIB),
  sendQueue: {
    default: Object.freeze({
      maxBytes: 64 * MIB,
      maxMessages: Number.POSITIVE_INFINITY,
      overflow: 'reject' as const,
    }),
    problem: (value) =>
      value === false ? undefined : membersProblem(value, { maxBytes: bound, maxMessages: bound, overflow }),
  },
  receiveQueue: {
    default: Object.freeze({ maxBytes: MIB, maxMessages: 1024 }),
    problem: (value) => membersProblem(value, { maxBytes: bound, maxMessages: bound }),
    needs: 'pause',
  },
  maxPayload: { ...count(100 * MIB, 1), needs: 'maxPayload' },
  maxFrameSize: { ...none(wholeNumber(1)), needs: 'maxFrameSize' },
  signal: none((value) => (isSignal(value) ? undefined : 'an AbortSignal')),
  inspect: none((value) =>
    typeof value === 'function' || (isObject(value) && typeof value.next === 'function')
      ? undefined
      : 'a function or an observer',
  ),
  transport: none((value) =>
    isObject(value) && typeof value.dial === 'function' && Array.isArray(value.supports)
      ? undefined
      : 'a TransportFactory: { name, supports, dial }',
  ),
  clock: none((value) =>
    isObject(value) &&
    [value.setTimeout, value.clearTimeout, value.now].every((each) => typeof each === 'function')
      ? undefined
      : 'an object of setTimeout, clearTimeout, now',
  ),
  random: none(isFunction),
  heartbeatMessage: {
    ...none((value) =>
      typeof value === 'function' ||
      typeof value === 'string' ||
      ArrayBuffer.isView(value) ||
      isArrayBuffer(value) ||
      isBlob(value)
        ? undefined
        : 'a string, bytes, or a function that returns them',
    ),
    secret: true,
  },
  isHeartbeatReply: none(isFunction),
  // `createClient()` sets true.
  autoConnect: boolean(false),
} as const satisfies Readonly<Record<keyof WebSocketOptions, OptionRule>>;

/** The type of an option with its default. */
type Settled<Name extends keyof WebSocketOptions> =
  | Exclude<WebSocketOptions[Name], undefined>
  | (typeof OPTION_TABLE)[Name]['default'];

/** The value of an option, or its default. */
export function settled<Name extends keyof WebSocketOptions>(
  options: WebSocketOptions,
  name: Name,
): Settled<Name> {
  return (options[name] ?? OPTION_TABLE[name].default) as Settled<Name>;
}
