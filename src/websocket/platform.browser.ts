/**
 * The form of platform.ts for pages and workers.
 */

/** The values of `binaryType`. */
export const BINARY_TYPES: readonly string[] = ['blob', 'arraybuffer'];

/** Pages do not count listeners. */
export const allowManyListeners = (_target: object): void => {};
