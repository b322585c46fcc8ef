/**
 * What the two hand-written tables come to: the events, the sockets and the promises of one run in which a listener calls
 * back into the client. It knows nothing of the chart or of the class.
 */
import { cellOf, following, stateOf } from '../api/listenersModel.js';
import {
  type Column,
  none,
  OURS,
  type Promised,
  prepares,
  type Row,
  TABLE,
  WITH_PREPARE,
} from '../machine/table.js';
import { hasWaiting } from '../machine/tableBenches.js';
import { READY_STATE } from '../support/invariants.js';
import { type Call, type Heard, type Verdict, verdictOf } from './listenerVerdicts.js';

/** What sets the events off: a cell of the table, or something that the table has no column for. */
export type Trigger = Column | 'message' | 'pong' | 'refused send' | 'user error';

/** In which listener what is called. */
export interface Plan {
  /** In the listener of the n-th event of the run. */
  readonly index: number;
  /** First these, to reach the situation. */
  readonly setup: readonly Call[];
  /** Then these. */
  readonly calls: readonly Call[];
}

/** Everything that can be seen of a run. */
export interface Account {
  /** Each event, with the state that the getter gave in its listener. */
  readonly heard: readonly string[];
  /** What the getters gave when each call returned, and how much the socket had seen. */
  readonly returned: readonly string[];
  readonly socket: readonly string[];
  readonly state: string;
  /** What became of the promise of each call of the plan, set-up apart. */
  readonly promises: readonly (Promised | undefined)[];
  /** What became of those that waited before: of connect(), and of the message that was queued. */
  readonly before: readonly (Promised | undefined)[];
}

interface Queued {
  readonly text: string;
  /** Only heard while the state that it announces lasts. */
  readonly passing: boolean;
  readonly visit: number;
  /** The flush after `open`. */
  readonly step?: () => void;
}

const OPEN = 'open';
const LABELS: Partial<Record<Call, string>> = { 'send()': 'new', 'sendJSON()': '"new"' };

/** What is reported of a message that cannot go out. */
export const REFUSED: Readonly<Record<Promised, string>> = {
  pending: 'QueueFullError',
  resolves: 'ConnectionError',
  'rejects StateError': 'StateError',
};

/** The getters as a call leaves them, and how much the socket has seen. */
export const returned = (
  ws: { readonly state: string; readonly readyState: number | undefined; readonly isConnected: boolean },
  socket: readonly string[],
): string => `${ws.state} ${ws.readyState} ${ws.isConnected}, ${socket.length} seen`;

/** Whether a promise of connect() waits in a situation: one that another connect() only joins. */
export const isAwaited = (row: Row): boolean =>
  ['connecting', 'preparing', 'backoff', 'reconnecting'].includes(stateOf(row));

export class ListenerModel {
  /** The situation in which each event was heard, before any call of its listener. */
  readonly situations: { readonly event: Heard; readonly row: Row }[] = [];
  readonly #plan: Plan | undefined;
  readonly #prepares: boolean;
  readonly #queue: Queued[] = [];
  readonly #heard: string[] = [];
  readonly #returned: string[] = [];
  readonly #socket: string[] = [];
  readonly #promises: (Promised | undefined)[] = [];
  readonly #later: (() => void)[] = [];
  readonly #done = new Set<Call>();
  #row: Row;
  #held: string[];
  #visit = 0;
  #connecting: Promised | undefined;
  #waiting: Promised | undefined;

  constructor(row: Row, hasPrepare: boolean, plan?: Plan) {
    this.#row = row;
    this.#prepares = hasPrepare;
    this.#held = hasWaiting(row, true) ? ['waiting'] : [];
    this.#waiting = hasWaiting(row, true) ? 'pending' : undefined;
    this.#connecting = isAwaited(row) ? 'pending' : undefined;
    this.#plan = plan;
  }

