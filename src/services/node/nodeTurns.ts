/**
 * Later turns of Node's event loop, without a timer.
 *
 * Taken at import, and from Node's own modules, so that a test which fakes `process.nextTick` or `setImmediate` (Jest,
 * Vitest, Sinon, `node:test`) stops no I/O. Jest gives modules a `process` with a fake `nextTick`; `getBuiltinModule`
 * returns the real one.
 */
import nodeProcess from 'node:process';
import * as timers from 'node:timers';

const real =
  (nodeProcess.getBuiltinModule?.('node:process') as typeof nodeProcess | undefined) ?? nodeProcess;

const immediate = timers.setImmediate;

/** Runs `task` after the present operation, before any I/O. */
export const nextTick: (task: () => void) => void = real.nextTick;

/** Runs `task` after the I/O and timers that are due. */
export const afterIo = (task: () => void): void => {
  immediate(task);
};
