/**
 * A look at the chart of the client that runs, which the class does not offer: its newest snapshot. The explorer runs one client
 * at a time.
 */
import { type ConnectionContext, connectionMachine } from '../../src/machine/index.js';

interface Snapshot {
  readonly value: unknown;
  readonly context: ConnectionContext;
}

type Transition = (snapshot: Snapshot, event: { readonly type: string }, scope: unknown) => Snapshot;

export class ChartProbe {
  /** Set to plant a fault: events that the chart does not get. */
  loses: ((event: string, path: string) => boolean) | undefined;
  #snapshot: Snapshot | undefined;

  constructor() {
    const machine = connectionMachine as unknown as { transition: Transition };
    const transition = machine.transition.bind(machine);
    machine.transition = (snapshot, event, scope) => {
      const isLost = this.loses?.(event.type, pathOf(snapshot.value)) === true;
      this.#snapshot = isLost ? snapshot : transition(snapshot, event, scope);
      return this.#snapshot;
    };
  }

  /** The client that is made next has moved nothing yet. */
  forget(): void {
    this.#snapshot = undefined;
  }

  get path(): string {
    return this.#snapshot === undefined ? 'idle' : pathOf(this.#snapshot.value);
  }

  get context(): ConnectionContext | undefined {
    return this.#snapshot?.context;
  }
}

function pathOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const [[name, below] = ['', '']] = Object.entries(value as Record<string, unknown>);
  return `${name}.${pathOf(below)}`;
}

/** There is one, since it is put into the machine for good. */
export const probe = new ChartProbe();
