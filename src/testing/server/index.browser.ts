/** The examination of a server, for pages and workers, where there is none. */
import { needsNode } from '../../port/index.js';

const WHY = 'it makes TCP connections of its own, which pages and workers cannot do';

/** Refused: see {@link needsNode}. */
export function checkServer(): Promise<never> {
  return Promise.reject(needsNode('checkServer()', 'recker/testing', WHY));
}

/** Refused: see {@link needsNode}. */
export function serverChecks(): never {
  throw needsNode('serverChecks()', 'recker/testing', WHY);
}

/** Refused: see {@link needsNode}. */
export function serverPathDriver(): never {
  throw needsNode('serverPathDriver()', 'recker/testing', WHY);
}
