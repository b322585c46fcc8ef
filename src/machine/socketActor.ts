/**
 * The one actor that the chart invokes: it holds the socket of a session, from the dial to the end.
 *
 * XState does not clean up after an actor that throws, and the socket would leak; so this is total: whatever happens becomes
 * a fact, and the stop always destroys.
 *
 * It does what a `fromCallback` actor does, and can be replaced by one. It is written as plain logic because each connection
 * holds one: the callback's closures, its set of receivers and its entry in a `WeakMap` are half a KiB.
 */
import type { CallbackActorLogic, CallbackSnapshot } from 'xstate';
import { ConnectionError, type SocketFact, type SocketPort, withCause } from '../port/index.js';
import { CUT_OFF } from './context.js';
import type { ConnectionEnvironment, DialAttempt } from './policy.js';
import { forgetOptions, sendToParent } from './xstateInternals.js';

/** What the chart sends to the socket. */
export type SocketCommand =
  | { readonly type: 'ping' }
  | { readonly type: 'pingAgain' }
  | { readonly type: 'askLiveness' }
  | { readonly type: 'forgetSilence' }
  | { readonly type: 'close'; readonly code: number; readonly reason: string };

/** Closures only: what an actor's input holds, an inspector shows. */
export interface SocketInput extends DialAttempt {
  /** Starts the dial. */
  readonly dial: ConnectionEnvironment['dial'];
}

/** What a callback actor shows, and the socket, which inspectors do not see. */
type SocketSnapshot = CallbackSnapshot<SocketInput> & { socket?: SocketPort | undefined };

/**
 * The actor that the chart invokes: one dial and the connection it becomes. Its events are facts of the
 * socket.
 */
export const socketActor: CallbackActorLogic<SocketCommand, SocketInput> = {
  getInitialSnapshot: (_scope, input): SocketSnapshot => ({
    status: 'active',
    output: undefined,
    error: undefined,
    input,
    socket: undefined,
  }),

  start(snapshot: SocketSnapshot, { self }) {
    forgetOptions(self);
    const report = (fact: SocketFact) => {
      if (self.getSnapshot().status === 'active') sendToParent(self, fact);
    };
    try {
      snapshot.socket = snapshot.input.dial({ attempt: snapshot.input.attempt }, report);
    } catch (cause) {
      const error = new ConnectionError(withCause('The transport failed to dial', cause), { cause });
      report({ type: 'socket.failed', loss: { ...CUT_OFF, error } });
    }
  },

  transition(snapshot: SocketSnapshot, event: SocketCommand | { readonly type: 'xstate.stop' }) {
    const { socket } = snapshot;
    switch (event.type) {
      case 'ping':
        socket?.ping();
        break;
      case 'pingAgain':
        socket?.pingAgain();
        break;
      case 'askLiveness':
        socket?.askLiveness();
        break;
      case 'forgetSilence':
        socket?.forgetSilence?.();
        break;
      case 'close':
        socket?.close(event.code, event.reason);
        break;
      case 'xstate.stop':
        socket?.destroy();
        return { ...snapshot, status: 'stopped', error: undefined, socket: undefined };
    }
    return snapshot;
  },

  // The socket is of this process.
  getPersistedSnapshot: ({ socket: _, ...persisted }: SocketSnapshot) => persisted,
  restoreSnapshot: (persisted) => ({ ...(persisted as SocketSnapshot), socket: undefined }),
};
