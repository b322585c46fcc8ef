/**
 * What the chart would do in a step, instead of doing it: its transitions, announcements and timers.
 *
 * Owns: what is read of XState's computations. Must not know: what can happen next.
 */
import {
  type ActorScope,
  type AnyActor,
  type AnyTransitionDefinition,
  createEmptyActor,
  type ExecutableActionObject,
  type SnapshotFrom,
} from 'xstate';
import {
  type ConnectionEmitted,
  type ConnectionEvent,
  type ConnectionMachine,
  NEVER,
} from '../machine/index.js';

/** A timer of the chart that is armed. */
export interface PendingDelay {
  readonly name: string;
  /** XState's event, e.g. `xstate.after.retryDelay.backoff`. */
  readonly eventType: string;
  readonly due: number;
}

type ChartScope = ActorScope<
  SnapshotFrom<ConnectionMachine>,
  ConnectionEvent,
  AnyActor['system'],
  ConnectionEmitted
>;

/** Runs computations of XState without their effects, and records what the effects would have been. */
export function effectsRecorder() {
  const actor = createEmptyActor();
  const actions: ExecutableActionObject[] = [];
  const taken: AnyTransitionDefinition[] = [];
  const emitted: ConnectionEmitted[] = [];
  actor.system.inspect((inspected) => {
    if (inspected.type === '@xstate.microstep') taken.push(...inspected._transitions);
  });
  const scope: ChartScope = {
    // XState wants an actor of the right type here; nothing is ever sent to it.
    self: actor as unknown as ChartScope['self'],
    id: '',
    sessionId: '',
    logger() {},
    defer: (effect) => effect(),
    emit: (event) => emitted.push(event),
    system: actor.system,
    stopChild() {},
    actionExecutor: (action) => {
      actions.push(action);
      if (action.type === 'xstate.emit') action.exec?.(action.info, action.params);
    },
  };

  return {
    scope,
    reset() {
      actions.length = 0;
      taken.length = 0;
      emitted.length = 0;
    },
    taken: () => [...taken],
    emitted: () => [...emitted],
    hasSent: (event: string) =>
      actions.some(({ type, params }) => type === 'xstate.sendTo' && eventTypeIn(params) === event),
    /** The timers after the recorded actions: XState starts one by a delayed raise and ends it by its id. */
    pending(before: readonly PendingDelay[], at: number, names: ReadonlyMap<string, string>) {
      let pending = [...before];
      for (const { type, params } of actions) {
        if (type === 'xstate.cancel') {
          const id = (params as { readonly sendId: string }).sendId;
          pending = pending.filter(({ eventType }) => eventType !== id);
        }
        const delay = type === 'xstate.raise' ? (params as { readonly delay?: number }).delay : undefined;
        if (delay === undefined || delay >= NEVER) continue;
        const eventType = eventTypeIn(params);
        pending.push({ name: names.get(eventType) ?? eventType, eventType, due: at + delay });
      }
      return pending.sort((one, other) => one.due - other.due);
    },
  };
}

function eventTypeIn(params: unknown): string {
  return (params as { readonly event: { readonly type: string } }).event.type;
}
