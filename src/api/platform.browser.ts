/**
 * What the class needs of the platform and the language does not have: the form of platform.ts for pages and
 * workers. The build for browsers puts it in that one's place, and no module of Node comes with it.
 */
// Not Node's module, but the package of that name, which is bundled in.
import { EventEmitter as Emitter } from 'events';
import { utf8Bytes, utf8Length } from '../services/utf8.js';

export { nativeTransport as defaultTransport } from '../services/native.js';

/** The class that binary messages have: `Uint8Array`, and its subclass `Buffer` where the page has that. */
export type Binary = Uint8Array;

type Listener<Args> = Args extends unknown[] ? (...args: Args) => void : never;

/** Node's emitter, as the package `events` has it, with the events' names and arguments. */
export interface TypedEmitter<Events> {
  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  once<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  off<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  addListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  removeListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  prependListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  prependOnceListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  removeAllListeners(event?: keyof Events): this;
  emit<Name extends keyof Events>(event: Name, ...args: Events[Name] & unknown[]): boolean;
  listenerCount(event: keyof Events): number;
  listeners<Name extends keyof Events>(event: Name): Listener<Events[Name]>[];
  eventNames(): (keyof Events)[];
  setMaxListeners(count: number): this;
  getMaxListeners(): number;
}

export const EventEmitter = Emitter as unknown as new <Events>() => TypedEmitter<Events>;

/** What `pipeFrom()` needs of a stream, e.g. of the package `readable-stream`. */
export interface StreamSource extends AsyncIterable<string | Uint8Array> {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** What `pipeTo()` needs of a stream, e.g. of the package `readable-stream`. */
export interface StreamSink {
  write(data: string | Uint8Array): boolean;
  end(done: () => void): unknown;
  on(event: string, listener: (error: Error) => void): unknown;
  once(event: string, listener: () => void): unknown;
  off(event: string, listener: (error: Error) => void): unknown;
  destroy?(error?: Error): unknown;
}

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
export { macrotask as afterIo, macrotask as soon } from '../services/macrotask.js';

/** What a client does when its surroundings change. */
export interface EnvironmentListener {
  /** The network is there again. */
  onOnline(): void;
  /** The page was frozen or the machine asleep: what is open may be dead. */
  onAwake(): void;
}

/** What is used of a page or worker. */
interface Scope {
  addEventListener?(event: string, listener: (event: { readonly persisted?: boolean }) => void): void;
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(event: string, listener: () => void): void;
  };
}

/** One set of listeners serves all clients, and keeps none of them. */
const clients = new Set<WeakRef<EnvironmentListener>>();
let isWatching = false;

/** Tells `client` of what the page is told. */
export function watchEnvironment(client: EnvironmentListener): void {
  for (const each of clients) if (each.deref() === undefined) clients.delete(each);
  clients.add(new WeakRef(client));
  if (isWatching) return;
  isWatching = true;
  const scope = globalThis as unknown as Scope;
  const tell = (act: (client: EnvironmentListener) => void) => {
    for (const each of [...clients]) {
      const found = each.deref();
      if (found === undefined) clients.delete(each);
      else act(found);
    }
  };
  const awake = () => tell((each) => each.onAwake());
  scope.addEventListener?.('online', () => tell((each) => each.onOnline()));
  // Out of the back/forward cache, where timers stood still.
  scope.addEventListener?.('pageshow', ({ persisted }) => {
    if (persisted) awake();
  });
  // Page Lifecycle: frozen in the background until now.
  scope.document?.addEventListener('resume', awake);
  // A machine that was asleep shows its page again: on most systems no other event tells of it.
  scope.document?.addEventListener('visibilitychange', () => {
    if (scope.document?.visibilityState === 'visible') awake();
  });
}
