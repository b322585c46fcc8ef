/**
 * What is wrong with a recording, in the words of a command line.
 */
import { isNativeError } from 'node:util/types';
import { UsageError } from './command.js';

/**
 * What `read` returns.
 *
 * @param name of the file
 * @throws UsageError where it is no recording, or does not have what the options ask for
 */
export function readable<Value>(name: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!isConfigurationError(error)) throw error;
    throw new UsageError(`${name}: ${error.message}`, { cause: error });
  }
}

/** By its name, so that the errors need not be loaded to start. */
const isConfigurationError = (error: unknown): error is Error =>
  isNativeError(error) && error.name === 'ConfigurationError';
