// The chart, whose types are XState's: they need `AbortSignal`, of Node's types or the DOM library.
import { createClient } from 'recker';
import { connectionMachine, isBeyondRetry } from 'recker/machine';
import { createActor } from 'xstate';

const ws = createClient().ws('wss://x', {
  shouldReconnect: (failure) => !isBeyondRetry(failure),
  // The user's own xstate is the one that these types name.
  inspect: (event) => event.type,
});

export const drawn = [connectionMachine.id, createActor, ws.state];
