/**
 * The transitions that somebody wrote down in the chart, one by one.
 *
 * Owns: their enumeration and their names, which the paths, the drawing and the viewer share. Must not know:
 * paths, drivers, or anything of the chart but its definition. Each guarded candidate counts by itself, a
 * transition of a parent counts once and not once for each child, and no list is kept by hand: what is added
 * to the chart is in here.
 */
import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { connectionMachine } from './connectionMachine.js';

/** One transition as the chart's definition has it. */
export interface WrittenTransition {
  /**
   * Stable and readable: `source:event`, and `:guard` (or `:otherwise`) where an event has several candidates,
   * e.g. `session.open.awaitingPong.asked:socket.answered:isPeerAlive`.
   */
  readonly id: string;
  /** The path of the state that it is written in, e.g. `session.open`; `''` for the chart itself. */
  readonly source: string;
  /** The event's type; `after.<delay>` where time brings it, `always` where entering alone does. */
  readonly event: string;
  /** The name of the delay, for `after`. */
  readonly delay: string | undefined;
  /** The name of the guard. */
  readonly guard: string | undefined;
  /** The path of the state that it leads to; `undefined` where it only acts and stays. */
  readonly target: string | undefined;
  /** The names of its actions. */
  readonly actions: readonly string[];
  /** Whether it leaves and enters its source again. */
  readonly reenter: boolean;
}

/** What of a machine is needed to enumerate it: any `StateMachine` fits. */
export interface ChartDefinition {
  /** The chart's root state. */
  readonly root: AnyStateNode;
}

/** A written transition together with XState's own object for it, which an inspector's `_transitions` hold. */
export interface DefinedTransition extends WrittenTransition {
  readonly definition: AnyTransitionDefinition;
}

/** The path of a state node as the chart's users write it: `session.open.alive`; `''` for the chart itself. */
export function statePath(node: AnyStateNode): string {
  return node.path.join('.');
}

/** All state nodes, parents before children, in the order in which they are written; the chart itself first. */
export function stateNodes(chart: ChartDefinition): readonly AnyStateNode[] {
  const below = (node: AnyStateNode): AnyStateNode[] => [node, ...Object.values(node.states).flatMap(below)];
  return below(chart.root);
}

/** As `writtenTransitions()`, with XState's own objects. */
export function definedTransitions(chart: ChartDefinition = connectionMachine): readonly DefinedTransition[] {
  return stateNodes(chart).flatMap((node) => {
    const delays = new Map(node.after.map(({ eventType, delay }) => [eventType, String(delay)]));
    const groups = [...node.transitions.values(), node.always ?? []];
    return groups.flatMap((candidates) =>
      candidates.map((definition) => describe(node, definition, delays, candidates.length > 1)),
    );
  });
}

/**
 * Every transition that the chart's definition holds, `after`, `always` and each guarded candidate included.
 *
 * @param chart any machine; the connection's chart where it is left out
 * @example
 * ```ts
 * import { writtenTransitions } from 'recker/testing';
 *
 * for (const { source, event, target } of writtenTransitions()) {
 *   console.log(`${source} --${event}--> ${target ?? source}`);
 * }
 * ```
 */
export function writtenTransitions(chart: ChartDefinition = connectionMachine): readonly WrittenTransition[] {
  return definedTransitions(chart).map(({ definition: _, ...written }) => written);
}

function describe(
  node: AnyStateNode,
  definition: AnyTransitionDefinition,
  delays: ReadonlyMap<string, string>,
  isOneOfMany: boolean,
): DefinedTransition {
  const source = statePath(node);
  const delay = delays.get(definition.eventType);
  const event = delay === undefined ? definition.eventType || 'always' : `after.${delay}`;
  const guard = nameOf(definition.guard);
  const target = definition.target?.[0];
  return {
    id: [source, event, ...(isOneOfMany ? [guard ?? 'otherwise'] : [])].join(':'),
    source,
    event,
    delay,
    guard,
    target: target === undefined ? undefined : statePath(target),
    actions: definition.actions.map((action) => nameOf(action) ?? '(inline)'),
    reenter: definition.reenter,
    definition,
  };
}

/** XState keeps what was named as a string, as an object with a type, or as the function that it was. */
function nameOf(named: unknown): string | undefined {
  if (named === undefined) return undefined;
  if (typeof named === 'string') return named;
  if (typeof named === 'object' && named !== null && 'type' in named) return String(named.type);
  return '(inline)';
}
