/**
 * Reading what others made. A dependency that has polluted `Object.prototype` must not change what a client does,
 * so what may be missing is read where it is an own member, and nowhere else.
 */

/** The own member `name` of `value`; undefined where there is none, whatever the prototype has. */
export function ownMember<Value extends object, Name extends keyof Value>(
  value: Value | undefined,
  name: Name,
): Value[Name] | undefined {
  return value !== undefined && value !== null && Object.hasOwn(value, name) ? value[name] : undefined;
}

/**
 * Whether `value` is an error, of any realm: where a test runner loads this library into a realm of its own (Jest), the
 * errors of Node's own modules are no instances of that realm's `Error`.
 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** A copy with the own members alone, and no prototype on which a missing one would be looked up. */
export function withoutPrototype<Value extends object>(value: Value): Value;
export function withoutPrototype<Value extends object>(value: Value | undefined): Partial<Value>;
export function withoutPrototype(value: object | undefined): object {
  return Object.assign(Object.create(null), value);
}

/**
 * XState walks its table of scheduled events with `for…in` (`createSystem` in packages/core/src/system.ts, 5.33) and
 * takes what is enumerable on `Object.prototype` for one of them: `start()` then throws. So its tables get no
 * prototype. To be called before and after `start()`, which makes a new one. Remove when XState uses own keys.
 */
export function isolateScheduler(system: object): void {
  const { _snapshot: snapshot } = system as { _snapshot?: { _scheduledEvents?: object } };
  if (snapshot?._scheduledEvents !== undefined) Object.setPrototypeOf(snapshot._scheduledEvents, null);
}

/** What XState looks for in the options of an actor, and so on a prototype that a dependency may have polluted. */
const UNSET_ACTOR_OPTIONS: Readonly<Record<string, undefined>> = Object.freeze({
  id: undefined,
  inspect: undefined,
  parent: undefined,
  snapshot: undefined,
  state: undefined,
  syncSnapshot: undefined,
  systemId: undefined,
});

/**
 * The members of an actor's options that must be there as own ones. None where the prototype has none of them:
 * XState makes its options anew for each actor, and each member more costs a microsecond of hidden classes.
 */
export function unsetActorOptions(): object {
  for (const name in UNSET_ACTOR_OPTIONS) if (name in Object.prototype) return UNSET_ACTOR_OPTIONS;
  return NOTHING;
}

const NOTHING = Object.freeze({});

/**
 * Lets go of an actor's options once it starts. XState keeps them and reads of them no more than `devTools` (`Actor`
 * in packages/core/src/createActor.ts, 5.33), and V8 gives each of these objects a hidden class of its own, half a
 * KiB in all. Remove when XState drops them itself.
 */
export function forgetOptions(actor: object): void {
  (actor as { options: object }).options = STARTED;
}

const STARTED = Object.freeze({ devTools: false });
