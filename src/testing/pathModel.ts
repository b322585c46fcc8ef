/**
 * The chart together with what surrounds it, as one pure state that `xstate/graph` can traverse.
 *
 * Owns: which events are physically possible in a state, and what time does. The chart alone would take
 * `socket.opened` before a dial, a delay that never began, or an answer to a question nobody asked; a path
 * with those could be run on nothing. So here are a link (frozen or not), the pending timers, of which only
 * the earliest can fire, and the question whether anything was heard. Must not know: which transitions exist,
 * or how a path is described and run.
 *
 * The socket actor is never started, because a traversal executes no actions: `dial` is not called.
 */
import type { AnyTransitionDefinition, SnapshotFrom } from 'xstate';
import {
  AbortError,
  type ConnectionEmitted,
  ConnectionError,
  type ConnectionEvent,
  type ConnectionMachine,
  type ConnectionPolicy,
  CUT_OFF,
  defaultShouldReconnect,
  HandshakeError,
  type Loss,
  ProgressMarks,
  SessionError,
  stateNodes,
  untilStalled,
} from '../machine/index.js';
import type { SendProgress } from '../port/index.js';
import { effectsRecorder, type PendingDelay } from './pathEffects.js';

/** What can happen in a path: the chart's own events, and what the chart learns of only indirectly. */
export type PathEvent =
  | ConnectionEvent
  /** The kernel, which is full, takes some of what waits; others still wait. */
  | { readonly type: 'kernel.took' }
  /** From here on nothing gets through in either direction, and no end is reported: a half-open connection. */
  | { readonly type: 'link.froze' }
  /** The process was stopped: the time of day went on, no timer fired. */
  | { readonly type: 'process.slept'; readonly ms: number }
  /** The earliest pending timer, a delay of the chart, came due. */
  | { readonly type: 'delay.passed'; readonly delay: string; readonly ms: number };

/** The errors that the events of paths carry. One object each, so that a test may compare by identity. */
const REFUSED = new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
const UNPREPARED = new SessionError('The login was refused');
const BROKEN = new ConnectionError('Invalid WebSocket frame', { code: 'WS_ERR_INVALID_OPCODE' });
const BUSY = new HandshakeError('The server answered 503', {
  status: 503,
  headers: { 'retry-after': '1' },
});
const ABORTED = new AbortError('The client was aborted');

/** The kernel became full or took something, a Pong or other bytes came, or the chart had the time of a sleep forgotten. */
interface Move {
  readonly kind: 'fill' | 'take' | 'receive' | 'forget';
  readonly at: number;
}

/** One state of the chart and its surroundings, with how it was reached. Times in ms. */
export interface World {
  readonly status: 'active';
  readonly output: undefined;
  readonly error: undefined;
  readonly chart: SnapshotFrom<ConnectionMachine>;
  /** What timers have seen pass. */
  readonly elapsed: number;
  /** What passed without them. */
  readonly slept: number;
  readonly isFrozen: boolean;
  readonly isAsked: boolean;
  /** What happened to the bytes on their way out, of the present socket. */
  readonly moves: readonly Move[];
  /** In the order in which they come due. */
  readonly pending: readonly PendingDelay[];
  /** The transitions of the step that led here. */
  readonly taken: readonly AnyTransitionDefinition[];
  /** What the chart emitted in that step. */
  readonly emitted: readonly ConnectionEmitted[];
}

/** The traversable logic. */
export interface PathModel {
  readonly initial: World;
  /** What can happen next. */
  events(world: World): readonly PathEvent[];
  next(world: World, event: PathEvent): World;
  /** Equal for states between which no future can tell, whatever the time and whatever led to them. */
  serialize(world: World): string;
}

