/**
 * All that gets round XState's internals: what its public interface has no word for.
 *
 * Each function says which promise it keeps and when it can go. test/machine/xstateInternals.test.ts holds what they rely on
 * against the installed XState, and the check of the package against the oldest and the newest.
 */
import type { AnyActorRef, EventObject } from 'xstate';
import { shielding } from '../port/index.js';
import type { ConnectionContext } from './context.js';
import type { ConnectionEvent } from './events.js';

/**
 * XState walks its table of scheduled events with `for…in` (`createSystem` in packages/core/src/system.ts, 5.33) and
 * takes what is enumerable on `Object.prototype` for one of them: `start()` then throws. So its tables get no
 * prototype. Call it before and after `start()`, which makes a new table. Remove when XState uses own keys.
 */
export function isolateScheduler(system: object): void {
  const { _snapshot: snapshot } = system as { _snapshot?: { _scheduledEvents?: object } };
  if (snapshot?._scheduledEvents !== undefined) Object.setPrototypeOf(snapshot._scheduledEvents, null);
}

/**
 * Gives an actor, before its start, the session that all actors outside of inspection share. XState uses it as a part of the
 * keys of two tables of scheduled events, and each client has tables of its own. With a session of its own, each client
 * would add keys that no other has, and V8 would make hidden classes for each client: that is a tenth of what the chart costs to
 * connect. Inspectors distinguish actors by their session, so an inspected one keeps its own. Remove when XState keeps
 * scheduled events in a `Map`.
 */
export function shareSession(actor: object): void {
  (actor as { sessionId: string }).sessionId = 'uninspected';
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

/** The options that an actor needs as own members, as {@link shielding} says. */
export const unsetActorOptions = (): object => shielding(UNSET_ACTOR_OPTIONS);

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

/** What a chart's `assign` changes, as a function. */
export type Assignment = (context: ConnectionContext, event: ConnectionEvent) => Partial<ConnectionContext>;

/** What a chart's `raise` raises, and the name of its delay. */
export interface Raised {
  readonly event: (context: ConnectionContext, event: ConnectionEvent) => ConnectionEvent;
  readonly delay: string | undefined;
}

interface BuiltInAction {
  readonly type?: unknown;
  readonly sendId?: unknown;
  readonly assignment?: unknown;
  readonly event?: unknown;
  readonly delay?: unknown;
}

type Asked = (asked: { readonly context: ConnectionContext; readonly event: ConnectionEvent }) => unknown;

const isAsked = (value: unknown): value is Asked => typeof value === 'function';

/**
 * What an action made by `assign()` does; `undefined` for any other. XState keeps it on the action (packages/core/src/actions/assign.ts,
 * 5.33) and has no public function that reads it. Remove when it has.
 */
export function assignmentOf(action: unknown): Assignment | undefined {
  const { type, assignment } = action as BuiltInAction;
  if (type !== 'xstate.assign') return undefined;
  if (isAsked(assignment))
    return (context, event) => assignment({ context, event }) as Partial<ConnectionContext>;
  const members = Object.entries(assignment as object);
  return (context, event) =>
    Object.fromEntries(
      members.map(([name, value]) => [name, isAsked(value) ? value({ context, event }) : value]),
    );
}

/** As {@link assignmentOf}, of an action made by `raise()`. */
export function raisedBy(action: unknown): Raised | undefined {
  const { type, event: raised, delay } = action as BuiltInAction;
  if (type !== 'xstate.raise') return undefined;
  return {
    event: (context, event) => (isAsked(raised) ? raised({ context, event }) : raised) as ConnectionEvent,
    delay: delay === undefined ? undefined : String(delay),
  };
}

/** As {@link assignmentOf}: the id of what an action made by `cancel()` cancels. */
export function cancelledBy(action: unknown): string | undefined {
  const { type, sendId } = action as BuiltInAction;
  return type === 'xstate.cancel' && typeof sendId === 'string' ? sendId : undefined;
}
