/**
 * Finds out what kind of value a user has given. Checks brands, not `instanceof`: a value of another realm (`vm`, Jest, jsdom,
 * a frame) belongs to another class. Must not decide where a value is allowed.
 */
import { tryRead } from '../../port/index.js';

/** Whether it is an object of any kind. */
export const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === 'object' && value !== null;

const byteLength = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get as () => number;

/** Whether it is an `ArrayBuffer`: the getter throws for everything else, also for a `SharedArrayBuffer`. */
export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (!isObject(value)) return false;
  try {
    Reflect.apply(byteLength, value, []);
    return true;
  } catch {
    return false;
  }
}

/** Whether it is a `Blob` or a `File`: of the platform, of jsdom, of happy-dom, or a subclass with another tag. */
export function isBlob(value: unknown): value is Blob {
  if (!isObject(value) || typeof value.size !== 'number' || typeof value.type !== 'string') return false;
  const tag = value[Symbol.toStringTag];
  return typeof value.slice === 'function' && (tag === 'Blob' || tag === 'File' || isReadable(value));
}

const isReadable = (value: object): boolean =>
  'arrayBuffer' in value && typeof value.arrayBuffer === 'function';

/** Whether it is an `AbortSignal`. */
export const isSignal = (value: unknown): value is AbortSignal =>
  isObject(value) && typeof value.aborted === 'boolean' && typeof value.addEventListener === 'function';

/** Whether it is a `URL`. */
export const isUrl = (value: unknown): value is URL =>
  isObject(value) && typeof value.href === 'string' && isObject(value.searchParams);

/**
 * Whether it is an object literal, or has no prototype: then its own members are all of its data. Instances of classes and
 * collections may have data elsewhere.
 */
export function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty');
}

/** The kind of a value, for messages. Shows nothing of its content, which may be a secret. */
export function kindOf(value: unknown): string {
  return tryRead(() => namedKindOf(value)) ?? `a value of type ${typeof value}`;
}

function namedKindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (!isObject(value) || isPlain(value)) return `a value of type ${typeof value}`;
  const name: unknown = (value.constructor as { readonly name?: unknown } | undefined)?.name;
  if (typeof name !== 'string' || !/^[A-Z]\w{0,39}$/.test(name)) return 'a value of type object';
  return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** What `what` threw, as an error: errors of any realm as they are, everything else wrapped. */
export function errorOf(thrown: unknown, what: string): Error {
  const isErrorLike = tryRead(
    () => isObject(thrown) && typeof thrown.message === 'string' && typeof thrown.name === 'string',
  );
  if (isErrorLike) return thrown as Error;
  return new Error(`${what} threw ${kindOf(thrown)}`, { cause: thrown });
}

/**
 * Whether it is a promise. To be used where none is allowed: its rejection is marked as handled, so that it does not end the
 * process.
 */
export function isPromise(value: unknown): boolean {
  if (!isObject(value) || typeof value.then !== 'function') return false;
  Promise.resolve(value).catch(() => {});
  return true;
}

/**
 * The text of `sendJSON()`.
 *
 * @throws TypeError for what JSON cannot hold
 */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`JSON cannot hold a value of type ${typeof value}`);
  return text;
}

/** The bytes of a Blob. */
export async function readBlob(blob: Blob): Promise<Uint8Array> {
  const read: unknown = await (isReadable(blob) ? blob.arrayBuffer() : readByEvents(blob));
  if (ArrayBuffer.isView(read)) return new Uint8Array(read.buffer, read.byteOffset, read.byteLength);
  if (isArrayBuffer(read)) return new Uint8Array(read);
  throw new TypeError('The Blob has no bytes that can be read');
}

/** The part of a page's `FileReader` that is used. */
interface Reader {
  readonly result: unknown;
  readonly error: unknown;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  readAsArrayBuffer(blob: Blob): void;
}

/** jsdom's Blob has no `arrayBuffer()`, but jsdom has a `FileReader`. */
function readByEvents(blob: Blob): Promise<unknown> {
  const { FileReader } = globalThis as { readonly FileReader?: new () => Reader };
  if (FileReader === undefined) throw new TypeError('The Blob cannot be read: it has no arrayBuffer()');
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsArrayBuffer(blob);
  });
}
