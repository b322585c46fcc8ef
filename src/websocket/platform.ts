/**
 * What differs between Node and pages. This is Node's form; platform.browser.ts is that of pages.
 */
import { setMaxListeners } from 'node:events';

/** The values of `binaryType`. */
export const BINARY_TYPES: readonly string[] = ['blob', 'arraybuffer', 'nodebuffer'];

/** Node warns of the eleventh listener. Libraries that share a socket add more. */
export const allowManyListeners = (target: object): void => setMaxListeners(0, target as EventTarget);
