/**
 * Checks the options that a user gives. Shows no value that may be a secret.
 */
import { ConfigurationError } from '../../port/index.js';
import { isObject, optionError, optionMeant } from '../values/index.js';
import { hasInherited } from './memberRules.js';
import { refuseConflicts } from './optionConflicts.js';
import type { WebSocketOptions } from './options.js';
import { OPTION_TABLE, type OptionRule } from './optionTable.js';

/**
 * The value of one option as it is used.
 *
 * @throws ConfigurationError where it is not allowed
 */
export function readOption(name: keyof WebSocketOptions, value: unknown): unknown {
  const rule: OptionRule = OPTION_TABLE[name];
  const read = rule.read?.(value) ?? { value, problem: rule.problem(value) };
  if (read.problem !== undefined) throw optionError(name, value, read.problem, rule.secret);
  return read.value;
}

/**
 * The value that a provider returned, as it is used.
 *
 * @throws ConfigurationError where it is not allowed
 */
export function readProvided(name: 'tls' | 'proxy', given: unknown): unknown {
  if (given === undefined) return undefined;
  if (typeof given === 'function')
    throw optionError(name, given, 'a value, and no function, where a provider returns it', true);
  return readOption(name, given);
}

/**
 * Options over others, both checked: a value of `own` wins.
 *
 * @throws ConfigurationError where two of them cannot go together
 */
export function mergeOptions(under: WebSocketOptions, own: WebSocketOptions): WebSocketOptions {
  const merged = Object.assign(Object.create(null) as WebSocketOptions, under, own);
  refuseConflicts(merged as Readonly<Record<string, unknown>>);
  return merged;
}

/**
 * Checks options, and returns those that are own members and not `undefined`.
 *
 * @throws ConfigurationError that names the option, what was given and what is allowed
 */
export function checkOptions(options: unknown): WebSocketOptions {
  if (options === undefined) return NO_OPTIONS;
  // Without a prototype: an option that is not given must not be read from a polluted `Object.prototype`.
  const checked = Object.create(null) as Record<string, unknown>;
  if (!isObject(options) || hasInherited(options, OPTION_TABLE)) {
    const isProtocol = typeof options === 'string' || Array.isArray(options);
    const allowed = `an object with the options as own members${isProtocol ? ', e.g. { protocols }' : ''}`;
    throw optionError('options', options, allowed, true);
  }
  const given = Reflect.ownKeys(options);
  if (given.length === 0) return NO_OPTIONS;
  for (const name of given) {
    if (typeof name !== 'string' || !Object.hasOwn(OPTION_TABLE, name)) {
      const names = Object.keys(OPTION_TABLE);
      throw new ConfigurationError(
        String(name),
        `Unknown option ${String(name).slice(0, 60)}${optionMeant(String(name), names)}; the options are ${names.join(', ')}`,
      );
    }
    const value = options[name];
    if (value === undefined) continue;
    checked[name] = readOption(name as keyof WebSocketOptions, value);
  }
  refuseConflicts(checked);
  return checked as WebSocketOptions;
}

/** Shared by all clients that have none. */
export const NO_OPTIONS: WebSocketOptions = Object.freeze(Object.create(null) as WebSocketOptions);
