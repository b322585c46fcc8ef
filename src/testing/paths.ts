/**
 * Paths over the chart: one that ends in each written transition.
 *
 * Owns: under which policies the chart is traversed, which path is chosen, and how a path is described. Must not
 * know: how one is run (pathDriver.ts), and by hand no state or transition: both come from the chart's
 * definition, and a transition that no path takes is an error.
 *
 * Traversed by `xstate/graph`, which is what `@xstate/graph` has become: it comes with `xstate`, so whoever
 * installs this library has it. Its test models refuse charts with `after` and `invoke`; its traversal of
 * plain logic does not, and pathModel.ts is such logic. Shortest paths cover states, so the transitions that
 * led to a state are made part of it.
 */
import type { ActorLogic, SnapshotFrom, StateValue } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import {
  CONNECTION_STATES,
  type ConnectionEmitted,
  type ConnectionMachine,
  type ConnectionPolicy,
  type ConnectionState,
  connectionMachine,
  DEFAULT_POLICY,
  type DefinedTransition,
  definedTransitions,
  type WrittenTransition,
} from '../machine/index.js';
import { createPathModel, type PathEvent, type PathModel, type World } from './pathModel.js';

/** One thing that happens, and what is true afterwards. */
export interface PathStep {
  /** For people, e.g. `server accepts` or `delay passes: retryDelay`. */
  readonly name: string;
  /** What happens, as data. */
  readonly event: PathEvent;
  /** The expected `ws.state`. */
  readonly state: ConnectionState;
  /** The expected state of the chart itself, e.g. `session.open.alive`. */
  readonly value: string;
  /** What the chart announces in this step, in order. */
  readonly emitted: readonly ConnectionEmitted[];
}

/** A way through the chart, from a new client to the transition that it is there for. */
export interface ConnectionPath {
  /** The id of the transition. */
  readonly id: string;
  /** For people: the transition, and the steps to it. */
  readonly description: string;
  /**
   * What the client has to be made with. The names are those of the client's options, but for `prepares`: the client has
   * the option `prepare`.
   */
  readonly policy: ConnectionPolicy;
  /** The transition that the last step takes. */
  readonly transition: WrittenTransition;
  /** The steps, in order. */
  readonly steps: readonly PathStep[];
}

/** Some of a policy's numbers; `undefined` means the default. */
export type GivenPolicy = { readonly [Name in keyof ConnectionPolicy]?: ConnectionPolicy[Name] | undefined };

/** The options of `connectionPaths()`. */
export interface ConnectionPathsOptions {
  /**
   * Numbers other than the defaults, e.g. short times for a run against a real server. `reconnect`,
   * `minUptime`, `prepares`, `maxReconnectAttempts` and, for some paths, `heartbeatInterval` are set by the
   * paths themselves, because some transitions need the one value and some the other.
   */
  readonly policy?: GivenPolicy | undefined;
  /** Which transitions to make paths for. Default: all. */
  readonly only?: ((transition: WrittenTransition) => boolean) | undefined;
  /** The chart, where it is not the library's own. */
  readonly machine?: ConnectionMachine | undefined;
}

/** A policy that opens transitions to which no other one leads. */
interface Configuration {
  readonly name: string;
  readonly policy: (base: ConnectionPolicy) => Partial<ConnectionPolicy>;
}

/** In order of preference: of two equally short paths, the one of the earlier configuration is taken. */
const CONFIGURATIONS: readonly Configuration[] = [
  { name: 'as it comes', policy: () => ({}) },
  // One attempt is enough to use up all attempts, and keeps the traversal small.
  { name: 'reconnects', policy: () => ({ reconnect: true, maxReconnectAttempts: 1 }) },
  { name: 'has no heartbeat', policy: () => ({ heartbeatInterval: 0 }) },
  {
    name: 'has no time between a deadline and the next Ping',
    policy: ({ heartbeatTimeout }) => ({ heartbeatInterval: Math.ceil(heartbeatTimeout / 2) }),
  },
  { name: 'prepares', policy: () => ({ prepares: true }) },
  { name: 'prepares and has no heartbeat', policy: () => ({ prepares: true, heartbeatInterval: 0 }) },
];

