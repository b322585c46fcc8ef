/**
 * How much of a URL, an object or an inspection event may be shown: names and shapes, never user info, query
 * values, header values, credentials or message data.
 *
 * What an inspector gets is copied by what is known to be harmless, not by what is known to be secret: a string
 * is shown where its name says that it is one of the chart's own words, an error by its name, code and message,
 * a function and an object of a class by their kind. So what somebody adds to an event later is hidden until it
 * is named here.
 */

import {
  isError,
  REDACTED,
  ReckerError,
  redactText,
  redactUrl,
  SessionError,
  withCause,
} from '../port/index.js';

export { REDACTED, redactUrl };

/** An error, as it may be shown: no cause, no stack, no headers. */
export interface RedactedError {
  /** The error's class. */
  readonly name: string;
  /** The error's stable code. */
  readonly code?: string | number | undefined;
  /** The message, redacted. */
  readonly message: string;
  /** Of a `HandshakeError`. */
  readonly status?: number | undefined;
  /** Where it failed: `proxy` or `server`. */
  readonly hop?: string | undefined;
  /** Of a `TimeoutError`. */
  readonly phase?: string | undefined;
  /** True where the error says that no later dial can succeed. */
  readonly final?: true | undefined;
  /** The number of a TLS alert (RFC 8446 §6.2). */
  readonly alert?: number | undefined;
}

/**
 * An error's name, code and message. Of what is not this library's own only the kind is shown: users, servers
 * and libraries put anything into their messages.
 */
export function redactError(error: Error): RedactedError {
  if (!(error instanceof ReckerError)) return { name: 'Error', message: REDACTED };
  const { name, code } = error;
  const shown = error as {
    status?: unknown;
    hop?: unknown;
    phase?: unknown;
    final?: unknown;
    alert?: unknown;
  };
  return {
    name,
    code,
    message: redactText(ownWords(error)),
    ...(typeof shown.status === 'number' ? { status: shown.status } : {}),
    ...(typeof shown.hop === 'string' ? { hop: shown.hop } : {}),
    ...(typeof shown.phase === 'string' ? { phase: shown.phase } : {}),
    ...(shown.final === true ? { final: true } : {}),
    ...(typeof shown.alert === 'number' ? { alert: shown.alert } : {}),
  };
}

/**
 * An error's message without the words of code that is not ours: what a provider throws may say what the provider knows.
 * Errors of the system and of the engines have a code; their words stay.
 */
function ownWords(error: ReckerError): string {
  const { message, cause } = error;
  // Users make these themselves.
  if (error instanceof SessionError) {
    const why = cause instanceof ReckerError ? `: ${ownWords(cause)}` : '';
    return `The connection could not be prepared${why}`;
  }
  const quoted = withCause('', cause);
  if (quoted === '' || !message.endsWith(quoted)) return message;
  const own = message.slice(0, -quoted.length);
  if (cause instanceof ReckerError) return `${own}: ${ownWords(cause)}`;
  return typeof (cause as { readonly code?: unknown }).code === 'string' ? message : own;
}

/** The members whose strings are the chart's or XState's own words. The close reason is the peer's; RFC 6455 §7.1.6 means it to be read. */
const OWN_WORDS: ReadonlySet<string> = new Set([
  'type',
  'reason',
  'stage',
  'kind',
  'reconnectJitter',
  'status',
  'id',
  'sendId',
  'targetId',
  'src',
]);

const MAX_DEPTH = 8;

/** A copy in which only numbers, switches, shapes and the chart's own words are left. */
function redactValue(value: unknown, name: string, depth = 0): unknown {
  if (typeof value === 'string') return OWN_WORDS.has(name) ? redactText(value) : REDACTED;
  if (typeof value === 'function') return '[function]';
  if (typeof value === 'symbol' || typeof value === 'bigint') return REDACTED;
  if (typeof value !== 'object' || value === null) return value;
  if (isError(value)) return redactError(value);
  if (depth >= MAX_DEPTH) return REDACTED;
  if (Array.isArray(value)) return value.map((each) => redactValue(each, name, depth + 1));
  const prototype = Object.getPrototypeOf(value) as unknown;
  if (prototype !== Object.prototype && prototype !== null) return '[object]';
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, redactValue(member, key, depth + 1)]),
  );
}

