/**
 * What listeners must hear when they call back into the client: the hand-written table, and the contract's rule
 * for listeners, as a model of its own. It knows nothing of the chart or of the class.
 *
 * The rule: getters are live, any method may be called, it acts at once, and what it announces joins one queue
 * behind what is being delivered. Announcements of a state that has been left meanwhile (`open`,
 * `reconnecting`) are dropped; all others never are.
 */
import type { ConnectionState } from '../../src/machine/index.js';
import {
  type Cell,
  type Column,
  none,
  prepares,
  type Row,
  TABLE,
  WITH_PREPARE,
  WITHOUT_RECONNECT,
} from '../machine/table.js';

/** The calls that a listener makes. */
export type Call = 'connect()' | 'close()' | 'reconnect()' | 'terminate()' | 'send()';
export const CALLS: readonly Call[] = ['connect()', 'close()', 'reconnect()', 'terminate()', 'send()'];

/** What happens outside of the table: a message of the peer, or its Pong. */
export type Extra = 'message' | 'pong';

/** Which calls are made while the n-th announcement is being delivered. */
export type Plan = ReadonlyMap<number, readonly Call[]>;

/** What was heard, each line with the state that the getter told then; and what the socket saw. */
export interface Account {
  readonly log: readonly string[];
  readonly socket: readonly string[];
  readonly state: string;
}

interface Announcement {
  readonly text: string;
  /** Only told while the state that it announces lasts. */
  readonly passing?: boolean;
  readonly visit: number;
  /** What else happens with it: the flush after `open`. */
  readonly step?: () => void;
}

export const stateOf = (row: Row): ConnectionState => row.split(',')[0] as ConnectionState;

/** The situation that a column leads to; the table has the state alone. */
export function following(row: Row, column: Column, to: string): Row {
  if (to === 'open')
    return column === 'nextPing' || column === 'online' || column === 'awake'
      ? 'open, awaiting a Pong'
      : column === 'heartbeatTimeout'
        ? 'open, asked for its peer'
        : row.startsWith('open') && column !== 'answered alive' && column !== 'ponged'
          ? row
          : 'open';
  if (to === 'closed')
    return column === 'abort' || row === 'closed, by an abort' ? 'closed, by an abort' : 'closed';
  if (to === 'preparing')
    return row === 'connecting' || row === 'preparing' ? 'preparing' : 'preparing, after a loss';
  if (row === 'backoff' && (column === 'online' || column === 'awake') && to === 'reconnecting')
    return 'reconnecting, at a report of the runtime';
  if (to !== 'closing') return to as Row;
  if (row.startsWith('preparing'))
    return column === 'close()' ? 'closing, by us' : 'closing, by the peer, while preparing';
  if (row.startsWith('open')) return column === 'close()' ? 'closing, by us' : 'closing, by the peer';
  const byUs = row.startsWith('closing, by us');
  if (column === 'close()') return byUs ? 'closing, by us' : 'closing, by the peer, then close()';
  if (byUs)
    return column === 'connect()' || column === 'reconnect()' ? 'closing, by us, then connect()' : row;
  if (column === 'reconnect()') return 'closing, by the peer, then reconnect()';
  // A connect() after a close() takes the close() back; without one it joins what follows.
  if (column === 'connect()' && row.endsWith('then close()')) return 'closing, by the peer, then reconnect()';
  return row;
}

/** What the table says, with the options `reconnect` and `prepare` or without. */
export function cellOf(
  row: Row,
  column: Column,
  reconnect: boolean,
  hasPrepare = prepares(row),
): Cell | typeof none {
  const isCell = (each: { readonly row: Row; readonly column: Column }) =>
    each.row === row && each.column === column;
  const own =
    (reconnect ? [] : WITHOUT_RECONNECT).find(isCell) ?? (hasPrepare ? WITH_PREPARE : []).find(isCell);
  return own === undefined ? TABLE[row][column] : own.cell;
}

export class Model {
  readonly #plan: Plan;
  readonly #reconnect: boolean;
  readonly #queue: Announcement[] = [];
  readonly #log: string[] = [];
  #socket: string[] = [];
  readonly #prepares: boolean;
  #row: Row;
  #held: string[];
  #visit = 0;
  #greeting = false;

  constructor(row: Row, held: readonly string[], reconnect: boolean, plan: Plan = new Map()) {
    this.#reconnect = reconnect;
    this.#prepares = prepares(row);
    this.#row = row;
    this.#held = [...held];
    this.#plan = plan;
  }

  run(trigger: Column | Extra): Account {
    if (trigger === 'message' || trigger === 'pong') {
      this.#announce(trigger === 'message' ? 'message hi' : 'pong 0');
    } else {
      this.#act(trigger);
    }
    this.#deliver();
    return { log: this.#log, socket: this.#socket, state: stateOf(this.#row) };
  }

  #deliver(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (next.passing === true && next.visit !== this.#visit) continue;
      if (next.step !== undefined) {
        next.step();
        continue;
      }
      const index = this.#log.length;
      this.#log.push(`${next.text} @ ${stateOf(this.#row)}`);
      this.#greeting = next.text.startsWith('open ');
      for (const call of this.#plan.get(index) ?? []) this.#act(call);
      this.#greeting = false;
    }
  }

  #announce(text: string): void {
    const passing = text.startsWith('open ') || text.startsWith('reconnecting ');
    this.#queue.push({ text, passing, visit: this.#visit });
  }

  #act(column: Column): void {
    const cell = cellOf(this.#row, column, this.#reconnect, this.#prepares);
    if (cell === none) throw new Error(`${this.#row} has no ${column}`);
    const from = stateOf(this.#row);
    if (column === 'send()') {
      this.#send(cell);
      return;
    }
    if (column === 'close()' && from === 'open') this.#flush();
    this.#row = following(this.#row, column, cell.to);
    this.#socket.push(...(cell.socket ?? []).filter((each) => !each.startsWith('send ')));
    if (cell.to !== from) {
      this.#visit += 1;
      this.#announce(`state ${cell.to} ${from}`);
    }
    for (const event of cell.events) if (!event.startsWith('undelivered ')) this.#announce(event);
    // In `open` something is held until the listeners of the opening have run.
    if (column === 'terminate()') this.#refuseAll('AbortError');
    else if (cell.waiting?.startsWith('refused ')) this.#refuseAll(cell.waiting.slice('refused '.length));
    if (cell.to === 'open' && from !== 'open') {
      this.#queue.push({ text: '', passing: true, visit: this.#visit, step: () => this.#flush() });
    }
  }

  /** Handed over, held or refused. What an `open` listener sends goes ahead of what was held. */
  #send({ call, events }: Cell): void {
    if (call === 'pending') {
      this.#held.push('new');
    } else if (call !== 'resolves') {
      for (const event of events) this.#announce(event);
    } else if (this.#greeting || this.#held.length === 0) {
      this.#socket.push('send new');
    } else {
      this.#held.push('new');
    }
  }

  #flush(): void {
    for (const held of this.#held.splice(0)) this.#socket.push(`send ${held}`);
  }

  #refuseAll(error: string): void {
    for (const held of this.#held.splice(0)) this.#announce(`undelivered ${held} ${error}`);
  }
}