/** Puts one policy around a chart. */
export function createPathModel(machine: ConnectionMachine, policy: ConnectionPolicy): PathModel {
  // XState asks the closures below while it computes, so the time is put here before each computation.
  let now = 0;
  const effects = effectsRecorder();
  const delayNames = delayNamesOf(machine);

  const input = {
    policy,
    environment: {
      dial: () => ({ ping() {}, pingAgain() {}, askLiveness() {}, close() {}, destroy() {} }),
      farewell() {},
      shouldReconnect: defaultShouldReconnect,
      random: () => 0,
      now: () => now,
      wallTime: () => now,
    },
  };

  const settle = (before: World | undefined, compute: () => SnapshotFrom<ConnectionMachine>): World => {
    const elapsed = before?.elapsed ?? 0;
    const slept = before?.slept ?? 0;
    now = elapsed + slept;
    effects.reset();
    const chart = compute();
    // Facts of an old socket cannot come any more, and a new one has a link of its own.
    const isSameSocket = chart.children.socket === before?.chart.children.socket;
    return {
      ...ACTIVE,
      chart,
      elapsed,
      slept,
      isFrozen: isSameSocket && (before?.isFrozen ?? false),
      isAsked: isSameSocket && ((before?.isAsked ?? false) || effects.hasSent('askLiveness')),
      moves: isSameSocket ? movesAfter(before?.moves ?? [], now, effects.hasSent('forgetSilence')) : [],
      pending: effects.pending(before?.pending ?? [], elapsed, delayNames),
      taken: effects.taken(),
      emitted: effects.emitted(),
    };
  };

  return {
    initial: settle(undefined, () => machine.getInitialSnapshot(effects.scope, input)),
    events: (world) => possibleEvents(world, policy),
    next(world, event) {
      const still = { ...world, taken: [], emitted: [] };
      switch (event.type) {
        case 'link.froze':
          return { ...still, isFrozen: true };
        case 'process.slept':
          return { ...still, slept: world.slept + event.ms };
        case 'kernel.took':
          return { ...still, moves: [...world.moves, { kind: 'take', at: world.elapsed + world.slept }] };
        case 'delay.passed': {
          const [first, ...rest] = world.pending;
          if (first === undefined || first.name !== event.delay) {
            throw new Error(`The delay ${event.delay} is not the next one to pass`);
          }
          const due = { ...world, elapsed: first.due, pending: rest };
          return settle(due, () => machine.transition(world.chart, delayed(first.eventType), effects.scope));
        }
        default: {
          const settled = after(world, event);
          return settle(settled, () => machine.transition(world.chart, event, effects.scope));
        }
      }
    },
    serialize({ chart, elapsed, isFrozen, isAsked, moves, slept, pending }) {
      const { attempt, stage, verdict, loss, dialledAt, notBefore, isHastened, stallsAt, pingedAt } =
        chart.context;
      const at = elapsed + slept;
      const waits = chart.hasTag('backoff') ? [notBefore > at, dialledAt + policy.reconnectDelay > at] : [];
      return JSON.stringify([
        chart.value,
        attempt,
        stage,
        verdict.kind,
        [loss?.code, loss?.sentCode, loss?.error?.name],
        [isFrozen, isAsked, slept > 0, isHastened],
        waits,
        moves.flatMap(({ kind }) => (kind === 'receive' ? [] : kind)),
        pending.map(({ name }) => name),
        stallsAt < pingedAt + policy.heartbeatInterval,
      ]);
    },
  };
}

/** What an event means for the link, before the chart gets it. */
function after(world: World, event: PathEvent): World {
  if (event.type === 'socket.answered') {
    return { ...(event.alive ? moved(world) : world), isAsked: false };
  }
  if (event.type === 'socket.ponged') return moved(world);
  if (event.type !== 'socket.filled') return world;
  return { ...world, moves: [{ kind: 'fill', at: world.elapsed + world.slept }] };
}

/** Of what is received only the newest counts. */
function moved(world: World): World {
  const { moves, elapsed, slept } = world;
  if (moves.length === 0) return world;
  return {
    ...world,
    moves: [...moves.filter(({ kind }) => kind !== 'receive'), { kind: 'receive', at: elapsed + slept }],
  };
}

function movesAfter(moves: readonly Move[], at: number, hasForgotten: boolean): readonly Move[] {
  return hasForgotten && moves.length > 0 ? [...moves, { kind: 'forget', at }] : moves;
}

/** What a socket says of the bytes on their way out. */
function sendingIn({ moves, elapsed, slept }: World): { readonly sending?: SendProgress } {
  const [first, ...later] = moves;
  if (first === undefined) return {};
  const marks = new ProgressMarks(first.at, CAPACITY);
  for (const { kind, at } of later) {
    if (kind === 'forget') {
      marks.forgetSilence(at);
    } else if (kind === 'receive') {
      marks.received(at);
    } else {
      marks.take(at, 1, true);
      marks.question();
    }
  }
  return { sending: marks.read(elapsed + slept) };
}

/** What the kernel of a path took before it was full, in bytes. */
const CAPACITY = 0;

const ACTIVE = { status: 'active', output: undefined, error: undefined } as const;