/** What an inspector may know of an actor. It looks like XState's reference, and can do nothing to the actor. */
export interface RedactedActorRef {
  /** The actor's name. */
  readonly id: string;
  /** Unique in the process. */
  readonly sessionId: string;
  /** The actor that spawned it, under XState's name. */
  readonly _parent: RedactedActorRef | undefined;
  /** The chart's definition as plain data, where the actor runs one. */
  readonly logic: { readonly config: unknown };
  /** The present snapshot, redacted. */
  getSnapshot(): RedactedSnapshot;
  /** Does nothing: an inspector only observes. */
  send(event: unknown): void;
  /** The actor's ids. */
  toJSON(): unknown;
}

/** A snapshot as plain data. */
export interface RedactedSnapshot {
  /** `active`, or how the actor ended. */
  readonly status: string;
  /** The state value, e.g. `{ session: { open: 'alive' } }`. */
  readonly value?: unknown;
  /** The chart's context, without secrets. */
  readonly context?: unknown;
  /** The tags of the active states. */
  readonly tags?: readonly string[] | undefined;
  readonly [more: string]: unknown;
}

/** A transition that a microstep took, as plain data. */
export interface RedactedTransition {
  readonly eventType: string;
  readonly source: RedactedNode;
  readonly target: readonly RedactedNode[] | undefined;
  readonly guard: string | undefined;
  readonly actions: readonly { readonly type: string }[];
  readonly reenter: boolean;
}

/** A state of the chart, by its names. */
export interface RedactedNode {
  readonly id: string;
  readonly key: string;
  readonly path: readonly string[];
}

/** An inspection event without secrets: XState's shape, with copies of what it points to. */
export interface RedactedInspection {
  /** E.g. `@xstate.snapshot`. */
  readonly type: string;
  /** The session id of the client's chart: the same for all its events. */
  readonly rootId: string;
  /** The actor that the event is about. */
  readonly actorRef: RedactedActorRef;
  /** The actor that sent `event`. */
  readonly sourceRef?: RedactedActorRef | undefined;
  /** What the actor received. */
  readonly event?: { readonly type: string; readonly [more: string]: unknown };
  /** The actor's snapshot after it. */
  readonly snapshot?: RedactedSnapshot | undefined;
  /** The action that was executed. */
  readonly action?: { readonly type: string; readonly params: unknown };
  /** The transitions that were taken, under XState's name. */
  readonly _transitions?: readonly RedactedTransition[] | undefined;
}

/** What is read of XState's inspection events; any `InspectionEvent` fits. */
export interface InspectionLike {
  readonly type: string;
  readonly rootId: string;
}

interface RawRef {
  readonly id?: string;
  readonly sessionId: string;
  readonly _parent?: RawRef;
  readonly logic?: { readonly config?: unknown };
  getSnapshot(): unknown;
}

interface RawTransition {
  readonly eventType: string;
  readonly source: RedactedNode;
  readonly target?: readonly RedactedNode[];
  readonly guard?: unknown;
  readonly actions?: readonly unknown[];
  readonly reenter?: boolean;
}

interface RawInspection extends InspectionLike {
  readonly actorRef: RawRef;
  readonly sourceRef?: RawRef;
  readonly event?: unknown;
  readonly snapshot?: unknown;
  readonly action?: { readonly type: string; readonly params: unknown };
  readonly _transitions?: readonly RawTransition[];
}

/** One stand-in for each actor: inspectors tell actors apart by identity, too. */
const standIns = new WeakMap<object, RedactedActorRef>();
/** What came out of here needs no second copy, which would hide what the first one has shown. */
const redacted = new WeakSet<object>();
/** The definition is the same for all clients. */
const definitions = new WeakMap<object, unknown>();

