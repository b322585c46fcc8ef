/**
 * The members of options that are objects: every one has a name and a check, and none is left out in silence.
 */
import { didYouMean, isObject, isPlain, kindOf } from '../values/index.js';

/** A value as it is used, or what is allowed in its place. */
export interface Read {
  readonly value?: unknown;
  readonly problem: string | undefined;
}

/** The names and checks of the members of an object option. Own members only. */
export type Members = Readonly<Record<string, (value: unknown) => string | undefined>>;

/** Tells what is allowed where `value` is not an object of these members; undefined where it is. */
export function membersProblem(value: unknown, members: Members): string | undefined {
  if (!isObject(value) || strays(value, members)) return `an object of ${Object.keys(members).join(', ')}`;
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

/** Whether a member, or all there is, stands elsewhere than in own members: it would be left out in silence. */
export function strays(value: object, members: Readonly<Record<string, unknown>>): boolean {
  if (isPlain(value)) return false;
  if (Array.isArray(value) || Reflect.ownKeys(value).length === 0) return true;
  return Object.keys(members).some((name) => !Object.hasOwn(value, name) && name in value);
}