/** What the user, the peer, the link and time may do. The chart is free to ignore it. */
function possibleEvents(world: World, policy: ConnectionPolicy): readonly PathEvent[] {
  const { chart, isFrozen, isAsked, pending } = world;
  const { loss } = chart.context;
  const events: PathEvent[] = [
    { type: 'connect' },
    { type: 'close', code: 1000, reason: '' },
    { type: 'reconnect' },
    { type: 'terminate' },
    { type: 'abort', error: ABORTED },
  ];
  const isDialling = chart.hasTag('connecting') || chart.hasTag('reconnecting');
  if (isDialling) {
    events.push({ type: 'socket.opened' }, { type: 'socket.failed', loss: { ...CUT_OFF, error: REFUSED } });
    if (mayBeBusy(world, policy)) events.push({ type: 'socket.failed', loss: { ...CUT_OFF, error: BUSY } });
  }
  if (chart.hasTag('preparing')) {
    events.push({ type: 'session.prepared' }, { type: 'session.failed', error: UNPREPARED });
  }
  if ((chart.hasTag('open') || chart.hasTag('preparing')) && !isFrozen) {
    events.push(
      { type: 'socket.peerClosed', code: 1001, reason: 'going away' },
      { type: 'socket.peerErred', sentCode: 1002, error: BROKEN },
      { type: 'socket.closed', loss: CUT_OFF },
    );
    // The answer to a question comes at once: nothing happens in between.
    if (!isAsked) events.push({ type: 'link.froze' });
  }
  if (chart.hasTag('closing') && !isFrozen) {
    events.push({ type: 'socket.closed', loss: endOfClosing(loss) });
  }
  const { moves } = world;
  if (mayFill(world, policy)) {
    const full: World = { ...world, moves: [{ kind: 'fill', at: world.elapsed + world.slept }] };
    const { sending } = sendingIn(full);
    if (sending !== undefined) events.push({ type: 'socket.filled', sending });
  }
  if (moves.length > 0 && !isFrozen && !isAsked && !moves.some(({ kind }) => kind === 'take'))
    events.push({ type: 'kernel.took' });
  if (isAsked) {
    const heard = isFrozen ? world : moved(world);
    events.push({ type: 'socket.answered', alive: !isFrozen, ...sendingIn(heard) });
    const { sending } = sendingIn(world);
    // On a link that works bytes do not stand still for as long as that.
    const moves = sending !== undefined && (chart.hasTag('closing') || untilStalled(policy, sending) > 0);
    if (!isFrozen && moves) events.push({ type: 'socket.answered', alive: false, sending });
  }
  const isAwaiting = chart.matches({ session: { open: 'awaitingPong' } });
  if (isAwaiting && !isFrozen) events.push({ type: 'socket.ponged' });
  // To sleep makes a difference to the chart only while a Ping is under way: here it has just left.
  const hasJustPinged = isAwaiting && chart.context.pingedAt === world.elapsed;
  // Or while bytes wait for the kernel: here the time at which they count as stalled is set.
  const mayStall = chart.matches({ session: { open: 'alive' } }) && Number.isFinite(chart.context.stallsAt);
  if (isFrozen && (hasJustPinged || mayStall) && world.slept === 0) {
    events.push({ type: 'process.slept', ms: 2 * policy.heartbeatInterval + policy.heartbeatTimeout });
  }
  const [timer] = pending;
  // The answer comes at once, or with the next turn of the event loop: no timer of the chart is as short.
  if (timer !== undefined && !isAsked) {
    events.push({ type: 'delay.passed', delay: timer.name, ms: timer.due - world.elapsed });
  }
  // Elsewhere the chart has no answer to them.
  if (chart.hasTag('open') || chart.hasTag('backoff')) {
    events.push({ type: 'runtime.online' }, { type: 'runtime.awake' });
  }
  return events;
}

/** Whether the server may answer with a `Retry-After`: at a first dial alone, since what comes of it is the same at all. */
function mayBeBusy({ chart }: World, { reconnect }: ConnectionPolicy): boolean {
  return reconnect && chart.context.stage === 'connecting' && chart.context.loss === undefined;
}

/**
 * Whether the kernel may become full: once, and only for a client whose connection follows no loss, since what comes
 * of it is the same for all, and the states would be ten times as many.
 */
function mayFill({ chart, isFrozen, isAsked, moves }: World, policy: ConnectionPolicy): boolean {
  if (policy.reconnect || policy.prepares || chart.context.stage === 'reconnecting') return false;
  if (isFrozen || isAsked || moves.length > 0 || chart.context.loss !== undefined) return false;
  return chart.hasTag('open') || chart.hasTag('closing');
}

/** How the closing handshake ends: with the code of the Close that the peer sent, first or as its answer. */
function endOfClosing(known: Loss | undefined): Loss {
  if (known === undefined) return { code: 1000, reason: '', wasClean: true };
  // A peer that broke the protocol is read no further, so no Close of it is ever seen.
  if (known.sentCode !== undefined) return CUT_OFF;
  return { code: known.code, reason: known.reason, wasClean: true };
}

/** XState's delayed events are no part of the chart's own vocabulary, though it understands them. */
function delayed(type: string): ConnectionEvent {
  return { type } as unknown as ConnectionEvent;
}

function delayNamesOf(machine: ConnectionMachine): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const node of stateNodes(machine)) {
    for (const { eventType, delay } of node.after) names.set(eventType, String(delay));
  }
  return names;
}
