/**
 * What stands for steps that a recording has forgotten: a short way to the state in which it goes on.
 *
 * Must not know: how the client really got there. Nobody knows that any more.
 */
import type { RecordedPolicy } from '../../recording/index.js';
import { type Act, type Cue, stateIn } from './cues.js';

const REFUSED = {
  name: 'ConnectionError',
  code: 'ECONNREFUSED',
  status: undefined,
  final: false,
  alert: undefined,
  retryAfter: 0,
};
const FAIL: Act = { do: 'fail', error: REFUSED, sentCode: undefined };

/** A step of the way: what is done, the event's name, and the state after it. */
type Step = readonly [act: Act, event: string, to: string];

const CONNECT: Step = [{ do: 'connect' }, 'connect', 'session.connecting'];

/**
 * The cues that lead to a state.
 *
 * @param path of the state of the chart
 * @param attempt the number of the dial, where it is known
 */
export function cuesTo(path: string, attempt: number, policy: RecordedPolicy): readonly Cue[] {
  let from = 'idle';
  return stepsTo(path, attempt, policy).map(([act, event, to]): Cue => {
    const cue: Cue = {
      line: 0,
      event,
      act,
      gap: 0,
      from,
      to,
      state: stateIn(to) ?? 'idle',
      attempt: undefined,
      chance: undefined,
      decision: true,
      isOffline: false,
    };
    from = to;
    return cue;
  });
}

function stepsTo(path: string, attempt: number, policy: RecordedPolicy): readonly Step[] {
  const to = (act: Act, event: string): Step => [act, event, path];
  const after = (before: string, ...step: Step[]) => [...stepsTo(before, attempt, policy), ...step];
  const open = policy.heartbeatInterval > 0 ? 'session.open.alive' : 'session.open.unwatched';
  switch (path) {
    case 'session.connecting':
      return [CONNECT];
    case 'session.reconnecting':
      return attempt === 0
        ? after(open, to({ do: 'reconnect' }, 'reconnect'))
        : after('backoff', to({ do: 'delay' }, 'after retryDelay'));
    case 'backoff':
      return [CONNECT, ...failures(Math.max(attempt, 1)), [FAIL, 'socket.failed', 'backoff']];
    case 'exhausted':
      return [CONNECT, ...failures(policy.maxReconnectAttempts + 1), [FAIL, 'socket.failed', 'exhausted']];
    case 'session.preparing':
      return after(dialling(attempt), to({ do: 'open' }, 'socket.opened'));
    case 'session.open.unwatched':
    case 'session.open.alive':
      return policy.prepare
        ? after('session.preparing', to({ do: 'prepared' }, 'session.prepared'))
        : after(dialling(attempt), to({ do: 'open' }, 'socket.opened'));
    case 'session.open.awaitingPong.waiting':
      return after('session.open.alive', to({ do: 'delay' }, 'after nextPing'));
    case 'session.open.awaitingPong.asked':
      return after('session.open.awaitingPong.waiting', to({ do: 'delay' }, 'after heartbeatTimeout'));
    case 'session.closing.byUs':
      return after(open, to({ do: 'close', code: 1000 }, 'close'));
    case 'session.closing.toConnect':
      return after('session.closing.byUs', to({ do: 'connect' }, 'connect'));
    case 'session.closing.byPeer':
      return after(open, to({ do: 'peerClose', code: 1001 }, 'socket.peerClosed'));
    case 'session.closing.toReconnect':
      return after('session.closing.byPeer', to({ do: 'reconnect' }, 'reconnect'));
    case 'session.closing.forGood':
      return after('session.closing.byPeer', to({ do: 'close', code: 1000 }, 'close'));
    case 'closed.ended':
      return [to({ do: 'close', code: 1000 }, 'close')];
    case 'closed.aborted':
      return [to({ do: 'abort' }, 'abort')];
    default:
      return [];
  }
}

const dialling = (attempt: number): string => (attempt > 0 ? 'session.reconnecting' : 'session.connecting');

/** All but the last of so many failed dials, each with the back-off that follows. */
const failures = (count: number): readonly Step[] =>
  Array.from({ length: count - 1 }).flatMap((): readonly Step[] => [
    [FAIL, 'socket.failed', 'backoff'],
    [{ do: 'delay' }, 'after retryDelay', 'session.reconnecting'],
  ]);
