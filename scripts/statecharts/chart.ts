/**
 * What of the machine is drawn and written: its config as data, its states and transitions with stable names.
 *
 * Owns: the reading of `connectionMachine`, for all formats alike. Must not know: any format.
 */
import type { AnyStateNode } from 'xstate';
import { connectionMachine, DEFAULT_POLICY } from '../../src/machine/index.js';
import {
  stateNodes,
  statePath,
  type WrittenTransition,
  writtenTransitions,
} from '../../src/machine/writtenTransitions.js';

/** Data that is left when functions are taken away. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A state, as the formats need it. */
export interface ChartState {
  /** E.g. `session.open.alive`; `''` for the chart itself. */
  readonly path: string;
  /** The last part of the path; the chart's id for the chart itself. */
  readonly name: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly entry: readonly string[];
  readonly exit: readonly string[];
  /** What it invokes. */
  readonly invokes: readonly string[];
  /** True where it is entered when its parent is. */
  readonly isInitial: boolean;
  /** True where nothing can rest in it. */
  readonly isTransient: boolean;
  readonly children: readonly ChartState[];
}

export type { WrittenTransition };

/**
 * The config without its functions: the initial context, and the socket's input. Guards, actions and delays
 * are names already, so nothing of the graph is lost.
 */
export function chartConfig(): Json {
  return JSON.parse(JSON.stringify(connectionMachine.config)) as Json;
}

export function chartStates(): ChartState {
  return toChartState(connectionMachine.root);
}

export function chartTransitions(): readonly WrittenTransition[] {
  return writtenTransitions(connectionMachine);
}

/** What brings a transition about; nothing where its guard alone does. */
export function triggerOf({ event, delay }: WrittenTransition): string {
  if (delay !== undefined) return `after ${delay}`;
  return event === 'always' ? '' : event;
}

/** Under which condition: its guard, or that the candidates before it were refused. */
export function conditionOf({ id, guard }: WrittenTransition): string {
  if (guard !== undefined) return `[${guard}]`;
  return id.endsWith(':otherwise') ? '[else]' : '';
}

/** All names of one kind that the chart uses, in the order in which they are implemented. */
export function implementationNames(kind: 'actions' | 'guards'): readonly string[] {
  return Object.keys(connectionMachine.implementations[kind]);
}

/** The delays with what they come to under the default policy, in ms. */
export function chartDelays(): readonly (readonly [name: string, ms: number])[] {
  const context = {
    policy: DEFAULT_POLICY,
    dueAt: DEFAULT_POLICY.reconnectDelay,
    environment: { now: () => 0 },
    pingedAt: 0,
    askAt: DEFAULT_POLICY.heartbeatTimeout,
    stallsAt: Number.POSITIVE_INFINITY,
  };
  return Object.entries(connectionMachine.implementations.delays).map(([name, delay]) => {
    const ms =
      typeof delay === 'function' ? delay({ context, event: { type: '' } } as never, {} as never) : delay;
    return [name, ms] as const;
  });
}

/** Every event of the chart that is sent to it, not made by it. */
export function chartEvents(): readonly string[] {
  const events = chartTransitions()
    .filter(({ event, delay }) => delay === undefined && event !== 'always')
    .map(({ event }) => event);
  return [...new Set(events)];
}

export function chartTags(): readonly string[] {
  return [...new Set(stateNodes(connectionMachine).flatMap(({ tags }) => tags))];
}

function toChartState(node: AnyStateNode): ChartState {
  const { initial } = node.parent ?? {};
  return {
    path: statePath(node),
    name: node.key,
    description: node.description ?? '',
    tags: node.tags,
    entry: namesOf(node.config.entry),
    exit: namesOf(node.config.exit),
    invokes: node.invoke.map(({ src }) => String(src)),
    isInitial: initial?.target?.includes(node) ?? node.parent === undefined,
    isTransient: isTransient(node),
    children: Object.values(node.states).map(toChartState),
  };
}

function isTransient(node: AnyStateNode): boolean {
  const children = Object.values(node.states);
  return children.length > 0 ? children.every(isTransient) : (node.always ?? []).length > 0;
}

function namesOf(actions: unknown): readonly string[] {
  if (actions === undefined) return [];
  return (Array.isArray(actions) ? actions : [actions]).map(String);
}
