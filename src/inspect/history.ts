/**
 * The live view's record of the connections: their states, and the steps that led to them.
 *
 * Owns: the reading of inspection events, and the limits of memory. Must not know: HTTP, or how it is shown.
 */
import {
  CONNECTION_STATES,
  type ConnectionState,
  type InspectionLike,
  type RedactedError,
  type RedactedInspection,
  type RedactedSnapshot,
  redactInspection,
} from '../machine/index.js';
import { transitionId } from './transitions.js';

/** Counters of a client, as `stats()` gives them. */
export type Counters = Readonly<Record<string, unknown>>;

/** Reads a client's counters; returns `undefined` once the client is gone. */
export type LookAtClient = () => { readonly url: string; readonly stats: object } | undefined;

/** How a connection ended, in the step of an entry. */
export interface EndOfConnection {
  /** The close code; 1006 where no Close came. */
  readonly code: number;
  /** The peer's reason, redacted; `''` where there was none. */
  readonly reason: string;
  /** Whether the closing handshake was completed. */
  readonly wasClean: boolean;
  /** The code of the Close that the client sent because the peer broke the protocol. */
  readonly sentCode?: number | undefined;
  /** What went wrong, if anything. */
  readonly error?: RedactedError | undefined;
}

/** Consecutive heartbeats as one entry, so that hours of them do not displace everything else. */
export interface Heartbeats {
  /** How many were answered. */
  readonly count: number;
  /** The newest round trip in ms. `undefined` where the counters cannot be read. */
  readonly last: number | undefined;
  /** The shortest round trip in ms. */
  readonly least: number | undefined;
  /** The longest round trip in ms. */
  readonly most: number | undefined;
}

/** One step of the chart, in the timeline. */
export interface TimelineEntry {
  /** Counts from 1 for each connection. A later entry with the same number replaces the earlier one. */
  readonly n: number;
  /** ms since the epoch. */
  readonly at: number;
  /** What caused the step: an event's type, or a delay's name, e.g. `after retryDelay`. */
  readonly trigger: string;
  /** The path of the state before. Missing in a connection's first entry. */
  readonly from?: string | undefined;
  /** The path of the state after it. */
  readonly to: string;
  /** The state, as `ws.state` names it. */
  readonly state: ConnectionState;
  /** How long the previous state lasted, in ms. */
  readonly lasted?: number | undefined;
  /** The ids of the transitions taken, in order; those of the elements of the drawing. */
  readonly transitions: readonly string[];
  /** The number of the dial's attempt. */
  readonly attempt?: number | undefined;
  /** ms until the next dial. */
  readonly delay?: number | undefined;
  /** How a connection ended, where one did in this step. */
  readonly end?: EndOfConnection | undefined;
  /** Set where the entry stands for heartbeats. */
  readonly heartbeats?: Heartbeats | undefined;
}

/** One line of the list of connections. */
export interface ConnectionSummary {
  /** The session id of the client's chart. */
  readonly id: string;
  /** The name of the client's chart. */
  readonly name: string;
  /** The state, as `ws.state` names it. */
  readonly state: ConnectionState;
  /** All active states of the chart, the outermost first. */
  readonly active: readonly string[];
  /** The ids of the transitions that were taken last. */
  readonly taken: readonly string[];
  /** When the state was entered, in ms since the epoch. */
  readonly since: number;
  /** Reconnection attempts so far; 0 for a first dial. */
  readonly attempt: number;
  /** When the next dial is due, in ms since the epoch. */
  readonly dialAt?: number | undefined;
}

/** How much the live view keeps. */
export interface Bounds {
  /** Connections. Above it the oldest one at rest is dropped, else the oldest. */
  readonly connections: number;
  /** Timeline entries of one connection. */
  readonly entriesOfOne: number;
  /** Timeline entries of all connections together. */
  readonly entries: number;
}

/** Together at most about 10 MB. */
export const DEFAULT_BOUNDS: Bounds = Object.freeze({
  connections: 1000,
  entriesOfOne: 500,
  entries: 20_000,
});

/** Receives changes. By id, so that a slow page can skip to the newest. */
export interface HistoryListener {
  changed(id: string): void;
  entered(id: string, entry: TimelineEntry): void;
  gone(id: string): void;
}

