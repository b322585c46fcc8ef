/**
 * What the class needs of the platform and the language does not have: the form of platform.ts for pages and
 * workers. The build for browsers puts it in that one's place, and no module of Node comes with it.
 */
// Not Node's module, but the package of that name, which is bundled in.
import { EventEmitter as Emitter } from 'events';
import { type RuntimeFact, type RuntimeListener, utf8Bytes, utf8Length } from '../port/index.js';
import type { EmitterClass } from './emitter.js';

export { nativeTransport as defaultTransport } from '../services/native.js';

/** The class that binary messages have: `Uint8Array`, and its subclass `Buffer` where the page has that. */
export type Binary = Uint8Array;

export const EventEmitter = Emitter as unknown as EmitterClass;

/** A warning about the use of this library, which the program may go on after. */
export const warn = (message: string, code: string): void => {
  console.warn(`ReckerWarning [${code}]: ${message}`);
};

/** The package has none. */
export const errorMonitor: symbol | undefined = undefined;
export const capturesRejections = (): boolean => false;

/** A page has no output that a pipe could end. */
export const isStandardOutput = (_stream: unknown): boolean => false;

/** A copy of bytes that their owner may change. */
export const copyBytes = (bytes: Uint8Array): Binary => toBinary(new Uint8Array(bytes));

/** The length of `text` in UTF-8, in bytes. */
export const byteLength = utf8Length;

/** UTF-8. */
export const encodeText: (text: string) => Uint8Array = utf8Bytes;

/** The page's own or a polyfill's. */
interface BufferLike {
  from(bytes: ArrayBufferLike, offset: number, length: number): Binary;
}

/** The bytes of a received message in the class that users are promised, without a copy. */
export function toBinary(bytes: Uint8Array): Binary {
  const { Buffer } = globalThis as { readonly Buffer?: BufferLike };
  return Buffer === undefined ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Run `task` in a later turn of the event loop. */
export { macrotask as afterIo, macrotask as soon } from '../services/runtime/index.js';

/** What is used of a page or worker. */
interface Scope {
  addEventListener?(event: string, listener: (event: { readonly persisted?: boolean }) => void): void;
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(event: string, listener: () => void): void;
  };
}

/** One set of listeners serves all clients, and keeps none of them. */
const clients = new Set<WeakRef<RuntimeListener>>();
/** The number of clients at which the collected ones are taken out. It grows with them: each client pays its share once. */
let sweepAt = 64;
let isWatching = false;

/** Reports the facts of the page or worker to `client`. */
export function watchRuntime(client: RuntimeListener): void {
  if (clients.size >= sweepAt) {
    for (const each of clients) if (each.deref() === undefined) clients.delete(each);
    sweepAt = Math.max(64, 2 * clients.size);
  }
  clients.add(new WeakRef(client));
  if (isWatching) return;
  isWatching = true;
  const scope = globalThis as unknown as Scope;
  const report = (type: RuntimeFact['type']) => {
    for (const each of [...clients]) {
      const found = each.deref();
      if (found === undefined) clients.delete(each);
      else found.onRuntime({ type });
    }
  };
  const awake = () => report('runtime.awake');
  scope.addEventListener?.('online', () => report('runtime.online'));
  // Out of the back/forward cache, where timers stood still.
  scope.addEventListener?.('pageshow', ({ persisted }) => {
    if (persisted) awake();
  });
  // Page Lifecycle: frozen in the background until now.
  scope.document?.addEventListener('resume', awake);
  // A machine that was asleep shows its page again: on most systems no other event reports it.
  scope.document?.addEventListener('visibilitychange', () => {
    if (scope.document?.visibilityState === 'visible') awake();
  });
}
