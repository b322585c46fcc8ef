/**
 * Checks options as they are given. Must show no value that may be a secret.
 */
import { ConfigurationError } from '../../port/index.js';
import { isObject, optionError, optionMeant } from '../values/index.js';
import { strays } from './memberRules.js';
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
 * The value of an option that its provider gave, as it is used.
 *
 * @throws ConfigurationError where it is not allowed
 */
export function readProvided(name: 'tls' | 'proxy', given: unknown): unknown {
  if (given === undefined) return undefined;
  if (typeof given === 'function') throw optionError(name, given, 'a value where a provider gives it', true);
  return readOption(name, given);
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
  if (!isObject(options) || strays(options, OPTION_TABLE)) {
    const isProtocol = typeof options === 'string' || Array.isArray(options);
    const allowed = `an object with the options as own members${isProtocol ? ', e.g. { protocols }' : ''}`;
    throw optionError('options', options, allowed, true);
  }
  for (const name of Reflect.ownKeys(options)) {
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
