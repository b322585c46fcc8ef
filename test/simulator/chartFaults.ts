/**
 * Faults of the chart, as clients have had them: a transition that is missing or leads elsewhere, a guard that does not look, a
 * delay that is not what was announced.
 *
 * Owns how the one chart that every client shares is replaced, and put back.
 */
import { assign, createMachine } from 'xstate';
import { type ConnectionContext, type ConnectionEvent, connectionMachine } from '../../src/machine/index.js';
import { decide } from '../../src/machine/retry.js';
import type { Fault } from './fault.js';

/** A state's config, as far as faults change it. */
interface Node {
  id?: string;
  on?: Record<string, unknown>;
  after?: Record<string, unknown>;
  states?: Record<string, Node>;
}

type Named = Record<string, unknown>;
interface Implementations {
  readonly actions: Named;
  readonly guards: Named;
  readonly delays: Named;
}
interface Asked {
  readonly context: ConnectionContext;
  readonly event: ConnectionEvent;
}

const implementations = connectionMachine.implementations as unknown as Implementations;

/** A deep copy of the chart's config; functions are kept as they are. */
function copy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copy(each)])) as Value;
}

function nodeOf(config: Node, id: string): Node {
  const nodes = [config];
  for (const node of nodes) {
    if (node.id === id) return node;
    nodes.push(...Object.values(node.states ?? {}));
  }
  throw new Error(`The chart has no state ${id}`);
}

/** Puts the states of a changed chart in the place of the shared chart's. */
function states(change: (node: (id: string) => Node) => void): () => () => void {
  return () => {
    const config = copy(connectionMachine.config) as Node;
    change((id) => nodeOf(config, id));
    const limited = { ...config, options: { maxIterations: 100 } };
    const changed = createMachine(limited as never, implementations as never) as unknown as Named;
    const shared = connectionMachine as unknown as Named;
    const { root, idMap, states, events } = shared;
    Object.assign(shared, {
      root: changed.root,
      idMap: changed.idMap,
      states: changed.states,
      events: changed.events,
    });
    return () => void Object.assign(shared, { root, idMap, states, events });
  };
}

/** Replaces one action, guard or delay. */
function named(kind: keyof Implementations, name: string, replaced: unknown): () => () => void {
  return () => {
    const original = implementations[kind][name];
    if (original === undefined) throw new Error(`The chart has no ${name}`);
    implementations[kind][name] = replaced;
    return () => {
      implementations[kind][name] = original;
    };
  };
}

const retryDelay = implementations.delays.retryDelay as (asked: Asked) => number;

export const CHART_FAULTS: readonly Fault[] = [
  {
    name: 'it reconnects after close()',
    plant: states((node) => {
      node('closingByUs').on = {
        ...node('closingByUs').on,
        'socket.closed': { target: '#lost', actions: 'recordLoss' },
      };
    }),
  },
  {
    name: 'it does not reconnect after a Close of the peer',
    plant: states((node) => {
      node('closingByPeer').on = {
        ...node('closingByPeer').on,
        'socket.closed': { target: '#closed', actions: ['recordRestOfLoss', 'announceFinalLoss'] },
      };
    }),
  },
  {
    name: 'a dial that hangs after a loss has no time-out',
    plant: states((node) => {
      node('reconnecting').after = {};
    }),
  },
  {
    name: 'a closing handshake has no time-out',
    plant: states((node) => {
      for (const id of ['closingByUs', 'closingByPeer'])
        node(id).on = { ...node(id).on, 'closing.overdue': {} };
      nodeOfClosing(node).after = {};
    }),
  },
  {
    name: 'the heartbeat ends with the first Pong',
    plant: states((node) => {
      node('awaitingPong').on = { ...node('awaitingPong').on, 'socket.ponged': { target: '#unwatched' } };
    }),
  },
  {
    name: 'every answer of the socket counts as a sign of life',
    plant: named('guards', 'isPeerAlive', ({ event }: Asked) => event.type === 'socket.answered'),
  },
  {
    name: 'a byte that is not the Pong is no sign of life',
    plant: named('guards', 'isPeerAlive', () => false),
  },
  {
    name: 'the attempts are not counted anew after an opening',
    plant: named(
      'actions',
      'decideRetry',
      assign(({ context }: Asked) => decide({ ...context, openedAt: undefined }) as never),
    ),
  },
  {
    name: 'a server that accepts and drops is dialled without a growing delay, whatever minUptime says',
    plant: named(
      'actions',
      'decideRetry',
      assign(
        ({ context }: Asked) => decide({ ...context, policy: { ...context.policy, minUptime: 0 } }) as never,
      ),
    ),
  },
  {
    name: 'connect() after the attempts were used up goes on counting',
    plant: states((node) => {
      node('exhausted').on = { ...node('exhausted').on, connect: { target: '#connecting' } };
    }),
  },
  {
    name: 'reconnect() keeps the former socket',
    plant: states((node) => {
      node('open').on = { ...node('open').on, reconnect: { target: '#reconnecting' } };
    }),
  },
  {
    name: 'the back-off waits for longer than it announces',
    plant: named('delays', 'retryDelay', (asked: Asked) => retryDelay(asked) * 1.5),
  },
  {
    name: 'a network that is back overrules Retry-After',
    plant: named(
      'actions',
      'hastenRetry',
      assign(({ context }: Asked) => ({ dueAt: context.environment.now(), isHastened: true }) as never),
    ),
  },
  {
    name: 'an abort in a back-off is ignored',
    plant: states((node) => {
      const { abort: _, ...on } = node('backoff').on ?? {};
      node('backoff').on = on;
    }),
  },
].map((fault) => ({ ...fault, where: 'chart' }));

/** `closing` has no id of its own: it is what contains closingByUs. */
function nodeOfClosing(node: (id: string) => Node): Node {
  const closing = node('connection').states?.session?.states?.closing;
  if (closing === undefined) throw new Error('The chart has no state closing');
  return closing;
}
