/** Changes of the chart's config, one at a time. */
import { createMachine, not } from 'xstate';
import { type ConnectionMachine, connectionMachine } from '../../src/machine/index.js';
import { definedTransitions, writtenTransitions } from '../../src/machine/writtenTransitions.js';

export interface Mutant {
  /** E.g. `session.open:close: without sendClose`. */
  readonly name: string;
  /** The transition that was changed, or the state. */
  readonly near: string;
  readonly machine: () => ConnectionMachine;
}

type Candidate = { target?: unknown; guard?: unknown; actions?: unknown; reenter?: boolean } & Record<
  string,
  unknown
>;
type Config = {
  id?: string;
  entry?: unknown;
  exit?: unknown;
  on?: Record<string, unknown>;
  after?: Record<string, unknown>;
  always?: unknown;
  tags?: readonly string[];
  initial?: string;
  states?: Record<string, Config>;
};

const listOf = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? [...value] : [value];

/** A deep copy of the chart's config; functions are kept as they are. */
function copy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each)])) as Value;
}

/** The chart after `change`. Circles of transient states end in an error instead of never. */
function changed(change: (config: Config) => void): ConnectionMachine {
  const config = copy(connectionMachine.config) as Config;
  change(config);
  const limited = { ...config, options: { maxIterations: 100 } };
  return createMachine(
    limited as never,
    connectionMachine.implementations as never,
  ) as unknown as ConnectionMachine;
}

/** Every state's config below `config`, with its path. */
function nodesOf(config: Config, path: readonly string[] = []): { node: Config; path: readonly string[] }[] {
  return [
    { node: config, path },
    ...Object.entries(config.states ?? {}).flatMap(([key, state]) => nodesOf(state, [...path, key])),
  ];
}

function nodeAt(config: Config, source: string): Config {
  const found = nodesOf(config).find(({ path }) => path.join('.') === source)?.node;
  if (found === undefined) throw new Error(`The config has no state ${source}`);
  return found;
}

/** Changes the `index`-th candidate of an event; `undefined` takes it away. */
function withCandidate(
  node: Config,
  event: string,
  index: number,
  change: (candidate: Candidate) => Candidate | undefined,
): void {
  const isDelay = event.startsWith('after.');
  const key = isDelay ? event.slice('after.'.length) : event;
  const group = isDelay ? node.after : node.on;
  const candidates = listOf(event === 'always' ? node.always : group?.[key]).map((each) =>
    typeof each === 'string' ? { target: each } : (each as Candidate),
  );
  const old = candidates[index];
  if (old === undefined) throw new Error(`There is no candidate ${index} of ${event}`);
  const next = change({ ...old });
  const rest = next === undefined ? candidates.toSpliced(index, 1) : candidates.toSpliced(index, 1, next);
  if (event === 'always') node.always = rest;
  else if (group !== undefined) group[key] = rest;
}

/** Every target, guard, action and re-entry of every transition. */
function transitionMutants(): Mutant[] {
  const nodes = nodesOf(connectionMachine.config as Config);
  const targets = nodes.flatMap(({ node }) => (node.id === undefined ? [] : [`#${node.id}`])).slice(1);
  const seen = new Map<string, number>();
  return writtenTransitions().flatMap(({ id, source, event, guard, actions, reenter, target }) => {
    const key = `${source} ${event}`;
    const index = seen.get(key) ?? 0;
    seen.set(key, index + 1);
    const mutant = (what: string, change: (candidate: Candidate) => Candidate | undefined): Mutant => ({
      name: `${id}: ${what}`,
      near: id,
      machine: () => changed((config) => withCandidate(nodeAt(config, source), event, index, change)),
    });
    const idOfTarget = nodes.find(({ path }) => path.join('.') === target)?.node.id;
    const others = targets.filter((other) => other !== `#${idOfTarget}`);
    return [
      mutant('taken away', () => undefined),
      ...others.map((other) => mutant(`leads to ${other}`, (each) => ({ ...each, target: other }))),
      ...(target === undefined ? [] : [mutant('leads nowhere', ({ target: _, ...rest }) => rest)]),
      ...(reenter ? [mutant('enters nothing again', (each) => ({ ...each, reenter: false }))] : []),
      ...(guard === undefined
        ? []
        : [
            mutant(`without the guard ${guard}`, ({ guard: _, ...rest }) => rest),
            mutant(`only if not ${guard}`, (each) => ({ ...each, guard: not(guard) })),
          ]),
      ...actions.map((action, at) =>
        mutant(`without ${action}`, (each) => ({ ...each, actions: listOf(each.actions).toSpliced(at, 1) })),
      ),
    ];
  });
}

/** The entry and exit actions, the tags and the first states. */
function stateMutants(): Mutant[] {
  return nodesOf(connectionMachine.config as Config).flatMap(({ node, path }) => {
    const source = path.join('.');
    const mutant = (what: string, change: (node: Config) => void): Mutant => ({
      name: `${source}: ${what}`,
      near: source,
      machine: () => changed((config) => change(nodeAt(config, source))),
    });
    return [
      ...(['entry', 'exit'] as const).flatMap((kind) =>
        listOf(node[kind]).map((action, at) =>
          mutant(`without ${kind} ${String(action)}`, (each) => {
            each[kind] = listOf(each[kind]).toSpliced(at, 1);
          }),
        ),
      ),
      ...(node.tags ?? []).map((tag, at) =>
        mutant(`without the tag ${tag}`, (each) => {
          each.tags = (each.tags ?? []).toSpliced(at, 1);
        }),
      ),
      ...Object.keys(node.states ?? {})
        .filter((state) => state !== node.initial)
        .map((state) =>
          mutant(`begins in ${state}`, (each) => {
            each.initial = state;
          }),
        ),
    ];
  });
}

/** Each delay: a millisecond more, twice as long, at once. */
function delayMutants(): Mutant[] {
  type Delay = (args: unknown, params: unknown) => number;
  const { implementations } = connectionMachine;
  const delays = implementations.delays as unknown as Record<string, Delay>;
  const changes: readonly [string, (ms: number) => number][] = [
    ['a millisecond longer', (ms) => ms + 1],
    ['twice as long', (ms) => ms * 2],
    ['no time at all', () => 0],
  ];
  return Object.entries(delays).flatMap(([name, delay]) =>
    changes.map(([what, change]) => ({
      name: `delay ${name}: ${what}`,
      near: writtenTransitions().find((each) => each.delay === name)?.id ?? '',
      machine: () => {
        const mutated: Delay = (args, params) => Math.min(change(delay(args, params)), 2 ** 31 - 1);
        return connectionMachine.provide({
          delays: { [name]: mutated },
        } as never) as unknown as ConnectionMachine;
      },
    })),
  );
}

export function chartMutants(): Mutant[] {
  // Named once, so that a chart that cannot be enumerated is noticed before the run.
  definedTransitions(connectionMachine);
  return [...transitionMutants(), ...stateMutants(), ...delayMutants()];
}
