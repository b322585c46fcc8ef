/**
 * The one actor that the chart invokes: it holds the socket of a session, from the dial to the end.
 *
 * XState does not clean up after a callback actor that throws, and the socket would leak; so this is total:
 * whatever happens becomes a fact, and the clean-up always destroys.
 */
import { fromCallback } from 'xstate';
import { ConnectionError, type SocketFact, type SocketPort, withCause } from '../port/index.js';
import { CUT_OFF } from './context.js';
import type { ConnectionEnvironment, DialAttempt } from './policy.js';
import { forgetOptions } from './xstateInternals.js';

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

/**
 * The actor that the chart invokes: one dial and the connection it becomes. Its events are facts of the
 * socket.
 */
export const socketActor = fromCallback<SocketCommand, SocketInput>(({ input, sendBack, receive, self }) => {
  forgetOptions(self);
  let socket: SocketPort;
  try {
    socket = input.dial({ attempt: input.attempt }, sendBack as (fact: SocketFact) => void);
  } catch (cause) {
    const error = new ConnectionError(withCause('The transport failed to dial', cause), { cause });
    sendBack({ type: 'socket.failed', loss: { ...CUT_OFF, error } });
    return undefined;
  }
  receive((command) => {
    switch (command.type) {
      case 'ping':
        return socket.ping();
      case 'pingAgain':
        return socket.pingAgain();
      case 'askLiveness':
        return socket.askLiveness();
      case 'forgetSilence':
        return socket.forgetSilence?.();
      case 'close':
        return socket.close(command.code, command.reason);
    }
  });
  return () => socket.destroy();
});
