/**
 * The floor of a client whose connection is run by XState: raw `ws` under a chart of two states that invokes one actor
 * for the socket. No delay, no policy, one action.
 */
import { createActor, fromCallback, setup } from 'xstate';
import type { Client, Connection } from './client.js';
import { client as ws } from './ws.js';

interface Opened {
  readonly type: 'opened';
  readonly connection: Connection;
}
type Event = Opened | { readonly type: 'failed'; readonly error: unknown };
type Dial = () => Promise<Connection>;

const socket = fromCallback<Event, { readonly dial: Dial }>(({ input, sendBack }) => {
  input.dial().then(
    (connection) => sendBack({ type: 'opened', connection } satisfies Opened),
    (error: unknown) => sendBack({ type: 'failed', error } satisfies Event),
  );
});

const machine = setup({
  types: {
    context: {} as { readonly dial: Dial; readonly settle: (event: Event) => void },
    events: {} as Event,
    input: {} as { readonly dial: Dial; readonly settle: (event: Event) => void },
  },
  actors: { socket },
  actions: { settle: ({ context, event }) => context.settle(event) },
}).createMachine({
  context: ({ input }) => input,
  invoke: { src: 'socket', input: ({ context }) => ({ dial: context.dial }) },
  initial: 'connecting',
  states: {
    connecting: {
      on: {
        opened: { target: 'open', actions: 'settle' },
        failed: { target: 'closed', actions: 'settle' },
      },
    },
    open: {},
    closed: {},
  },
});

export const client: Client = {
  connect: (url, options) =>
    new Promise<Connection>((resolve, reject) => {
      const settle = (event: Event): void =>
        // The actor lives as long as the connection: it is a part of what that takes.
        event.type === 'opened' ? resolve(Object.assign(event.connection, { actor })) : reject(event.error);
      const actor = createActor(machine, { input: { dial: () => ws.connect(url, options), settle } });
      actor.start();
    }),
};