/**
 * Paths over the chart of the connection, one ending in each written transition: data for tests of any client
 * or server, run with `runPath()`.
 *
 * @throws Error naming the transitions to which there is no path, where there are such
 * @example
 * ```ts
 * import { connectionPaths } from 'recker/testing';
 *
 * for (const { id, steps } of connectionPaths()) {
 *   console.log(id, steps.map(({ name, state }) => `${name} (${state})`).join(', '));
 * }
 * ```
 */
export function connectionPaths(options: ConnectionPathsOptions = {}): readonly ConnectionPath[] {
  const machine = options.machine ?? connectionMachine;
  const isWanted = options.only ?? (() => true);
  const wanted = definedTransitions(machine).filter(isWanted);
  const traversed = configuredPolicies(options.policy).map((policy) => traverse(machine, policy));
  const lost: string[] = [];
  const paths = wanted.flatMap((transition) => {
    const routes = traversed.flatMap(({ policy, model, routes }) => {
      const events = routes.get(transition.definition);
      return events === undefined ? [] : [{ policy, model, events }];
    });
    if (routes.length === 0) {
      lost.push(transition.id);
      return [];
    }
    const shortest = routes.reduce((best, route) =>
      lengthOf(route.events) < lengthOf(best.events) ? route : best,
    );
    return [tell(transition, shortest.policy, replay(shortest.model, shortest.events))];
  });
  if (lost.length > 0) {
    const policies = CONFIGURATIONS.map(({ name }) => `"${name}"`).join(', ');
    throw new Error(`No path takes ${lost.join(', ')}. Tried the client that ${policies}.`);
  }
  return paths;
}

/**
 * How many states the paths were chosen from: for each policy that is traversed, the states of chart, link and
 * timers that differ. For progress reports.
 */
export function countPathStates(options: ConnectionPathsOptions = {}): number {
  const machine = options.machine ?? connectionMachine;
  return configuredPolicies(options.policy)
    .map((policy) => traverse(machine, policy).states)
    .reduce((sum, states) => sum + states, 0);
}

function configuredPolicies(given: GivenPolicy = {}): readonly ConnectionPolicy[] {
  const numbers = Object.fromEntries(Object.entries(given).filter(([, number]) => number !== undefined));
  const base = { ...DEFAULT_POLICY, ...numbers, reconnect: false, minUptime: 0, prepares: false };
  return CONFIGURATIONS.map(({ policy }) => ({ ...base, ...policy(base) }));
}

interface Traversal {
  readonly policy: ConnectionPolicy;
  readonly model: PathModel;
  /** The fewest events that end in each transition. */
  readonly routes: ReadonlyMap<DefinedTransition['definition'], readonly PathEvent[]>;
  readonly states: number;
}

/** Traversals are pure and take seconds: each is done once for a chart and a policy. */
const traversals = new WeakMap<ConnectionMachine, Map<string, Traversal>>();

function traverse(machine: ConnectionMachine, policy: ConnectionPolicy): Traversal {
  const known = traversals.get(machine) ?? new Map<string, Traversal>();
  traversals.set(machine, known);
  const key = JSON.stringify(policy);
  const traversal = known.get(key) ?? traverseAnew(machine, policy);
  known.set(key, traversal);
  return traversal;
}

function traverseAnew(machine: ConnectionMachine, policy: ConnectionPolicy): Traversal {
  const model = createPathModel(machine, policy);
  const logic: ActorLogic<World, PathEvent> = {
    transition: (world, event) => model.next(world, event),
    getInitialSnapshot: () => model.initial,
    getPersistedSnapshot: (world) => world,
  };
  const ids = new Map(definedTransitions(machine).map(({ definition, id }) => [definition, id]));
  const states = new Set<string>();
  // The traversal asks for the text of each state several times.
  const written = new WeakMap<World, string>();
  const write = (world: World): string => {
    const state = model.serialize(world);
    states.add(state);
    const text = `${state} by ${world.taken.map((taken) => ids.get(taken)).join(', ')}`;
    written.set(world, text);
    return text;
  };
  const found = getShortestPaths(logic, {
    events: model.events,
    serializeEvent: (event) => nameOf(event),
    serializeState: (world) => written.get(world) ?? write(world),
  });
  const routes = new Map<DefinedTransition['definition'], readonly PathEvent[]>();
  for (const { state, steps } of found) {
    // The first step is XState's own, the start.
    const events = steps.slice(1).map(({ event }) => event);
    for (const taken of state.taken) {
      const known = routes.get(taken);
      if (known === undefined || lengthOf(events) < lengthOf(known)) routes.set(taken, events);
    }
  }
  return { policy, model, routes, states: states.size };
}