/**
 * A safe copy of one of XState's inspection events, for whatever shows, keeps or sends it. XState's inspectors
 * take it in the place of the original.
 *
 * @example
 * import { createActor } from 'xstate';
 * import { redactInspection } from 'recker/inspect';
 *
 * const inspect = (event) => console.log(JSON.stringify(redactInspection(event)));
 */
export function redactInspection(inspected: InspectionLike): RedactedInspection {
  if (redacted.has(inspected)) return inspected as RedactedInspection;
  const raw = inspected as RawInspection;
  const copy: RedactedInspection = {
    type: raw.type,
    rootId: raw.rootId,
    actorRef: standIn(raw.actorRef),
    ...('sourceRef' in raw ? { sourceRef: raw.sourceRef && standIn(raw.sourceRef) } : {}),
    ...('event' in raw ? { event: redactValue(raw.event, 'event') as { type: string } } : {}),
    ...('snapshot' in raw ? { snapshot: redactSnapshot(raw.snapshot) } : {}),
    ...(raw.action === undefined
      ? {}
      : { action: { type: raw.action.type, params: redactValue(raw.action.params, 'params') } }),
    ...(raw._transitions === undefined ? {} : { _transitions: raw._transitions.map(redactTransition) }),
  };
  redacted.add(copy);
  return copy;
}

function standIn(actor: RawRef): RedactedActorRef {
  let found = standIns.get(actor);
  if (found === undefined) {
    const { sessionId, id = sessionId } = actor;
    found = Object.freeze({
      id,
      sessionId,
      _parent: actor._parent === undefined ? undefined : standIn(actor._parent),
      logic: { config: definitionOf(actor.logic?.config) },
      getSnapshot: () => snapshotOf(actor),
      send() {},
      toJSON: () => ({ xstate$$type: 1, id }),
    });
    standIns.set(actor, found);
  }
  return found;
}

/** XState's development build throws while the actor is being made, which is when inspectors first see it. */
function snapshotOf(actor: RawRef): RedactedSnapshot {
  try {
    return redactSnapshot(actor.getSnapshot());
  } catch {
    return { status: 'active' };
  }
}

/** JSON leaves the functions out; guards, actions and delays are names, so nothing of the graph is lost. */
function definitionOf(config: unknown): unknown {
  if (typeof config !== 'object' || config === null) return undefined;
  if (!definitions.has(config)) definitions.set(config, JSON.parse(JSON.stringify(config)));
  return definitions.get(config);
}

/** The state value and the tags are the chart's own words; all else is copied with care. */
function redactSnapshot(snapshot: unknown): RedactedSnapshot {
  // XState tells of an actor before its first snapshot is made.
  if (typeof snapshot !== 'object' || snapshot === null) return { status: 'active' };
  const { status, value, context, tags, output, error, input, children } = snapshot as Record<
    string,
    unknown
  >;
  return {
    status: String(status),
    ...(value === undefined ? {} : { value: JSON.parse(JSON.stringify(value)) }),
    ...(context === undefined ? {} : { context: redactValue(context, 'context') }),
    ...(tags instanceof Set ? { tags: [...tags].map(String) } : {}),
    ...(input === undefined ? {} : { input: redactValue(input, 'input') }),
    output: redactValue(output, 'output'),
    error: redactValue(error, 'error'),
    ...(children === undefined ? {} : { children: childrenOf(children) }),
  };
}

function childrenOf(children: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.keys(children as object).map((id) => [id, { xstate$$type: 1, id }]));
}

function redactTransition(transition: RawTransition): RedactedTransition {
  const { eventType, source, target, guard, actions = [], reenter = false } = transition;
  return {
    eventType,
    source: nodeOf(source),
    target: target?.map(nodeOf),
    guard: guard === undefined ? undefined : wordOf(guard),
    actions: actions.map((action) => ({ type: wordOf(action) })),
    reenter,
  };
}

function nodeOf({ id, key, path }: RedactedNode): RedactedNode {
  return { id, key, path: [...path] };
}

/** The name of a guard or action: a string, or an object with a type. */
function wordOf(named: unknown): string {
  if (typeof named === 'string') return named;
  return typeof named === 'object' && named !== null && 'type' in named ? String(named.type) : '(inline)';
}