interface Connection {
  summary: ConnectionSummary;
  entries: TimelineEntry[];
  /** Transitions of the step that is under way. */
  pending: string[];
  /** Whether the step went through `lost`: then a connection ended in it. */
  lost: boolean;
  count: number;
  look: LookAtClient | undefined;
}

const STATES: ReadonlySet<string> = new Set(CONNECTION_STATES);
const AT_REST: ReadonlySet<ConnectionState> = new Set<ConnectionState>(['exhausted', 'closed']);

/** The paths of all states that a state value means, the outermost first. */
export function activePaths(value: unknown, parent = ''): readonly string[] {
  const path = (key: string) => (parent === '' ? key : `${parent}.${key}`);
  if (typeof value === 'string') return [path(value)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]) => [path(key), ...activePaths(below, path(key))]);
}

/** E.g. `after retryDelay` for `xstate.after.retryDelay.backoff`. */
export function triggerOf(eventType: string): string {
  const delay = /^xstate\.after\.([^.]+)\./.exec(eventType)?.[1];
  return delay === undefined ? eventType : `after ${delay}`;
}

export class History {
  readonly #connections = new Map<string, Connection>();
  readonly #listeners = new Set<HistoryListener>();
  readonly #bounds: Bounds;
  readonly #now: () => number;
  #entries = 0;

  constructor(bounds: Bounds = DEFAULT_BOUNDS, now: () => number = Date.now) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** All connections, the oldest first. */
  summaries(): readonly ConnectionSummary[] {
    return [...this.#connections.values()].map(({ summary }) => summary);
  }

  summary(id: string): ConnectionSummary | undefined {
    return this.#connections.get(id)?.summary;
  }

  /** The entries of one connection, the oldest first. */
  timeline(id: string): readonly TimelineEntry[] {
    return this.#connections.get(id)?.entries ?? [];
  }

  /** The client's present counters; `undefined` where they cannot be read. */
  counters(id: string): { readonly url: string; readonly stats: Counters } | undefined {
    return this.#connections.get(id)?.look?.() as { url: string; stats: Counters } | undefined;
  }

  /** @returns removes the listener */
  listen(listener: HistoryListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes the function that reads the counters of a client, before the client's first event. */
  watch(id: string, look: LookAtClient): void {
    this.#connection(id, '').look = look;
  }

  /** Takes in one inspection event, redacted or not. */
  record(inspected: InspectionLike): void {
    // Only the steps of the chart itself are shown. XState reports the invoked socket under the same root.
    const { actorRef } = inspected as unknown as { actorRef: { sessionId: string } };
    if (actorRef.sessionId !== inspected.rootId) return;
    const { type } = inspected;
    if (type !== '@xstate.actor' && type !== '@xstate.microstep' && type !== '@xstate.snapshot') return;
    const event = redactInspection(inspected);
    const connection = this.#connection(event.rootId, event.actorRef.id);
    if (type === '@xstate.microstep') this.#step(connection, event);
    if (type === '@xstate.snapshot' && event.snapshot !== undefined)
      this.#rest(connection, event, event.snapshot);
  }

  #connection(id: string, name: string): Connection {
    let connection = this.#connections.get(id);
    if (connection === undefined) {
      const summary: ConnectionSummary = {
        id,
        name,
        state: 'idle',
        active: [],
        taken: [],
        since: this.#now(),
        attempt: 0,
      };
      connection = { summary, entries: [], pending: [], lost: false, count: 0, look: undefined };
      this.#connections.set(id, connection);
      this.#dropConnections();
    }
    if (name !== '' && connection.summary.name === '') connection.summary = { ...connection.summary, name };
    return connection;
  }

  #step(connection: Connection, event: RedactedInspection): void {
    for (const transition of event._transitions ?? []) {
      const id = transitionId(transition);
      if (id !== undefined) connection.pending.push(id);
    }
    if (activePaths(event.snapshot?.value)[0] === 'lost') connection.lost = true;
  }

