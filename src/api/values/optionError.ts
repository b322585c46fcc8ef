/**
 * The error for an option. Shows no value that may be a secret.
 */
import { ConfigurationError } from '../../port/index.js';
import { kindOf } from './values.js';

/** How a refused value is shown: as its type, or as the value itself where that cannot be a secret. */
function shown(value: unknown, secret: boolean): string {
  if (!secret && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  if (!secret && typeof value === 'string') return `'${value.slice(0, 40)}'`;
  return kindOf(value);
}

/** The `ConfigurationError` for a value that an option does not allow. */
export function optionError(
  option: string,
  value: unknown,
  allowed: string,
  secret = false,
): ConfigurationError {
  return new ConfigurationError(option, `${option} must be ${allowed}; got ${shown(value, secret)}`);
}
