/**
 * What the class needs of the platform and the language does not have. This is Node's; the build for browsers
 * puts platform.browser.ts in its place.
 */
import { EventEmitter as NodeEmitter } from 'node:events';
import type { GlobalBuffer, RuntimeListener } from '../port/index.js';
import type { EmitterClass } from './emitter.js';

export { afterIo, nextTick as soon } from '../services/node/index.js';
export { wsTransport as defaultTransport } from '../services/ws/index.js';

/** The class that binary messages have. */
export type Binary = GlobalBuffer;

export const EventEmitter = NodeEmitter as unknown as EmitterClass;

/** What a listener for every `error` listens to, also where nobody listens to `error` itself. */
export const errorMonitor: symbol | undefined = NodeEmitter.errorMonitor;

/** Whether rejections of asynchronous listeners become errors of their emitter, for all emitters of the program. */
export const capturesRejections = (): boolean => NodeEmitter.captureRejections;

/** Node reports nothing of a network that is back, nor of a machine that was asleep. */
export const watchRuntime = (_client: RuntimeListener): void => {};

/** A warning about the use of this library, which the program may go on after. */
export const warn = (message: string, code: string): void => {
  process.emitWarning(message, { type: 'ReckerWarning', code });
};

/** The output of the program itself, which no pipe may end. */
export const isStandardOutput = (stream: unknown): boolean =>
  stream === process.stdout || stream === process.stderr;

/** A copy of bytes that their owner may change. */
export const copyBytes = (bytes: Uint8Array): Binary => Buffer.from(bytes);

/** The length of `text` in UTF-8, in bytes. */
export const byteLength = (text: string): number => Buffer.byteLength(text);

/** The bytes of a received message in the class that users are promised, without a copy. */
export function toBinary(bytes: Uint8Array): Binary {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** UTF-8. */
export const encodeText = (text: string): Uint8Array => Buffer.from(text);