  /** The step is over: the chart rests in a state. */
  #rest(connection: Connection, event: RedactedInspection, snapshot: RedactedSnapshot): void {
    const { pending: transitions, lost, summary } = connection;
    connection.pending = [];
    connection.lost = false;
    const isFirst = summary.active.length === 0;
    if (transitions.length === 0 && !isFirst) return;
    const active = activePaths(snapshot.value);
    const state = (snapshot.tags ?? []).find((tag) => STATES.has(tag)) as ConnectionState | undefined;
    const now = this.#now();
    const context = (snapshot.context ?? {}) as {
      attempt?: number;
      loss?: EndOfConnection;
      verdict?: { delay?: number };
    };
    const next: ConnectionSummary = {
      id: summary.id,
      name: summary.name,
      state: state ?? summary.state,
      active,
      taken: transitions,
      since: state === summary.state && !lost && !isFirst ? summary.since : now,
      attempt: context.attempt ?? 0,
      ...(state === 'backoff' ? { dialAt: now + (context.verdict?.delay ?? 0) } : {}),
    };
    connection.summary = next;
    const from = summary.active.at(-1);
    const to = active.at(-1) ?? '';
    const hasEnded =
      lost ||
      (summary.active[0] === 'session' && active[0] !== 'session') ||
      (to === 'session.closing.byPeer' && from !== to);
    const entry: TimelineEntry = {
      n: connection.count + 1,
      at: now,
      trigger: triggerOf(event.event?.type ?? ''),
      ...(from === undefined ? {} : { from }),
      to,
      state: next.state,
      ...(isFirst ? {} : { lasted: now - summary.since }),
      transitions,
      ...(state === 'backoff' || state === 'reconnecting' ? { attempt: next.attempt } : {}),
      ...(state === 'backoff' ? { delay: context.verdict?.delay ?? 0 } : {}),
      ...(hasEnded && context.loss !== undefined ? { end: context.loss } : {}),
    };
    const isHeartbeat = summary.active[1] === 'session.open' && active[1] === 'session.open';
    this.#append(connection, isHeartbeat ? this.#heartbeat(connection, entry) : entry);
    for (const listener of this.#listeners) listener.changed(next.id);
  }

  /** Consecutive Pings and answers are one entry, which counts them. */
  #heartbeat(connection: Connection, entry: TimelineEntry): TimelineEntry {
    const last = connection.entries.at(-1);
    const before = last?.heartbeats;
    // The first Ping: it is not answered yet.
    let heartbeats: Heartbeats = before ?? { count: 0, last: undefined, least: undefined, most: undefined };
    if (entry.trigger === 'socket.ponged' || entry.trigger === 'socket.answered') {
      const rtt = connection.look?.()?.stats as { rtt?: number } | undefined;
      heartbeats = counted(heartbeats, rtt?.rtt);
    }
    return before === undefined ? { ...entry, heartbeats } : { ...entry, n: last?.n ?? entry.n, heartbeats };
  }

  #append(connection: Connection, entry: TimelineEntry): void {
    const { entries, summary } = connection;
    if (entries.at(-1)?.n === entry.n) {
      entries[entries.length - 1] = entry;
    } else {
      entries.push(entry);
      connection.count = entry.n;
      this.#entries += 1;
      if (entries.length > this.#bounds.entriesOfOne) this.#dropEntries(connection, 1);
      else if (this.#entries > this.#bounds.entries) this.#dropEntries(this.#longest(), 100);
    }
    for (const listener of this.#listeners) listener.entered(summary.id, entry);
  }

  #dropEntries(connection: Connection, atMost: number): void {
    // The newest stays, whatever the limits: the drawing shows it.
    this.#entries -= connection.entries.splice(0, Math.min(atMost, connection.entries.length - 1)).length;
  }

  #longest(): Connection {
    let longest: Connection | undefined;
    for (const each of this.#connections.values()) {
      if (longest === undefined || each.entries.length > longest.entries.length) longest = each;
    }
    return longest as Connection;
  }

  #dropConnections(): void {
    if (this.#connections.size <= this.#bounds.connections) return;
    let victim: Connection | undefined;
    for (const each of this.#connections.values()) {
      victim ??= each;
      if (!AT_REST.has(each.summary.state)) continue;
      victim = each;
      break;
    }
    if (victim === undefined) return;
    const { id } = victim.summary;
    this.#connections.delete(id);
    this.#entries -= victim.entries.length;
    for (const listener of this.#listeners) listener.gone(id);
  }
}

function counted({ count, least, most }: Heartbeats, rtt: number | undefined): Heartbeats {
  if (rtt === undefined) return { count: count + 1, last: undefined, least, most };
  return {
    count: count + 1,
    last: rtt,
    least: Math.min(least ?? rtt, rtt),
    most: Math.max(most ?? rtt, rtt),
  };
}
