/**
 * What is allowed in each option, and its default: the one schema for checks, defaults and the README's table.
 * Must not connect anything, and must show no value that may be a secret.
 */

import { DEFAULT_POLICY, defaultShouldReconnect } from '../../machine/index.js';
import { ConfigurationError, MAX_DELAY, type TransportFeature } from '../../port/index.js';
import { isArrayBuffer, isBlob, isObject, isSignal, optionError, optionMeant } from '../values/index.js';
import { familyProblem, localAddressProblem } from './addressRules.js';
import { headersProblem, protocolsProblem, readHeaders } from './handshakeRules.js';
import { proxyProblem, readProxy, tlsProblem } from './hopRules.js';
import { membersProblem, type Read, strays } from './memberRules.js';
import { refuseConflicts } from './optionConflicts.js';
import type { WebSocketOptions } from './options.js';

/** One option: how it reads in the README's table, and its check. */
export interface OptionRule {
  /** As the table shows it. */
  readonly type: string;
  /** As the table shows it. */
  readonly fallback: string;
  /** Tells what is allowed where the value is not; undefined where it is. */
  problem(value: unknown): string | undefined;
  /** In place of `problem()`, where what is used is a copy: the value may be readable a single time. */
  read?(value: unknown): Read;
  /** Whether even a part of the value must not be shown. */
  readonly secret?: boolean;
  /** What a transport must be able to do for it. */
  readonly needs?: TransportFeature;
}

const milliseconds = (fallback: number, least = 0): OptionRule => ({
  type: 'ms',
  fallback: String(fallback),
  problem: (value) =>
    typeof value === 'number' && value >= least && value <= MAX_DELAY
      ? undefined
      : `a number of milliseconds from ${least} to ${MAX_DELAY}`,
});

const count = (type: string, fallback: number, least = 0): OptionRule => ({
  type,
  fallback: String(fallback),
  problem: (value) =>
    Number.isSafeInteger(value) && (value as number) >= least
      ? undefined
      : `a whole number, ${least} or more`,
});

const boolean = (fallback: string): OptionRule => ({
  type: 'boolean',
  fallback,
  problem: (value) => (typeof value === 'boolean' ? undefined : 'true or false'),
});

const oneOf = (allowed: readonly string[], fallback: string): OptionRule => ({
  type: allowed.map((each) => `'${each}'`).join(' | '),
  fallback: `'${fallback}'`,
  problem: (value) =>
    allowed.includes(value as string) ? undefined : `one of ${allowed.map((each) => `'${each}'`).join(', ')}`,
});

const callable = (type: string, fallback: string): OptionRule => ({
  type,
  fallback,
  problem: (value) => (typeof value === 'function' ? undefined : 'a function'),
});

const bound = (value: unknown): string | undefined =>
  value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) >= 0)
    ? undefined
    : 'a whole number, 0 or more, or Infinity';

const HEARTBEAT_DATA = 'a string, bytes, or a function that returns them';