/** The dial is answered with 503 and a `Retry-After`. */
const isBusy = (event: PathEvent): boolean =>
  event.type === 'socket.failed' && event.loss.error?.name === 'HandshakeError';

/**
 * What some drivers cannot bring about counts for a little more: a fact of the runtime, and an answer with a `Retry-After`. So
 * a path has it only where it needs it.
 */
function lengthOf(events: readonly PathEvent[]): number {
  const isRare = (event: PathEvent) => event.type.startsWith('runtime.') || isBusy(event);
  return events.length + (events.some(isRare) ? 0.5 : 0);
}

/**
 * The traversal takes states for one that differ in time alone, so what it holds of a path's states may be of
 * another one with the same events. What is expected comes from going through the path itself.
 */
function replay(model: PathModel, events: readonly PathEvent[]): readonly [PathEvent, World, World][] {
  let world = model.initial;
  return events.map((event) => {
    const before = world;
    world = model.next(world, event);
    return [event, before, world];
  });
}

function tell(
  { definition, ...transition }: DefinedTransition,
  policy: ConnectionPolicy,
  replayed: readonly [PathEvent, World, World][],
): ConnectionPath {
  if (!replayed.at(-1)?.[2].taken.includes(definition)) {
    throw new Error(`The path to ${transition.id} does not end in it when it is replayed`);
  }
  const steps = replayed.map(([event, before, { chart, emitted }]): PathStep => {
    const isClosing = before.chart.hasTag('closing');
    return {
      name: nameOf(event, isClosing),
      event,
      state: stateOf(chart),
      value: leafOf(chart.value),
      emitted,
    };
  });
  const { id, source, event, guard, target } = transition;
  const course = steps.map(({ name }) => name).join(', ');
  const condition = guard === undefined ? '' : ` if ${guard}`;
  return {
    id,
    description: `${source} on ${event}${condition} ${target === undefined ? 'stays' : `→ ${target}`}: ${course}`,
    policy,
    transition,
    steps,
  };
}

function stateOf(chart: SnapshotFrom<ConnectionMachine>): ConnectionState {
  const state = CONNECTION_STATES.find((name) => chart.hasTag(name));
  if (state === undefined) {
    throw new Error(`The state ${leafOf(chart.value)} has no tag that names it for the user`);
  }
  return state;
}

function leafOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([key, below]) => (below === undefined ? key : `${key}.${leafOf(below)}`))
    .join(' ');
}

/** What a step is called. The end of a connection is a loss in `open`, and what was waited for in `closing`. */
function nameOf(event: PathEvent, isClosing = false): string {
  switch (event.type) {
    case 'connect':
    case 'reconnect':
    case 'terminate':
    case 'close':
      return `client calls ${event.type}()`;
    case 'abort':
      return 'signal aborts';
    case 'socket.opened':
      return 'server accepts';
    case 'socket.failed':
      return isBusy(event) ? 'server answers 503' : 'server refuses';
    case 'session.prepared':
      return 'prepare is done';
    case 'session.failed':
      return 'prepare fails';
    case 'socket.peerClosed':
      return 'server sends Close';
    case 'socket.peerErred':
      return 'server breaks the protocol';
    case 'socket.closed':
      return isClosing ? 'connection ends' : 'connection drops';
    case 'socket.ponged':
      return 'Pong arrives';
    case 'socket.answered':
      return event.alive ? 'something was heard since the Ping' : 'nothing was heard since the Ping';
    case 'socket.filled':
      return 'kernel is full';
    case 'kernel.took':
      return 'kernel takes some';
    case 'runtime.online':
      return 'network is back';
    case 'runtime.awake':
      return 'page is shown again';
    case 'closing.overdue':
      return 'the time beyond closeTimeout is over';
    case 'link.froze':
      return 'link freezes';
    case 'process.slept':
      return 'process sleeps';
    case 'delay.passed':
      return `delay passes: ${event.delay}`;
  }
}
