/**
 * All that gets round XState's internals: what its public interface has no word for.
 *
 * Each function says which promise it keeps and when it can go. test/machine/xstateInternals.test.ts holds what they rely on
 * against the installed XState, and the check of the package against the oldest and the newest.
 */
import type { AnyActorRef, EventObject } from 'xstate';

/**
 * XState walks its table of scheduled events with `for…in` (`createSystem` in packages/core/src/system.ts, 5.33) and
 * takes what is enumerable on `Object.prototype` for one of them: `start()` then throws. So its tables get no
 * prototype. Call it before and after `start()`, which makes a new table. Remove when XState uses own keys.
 */
export function isolateScheduler(system: object): void {
  const { _snapshot: snapshot } = system as { _snapshot?: { _scheduledEvents?: object } };
  if (snapshot?._scheduledEvents !== undefined) Object.setPrototypeOf(snapshot._scheduledEvents, null);
}

/** What XState reads of an actor's options, and so finds on a prototype that a dependency has polluted. */
const UNSET_ACTOR_OPTIONS: Readonly<Record<string, undefined>> = Object.freeze({
  id: undefined,
  inspect: undefined,
  parent: undefined,
  snapshot: undefined,
  src: undefined,
  state: undefined,
  syncSnapshot: undefined,
  systemId: undefined,
});

/**
 * The options that an actor needs as own members. There are none where `Object.prototype` has none of these names:
 * XState copies the options for each actor, and each member more costs a microsecond of hidden classes.
 */
export function unsetActorOptions(): object {
  for (const name in UNSET_ACTOR_OPTIONS) if (name in Object.prototype) return UNSET_ACTOR_OPTIONS;
  return NOTHING;
}

const NOTHING = Object.freeze({});

/**
 * Drops an actor's options once it has been made. XState keeps them and reads only `devTools` of them from then on (`Actor`
 * in packages/core/src/createActor.ts, 5.33), and V8 gives each of these objects a hidden class of its own: half a
 * KiB for each actor. Remove when XState drops them itself.
 */
export function forgetOptions(actor: object): void {
  (actor as { options: object }).options = STARTED;
}

const STARTED = Object.freeze({ devTools: false });

interface Relay {
  _relay?(source: object, target: object, event: object): void;
}

/**
 * Sends an event to the parent of an actor, as `sendBack` of `fromCallback` does: inspectors see who sent it, which the
 * parent's own `send()` does not tell them. Remove when XState has a public function for it.
 */
export function sendToParent(actor: AnyActorRef, event: EventObject): void {
  const { _parent: parent } = actor;
  if (parent === undefined) return;
  const system = actor.system as Relay;
  if (system._relay === undefined) parent.send(event);
  else system._relay(actor, parent, event);
}