/** Every option, by its name. */
export const OPTION_RULES: Readonly<Record<keyof WebSocketOptions, OptionRule>> = {
  protocols: {
    type: 'string | string[] | provider',
    fallback: 'none',
    problem: (value) => (typeof value === 'function' ? undefined : protocolsProblem(value)),
    // Some servers take a token as a subprotocol, because browsers cannot send a header.
    secret: true,
  },
  headers: {
    type: 'record, `Headers`, `Map`, iterable of pairs | provider',
    fallback: 'none',
    problem: (value) => (typeof value === 'function' ? undefined : headersProblem(value)),
    read(value) {
      if (typeof value === 'function') return { value, problem: undefined };
      const { headers, problem } = readHeaders(value);
      return { value: headers, problem };
    },
    secret: true,
    needs: 'headers',
  },
  dispatcher: {
    type: 'undici `Dispatcher`',
    fallback: 'none',
    problem: (value) =>
      isObject(value) && typeof value.dispatch === 'function'
        ? undefined
        : 'an undici Dispatcher (7.30.2 or newer)',
    // What is put here by mistake may be a proxy's URL.
    secret: true,
    needs: 'dispatcher',
  },
  proxy: {
    type: "string | `ProxyOptions` | 'env' | provider",
    fallback: 'none',
    problem: (value) => (typeof value === 'function' ? undefined : proxyProblem(value)),
    read: (value) => (typeof value === 'function' ? { value, problem: undefined } : readProxy(value)),
    secret: true,
    needs: 'proxy',
  },
  tls: {
    type: '`TLSOptions` | provider',
    fallback: "Node's, ALPN `http/1.1`",
    problem: (value) => (typeof value === 'function' ? undefined : tlsProblem(value)),
    secret: true,
    needs: 'tls',
  },
  lookup: { ...callable('`net.LookupFunction`', "Node's"), needs: 'lookup' },
  family: {
    type: '0 | 4 | 6',
    fallback: '0',
    problem: familyProblem,
    needs: 'family',
  },
  localAddress: {
    type: 'IP address',
    fallback: 'none',
    problem: localAddressProblem,
    needs: 'localAddress',
  },
  perMessageDeflate: {
    type: "boolean | `ws`'s options",
    fallback: 'false',
    problem: (value) =>
      typeof value === 'boolean' || (isObject(value) && !Object.hasOwn(value, '__proto__'))
        ? undefined
        : "true, false, or ws's options",
    needs: 'perMessageDeflate',
  },
  reconnect: boolean('false'),
  reconnectDelay: milliseconds(DEFAULT_POLICY.reconnectDelay),
  maxReconnectDelay: milliseconds(DEFAULT_POLICY.maxReconnectDelay),
  reconnectJitter: oneOf(['none', 'equal', 'full'], 'none'),
  maxReconnectAttempts: count('count', DEFAULT_POLICY.maxReconnectAttempts),
  minUptime: milliseconds(DEFAULT_POLICY.minUptime),
  shouldReconnect: callable('(failure) => boolean | number', '`defaultShouldReconnect`'),
  heartbeatInterval: milliseconds(DEFAULT_POLICY.heartbeatInterval),
  heartbeatTimeout: milliseconds(DEFAULT_POLICY.heartbeatTimeout, 1),
  connectTimeout: milliseconds(DEFAULT_POLICY.connectTimeout),
  closeTimeout: milliseconds(DEFAULT_POLICY.closeTimeout),
  awaitDrain: boolean('false'),
  highWaterMark: count('bytes', 16_384),
  maxInFlight: count('bytes', 1_048_576),
  sendQueue: {
    type: '`{ maxBytes, maxMessages, overflow }` | false',
    fallback: "64 MiB, no count, 'reject'",
    problem: (value) =>
      value === false
        ? undefined
        : membersProblem(value, {
            maxBytes: bound,
            maxMessages: bound,
            overflow: (overflow) =>
              overflow === 'reject' || overflow === 'drop-oldest' ? undefined : "'reject' or 'drop-oldest'",
          }),
  },
  receiveQueue: {
    type: '`{ maxBytes, maxMessages }`',
    fallback: '1 MiB, 1024',
    problem: (value) => membersProblem(value, { maxBytes: bound, maxMessages: bound }),
    needs: 'pause',
  },
  maxPayload: { ...count('bytes', 104_857_600, 1), needs: 'maxPayload' },
  maxFrameSize: { ...count('bytes', 0, 1), fallback: 'none', needs: 'maxFrameSize' },
  signal: {
    type: '`AbortSignal`',
    fallback: 'none',
    problem: (value) => (isSignal(value) ? undefined : 'an AbortSignal'),
  },
  inspect: {
    type: "XState's `inspect`",
    fallback: 'none',
    problem: (value) =>
      typeof value === 'function' || (isObject(value) && typeof value.next === 'function')
        ? undefined
        : 'a function or an observer',
  },
  transport: {
    type: '`TransportFactory`',
    fallback: '`ws`; in browsers the native one',
    problem: (value) =>
      isObject(value) && typeof value.dial === 'function' && Array.isArray(value.supports)
        ? undefined
        : 'a TransportFactory: { name, supports, dial }',
  },
  clock: {
    type: '`{ setTimeout, clearTimeout, now }`',
    fallback: 'real',
    problem: (value) =>
      isObject(value) &&
      [value.setTimeout, value.clearTimeout, value.now].every((each) => typeof each === 'function')
        ? undefined
        : 'an object of setTimeout, clearTimeout, now',
  },
  random: callable('() => number', '`Math.random`'),
  heartbeatMessage: {
    type: 'data | () => data',
    fallback: 'none',
    problem: (value) =>
      typeof value === 'function' ||
      typeof value === 'string' ||
      ArrayBuffer.isView(value) ||
      isArrayBuffer(value) ||
      isBlob(value)
        ? undefined
        : HEARTBEAT_DATA,
    secret: true,
  },
  isHeartbeatReply: callable('(message) => boolean', 'any message'),
  autoConnect: boolean('true in `client.websocket()`, else false'),
};

