/**
 * In the build for pages and workers, what needs Node's modules is refused by name when it is used. Importing the rest
 * works.
 */
import { ConfigurationError } from './errors.js';

/** The refusal of `name`, which is part of `entry`. */
export function needsNode(
  name: string,
  entry: string,
  why = 'it listens on a port, which pages and workers cannot do',
): ConfigurationError {
  return new ConfigurationError(name, `${name} of ${entry} needs Node.js: ${why}`);
}
