/**
 * How the options of two renders are compared, and how functions among them stay those of the newest render.
 */

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const tagOf = (value: object): string => Object.prototype.toString.call(value);

/** Made by `{}` in any realm, or without a prototype. */
function isPlain(value: object): value is Members {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/**
 * What decides whether two objects are equal: the members of a plain object; the elements of an array, a typed array, a `Map`,
 * a `Headers`; the text of a `URL`. Undefined for every other object, which is equal to itself alone.
 */
function partsOf(value: object): Members | readonly unknown[] | undefined {
  if (isPlain(value)) return value;
  const { href, [Symbol.iterator]: iterate } = value as { readonly href?: unknown } & Partial<
    Iterable<unknown>
  >;
  // React Native's `URL` has no tag.
  if (typeof href === 'string') return [href];
  // An iterator, e.g. of a generator, can be read only once.
  if (iterate === undefined || iterate.call(value) === value) return undefined;
  return [...(value as Iterable<unknown>)];
}

/** Whether two values make no difference to a connection. A function is equal to any other: the newest one is called. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one === 'function') return typeof other === 'function';
  if (!isObject(one) || !isObject(other)) return false;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  const [parts, others] = [partsOf(one), partsOf(other)];
  if (parts === undefined || others === undefined) return false;
  if (Array.isArray(parts) && Array.isArray(others)) {
    return parts.length === others.length && parts.every((part, at) => isSame(part, others[at]));
  }
  const [a, b] = [parts as Members, others as Members];
  // A member that is undefined is a member that is not there.
  return Object.keys({ ...a, ...b }).every((name) => isSame(a[name], b[name]));
}

/**
 * The member `name` of what `holder` returns at present, with each function in it replaced by one that calls the function
 * which is there at the time of the call.
 */
export function liveMember(holder: () => object, name: string): unknown {
  const read = () => (holder() as Record<string, unknown>)[name];
  const value = read();
  if (typeof value === 'function') {
    return (...args: unknown[]) =>
      (holder() as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args);
  }
  if (!isObject(value) || !isPlain(value)) return value;
  return Object.fromEntries(Object.keys(value).map((each) => [each, liveMember(read as () => object, each)]));
}

/** Whether it is a client, of this or another copy of `recker`. */
export const isClient = (value: unknown): boolean =>
  isObject(value) && tagOf(value) === '[object ReckerWebSocket]';