  run(trigger: Trigger): Account {
    if (trigger === 'message') this.#announce('message hi');
    else if (trigger === 'pong') this.#announce('pong 0');
    else if (trigger === 'user error') this.#announce('error Error');
    else if (trigger === 'refused send')
      this.#announce(`undelivered surplus ${REFUSED[this.#cell('send()')?.call as Promised]}`);
    else this.#move(trigger);
    this.#deliver();
    for (const act of this.#later) {
      act();
      this.#deliver();
    }
    return {
      heard: this.#heard,
      returned: this.#returned,
      socket: this.#socket,
      state: stateOf(this.#row),
      promises: this.#promises,
      before: [this.#connecting, this.#waiting],
    };
  }

  #deliver(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      if (next.passing && next.visit !== this.#visit) continue;
      if (next.step !== undefined) {
        next.step();
        continue;
      }
      const event = next.text.split(' ')[0] as Heard;
      const index = this.#heard.push(`${next.text} @ ${stateOf(this.#row)}`) - 1;
      this.situations.push({ event, row: this.#row });
      if (this.#plan?.index !== index) continue;
      for (const call of this.#plan.setup) this.#call(event, call);
      for (const call of this.#plan.calls) this.#promises.push(this.#call(event, call));
    }
  }

  #call(event: string, call: Call): Promised | undefined {
    const verdict = verdictOf(this.#row, event, call);
    const promise = this.#done.has(call) && verdict.once ? undefined : this.#act(call, verdict);
    this.#done.add(call);
    const state = stateOf(this.#row);
    this.#returned.push(
      returned({ state, readyState: READY_STATE[state], isConnected: state === OPEN }, this.#socket),
    );
    return promise;
  }

  #act(call: Call, { as, later, message, socket = [], promise }: Verdict): Promised | undefined {
    this.#socket.push(...socket);
    if (message !== undefined) this.#pass(LABELS[call] as string, message);
    if (as === undefined) return promise;
    if (later) {
      this.#later.push(() => this.#move(as));
      return promise;
    }
    const isClosed = call === 'dispose()' ? { code: 1000, reason: '' } : OURS;
    const given = this.#cell(as)?.call;
    if (as === 'send()') this.#refuseOrHold(LABELS[call] as string);
    else this.#move(as, isClosed);
    return promise ?? given;
  }

  #pass(label: string, how: 'sent' | 'behind' | 'held'): void {
    if (how === 'sent') this.#socket.push(`send ${label}`);
    else this.#held.push(label);
  }

  #refuseOrHold(label: string): void {
    const cell = this.#cell('send()');
    if (cell?.call === 'pending') this.#held.push(label);
    else for (const event of cell?.events ?? []) this.#announce(event.replace('new', label));
  }

  #cell(column: Column) {
    const cell = cellOf(this.#row, column, true, this.#prepares);
    return cell === none ? undefined : cell;
  }

  /** What a column of the table brings, from the present situation. */
  #move(column: Column, { code, reason }: { code: number; reason: string } = OURS): void {
    const cell = this.#cell(column);
    if (cell === undefined) return;
    const from = stateOf(this.#row);
    // "Hands over all that was held, then Close."
    if (column === 'close()' && from === OPEN) this.#flush();
    this.#row = following(this.#row, column, cell.to);
    const ownClose = `close ${code} ${reason}`;
    for (const each of cell.socket ?? [])
      if (!each.startsWith('send '))
        this.#socket.push(each.replace(`close ${OURS.code} ${OURS.reason}`, ownClose));
    if (cell.to !== from) {
      this.#visit += 1;
      this.#announce(`state ${cell.to} ${from}`);
    }
    const end = code === OURS.code ? `close ${code} "${reason}"` : `close ${code} "${reason}" wasClean`;
    for (const event of cell.events)
      if (!event.startsWith('undelivered '))
        this.#announce(event.replace(`close ${OURS.code} "${OURS.reason}"`, end));
    if (column === 'terminate()' || column === 'abort') this.#refuseAll('AbortError');
    else if (cell.waiting?.startsWith('refused ')) this.#refuseAll(cell.waiting.slice('refused '.length));
    if (cell.to === OPEN && from !== OPEN) {
      const step = () => {
        this.#flush();
        if (this.#connecting === 'pending') this.#connecting = 'resolves';
      };
      this.#queue.push({ text: '', passing: true, visit: this.#visit, step });
    }
  }

  #announce(text: string): void {
    const passing = text.startsWith('open ') || text.startsWith('reconnecting ');
    this.#queue.push({ text, passing, visit: this.#visit });
  }

  #flush(): void {
    for (const held of this.#held.splice(0)) this.#socket.push(`send ${held}`);
    if (this.#waiting === 'pending') this.#waiting = 'resolves';
  }

  /** The client is at rest: what waits is refused, for one reason. */
  #refuseAll(error: string): void {
    if (this.#connecting === 'pending') this.#connecting = `rejects ${error}`;
    if (this.#waiting === 'pending') this.#waiting = `rejects ${error}`;
    for (const held of this.#held.splice(0)) this.#announce(`undelivered ${held} ${error}`);
  }
}

/** How a listener of an event is brought to run in a situation. */
export interface Moment {
  readonly row: Row;
  /** Whether the client has the option `prepare`. */
  readonly hasPrepare: boolean;
  readonly trigger: Trigger;
  readonly index: number;
  readonly setup: readonly Call[];
}

/** Whatever can set events off in a situation. */
function triggersIn(row: Row): readonly Trigger[] {
  const columns = (Object.keys(TABLE[row]) as Column[]).filter((column) => TABLE[row][column] !== none);
  const isOpen = stateOf(row) === OPEN;
  const extra: Trigger[] = ['refused send'];
  if (isOpen || row === 'closing, by us') extra.push('message');
  if (row === 'open') extra.push('pong');
  if (isOpen || TABLE[row].online === none) extra.push('user error');
  return [...columns, ...extra];
}

const MOVING: readonly Call[] = ['connect()', 'close()', 'reconnect()', 'terminate()', 'abort', 'wake()'];
const key = (row: Row, event: string) => `${row} × ${event}`;

/** A moment for each situation × event that can be: the shortest, those without a call before first. */
export function moments(): ReadonlyMap<string, Moment> {
  const found = new Map<string, Moment>();
  const fresh: { readonly row: Row; readonly event: Heard; readonly moment: Moment }[] = [];
  const add = (row: Row, event: Heard, moment: Moment) => {
    if (found.has(key(row, event))) return;
    found.set(key(row, event), moment);
    fresh.push({ row, event, moment });
  };
  const begin = (start: Row, trigger: Trigger, hasPrepare: boolean) => {
    const model = new ListenerModel(start, hasPrepare);
    model.run(trigger);
    for (const [index, { event, row }] of model.situations.entries())
      add(row, event, { row: start, hasPrepare, trigger, index, setup: [] });
  };
  for (const start of Object.keys(TABLE) as Row[])
    for (const trigger of triggersIn(start)) begin(start, trigger, prepares(start));
  for (const { row, column } of WITH_PREPARE) begin(row, column, true);
  for (let next = fresh.shift(); next !== undefined; next = fresh.shift())
    for (const call of MOVING) {
      const { row, event, moment } = next;
      const column = verdictOf(row, event, call).as as Column;
      const cell = cellOf(row, column, true, moment.hasPrepare);
      if (cell === none) continue;
      add(following(row, column, cell.to), event, { ...moment, setup: [...moment.setup, call] });
    }
  return found;
}

export const momentOf = (all: ReadonlyMap<string, Moment>, row: Row, event: string): Moment | undefined =>
  all.get(key(row, event));