/** `send()`'s own default bounds. */
export const DEFAULT_SEND_QUEUE = Object.freeze({
  maxBytes: 64 * 1024 * 1024,
  maxMessages: Number.POSITIVE_INFINITY,
  overflow: 'reject' as const,
});

/** The default bounds of an iterator. */
export const DEFAULT_RECEIVE_QUEUE = Object.freeze({ maxBytes: 1024 * 1024, maxMessages: 1024 });

/** The option's default where it is not a policy number. */
export const DEFAULT_DECISION = defaultShouldReconnect;

/**
 * The value of one option as it is used.
 *
 * @throws ConfigurationError where it is not allowed
 */
function readOption(name: string, rule: OptionRule, value: unknown): unknown {
  const read = rule.read?.(value) ?? { value, problem: rule.problem(value) };
  if (read.problem !== undefined) throw optionError(name, value, read.problem, rule.secret);
  return read.value;
}

/**
 * The value of an option that its provider gave, as it is used.
 *
 * @throws ConfigurationError where it is not allowed
 */
export function readProvided(name: 'tls' | 'proxy', given: unknown): unknown {
  if (given === undefined) return undefined;
  if (typeof given === 'function') throw optionError(name, given, 'a value where a provider gives it', true);
  return readOption(name, OPTION_RULES[name], given);
}

/**
 * Checks options as given and returns their own, defined members.
 *
 * @throws ConfigurationError naming the option, what was given and what is allowed
 */
export function checkOptions(options: unknown): WebSocketOptions {
  // Without a prototype: what is not given must not be found on one that a dependency has polluted.
  const checked = Object.create(null) as Record<string, unknown>;
  if (options === undefined) return checked;
  if (!isObject(options) || strays(options, OPTION_RULES)) {
    const isProtocol = typeof options === 'string' || Array.isArray(options);
    const allowed = `an object with the options as own members${isProtocol ? ', e.g. { protocols }' : ''}`;
    throw optionError('options', options, allowed, true);
  }
  for (const name of Reflect.ownKeys(options)) {
    if (typeof name !== 'string' || !Object.hasOwn(OPTION_RULES, name)) {
      const names = Object.keys(OPTION_RULES);
      throw new ConfigurationError(
        String(name),
        `Unknown option ${String(name).slice(0, 60)}${optionMeant(String(name), names)}; the options are ${names.join(', ')}`,
      );
    }
    const value = options[name];
    if (value === undefined) continue;
    const rule = OPTION_RULES[name as keyof WebSocketOptions];
    checked[name] = readOption(name, rule, value);
  }
  refuseConflicts(checked);
  return checked as WebSocketOptions;
}
