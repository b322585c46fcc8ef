/**
 * Checks the members of options that are objects. An unknown member is refused, never silently ignored.
 */
import { didYouMean, isObject, isPlain, kindOf } from '../values/index.js';

/** A value as it is used, or what it must be. */
export interface Read {
  readonly value?: unknown;
  readonly problem: string | undefined;
}

/** The names and checks of the members of an object option. Own members only. */
export type Members = Readonly<Record<string, (value: unknown) => string | undefined>>;

/** Returns what `value` must be, where it is not an object of these members. */
export function membersProblem(value: unknown, members: Members): string | undefined {
  if (!isObject(value) || hasInherited(value, members))
    return `an object of ${Object.keys(members).join(', ')}`;
  for (const name of Reflect.ownKeys(value)) {
    const check = typeof name === 'string' && Object.hasOwn(members, name) ? members[name] : undefined;
    if (check === undefined) {
      const names = Object.keys(members);
      return `an object of ${names.join(', ')} (not ${String(name)})${didYouMean(String(name), names)}`;
    }
    const member = value[name as string];
    const problem = member === undefined ? undefined : check(member);
    if (problem !== undefined)
      return `an object in which ${String(name)} is ${problem} (not ${kindOf(member)})`;
  }
  return undefined;
}

/** Whether members, or all data, are not own members of `value`: they would be silently ignored. */
export function hasInherited(value: object, members: Readonly<Record<string, unknown>>): boolean {
  if (isPlain(value)) return false;
  if (Array.isArray(value) || Reflect.ownKeys(value).length === 0) return true;
  return Object.keys(members).some((name) => !Object.hasOwn(value, name) && name in value);
}
