/**
 * Reads values that other code made. A dependency that has polluted `Object.prototype` must not change what a client
 * does. So a member that may be missing is read only where it is an own one.
 */

/** The own member `name` of `value`; undefined where there is none. */
export function ownMember<Value extends object, Name extends keyof Value>(
  value: Value | undefined,
  name: Name,
): Value[Name] | undefined {
  return value !== undefined && value !== null && Object.hasOwn(value, name) ? value[name] : undefined;
}

/**
 * What `read` returns; undefined where it throws. User code may throw any value, also one whose getters or traps throw
 * while it is examined.
 */
export function tryRead<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * Whether `value` is an error, of any realm. Where a test runner loads this library into a realm of its own (Jest), the
 * errors of Node's modules are no instances of that realm's `Error`.
 */
export function isError(value: unknown): value is Error {
  return (
    tryRead(() => value instanceof Error || Object.prototype.toString.call(value) === '[object Error]') ??
    false
  );
}

/** The message of an error, or as a text what was thrown in the place of one. */
export const messageOf = (thrown: unknown): string => (isError(thrown) ? thrown.message : String(thrown));

/** A copy with the own members alone, and no prototype on which a missing one would be looked up. */
export function withoutPrototype<Value extends object>(value: Value): Value;
export function withoutPrototype<Value extends object>(value: Value | undefined): Partial<Value>;
export function withoutPrototype(value: object | undefined): object {
  return Object.assign(Object.create(null), value);
}

/**
 * The members of `unset` that a call needs as own ones: none where `Object.prototype` has none of these names, as is usual.
 * Libraries copy their options several times for each connection, and each member more makes each copy slower.
 */
export function shielding<Unset extends object>(unset: Unset): Partial<Unset> {
  for (const name in unset) if (name in Object.prototype) return unset;
  return NOTHING;
}

const NOTHING = Object.freeze({});
