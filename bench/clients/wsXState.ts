/**
 * The floor of a client whose connection is run by XState: raw `ws` under a chart that invokes one actor for the socket. No
 * policy and no error. With a heartbeat, the open state has two states and two delays; without, it has none.
 */
import { createActor, fromCallback, sendTo, setup } from 'xstate';
import type { Client, Connection, ConnectOptions } from './client.js';
import { dial, wrap } from './ws.js';

interface Opened {
  readonly type: 'opened';
  readonly connection: Connection;
}
type Event = Opened | { readonly type: 'failed'; readonly error: unknown } | { readonly type: 'ponged' };

interface Input {
  readonly url: string;
  readonly heartbeatMs: number;
  readonly settle: (event: Event) => void;
}

const socket = fromCallback<{ readonly type: 'ping' }, string>(({ input, sendBack, receive }) => {
  const report = (event: Event): void => sendBack(event);
  dial(input).then(
    (opened) => {
      opened.on('pong', () => report({ type: 'ponged' }));
      receive(() => opened.ping());
      report({ type: 'opened', connection: wrap(opened) });
    },
    (error: unknown) => report({ type: 'failed', error }),
  );
});

const base = setup({
  types: { context: {} as Input, events: {} as Event, input: {} as Input },
  actors: { socket },
  actions: {
    settle: ({ context, event }) => context.settle(event),
    ping: sendTo('socket', { type: 'ping' }),
  },
  delays: {
    interval: ({ context }) => context.heartbeatMs,
    timeout: ({ context }) => context.heartbeatMs / 2,
  },
});

const dialling = {
  on: {
    opened: { target: 'open', actions: 'settle' },
    failed: { target: 'closed', actions: 'settle' },
  },
} as const;

const machine = base.createMachine({
  context: ({ input }) => input,
  invoke: { id: 'socket', src: 'socket', input: ({ context }) => context.url },
  initial: 'connecting',
  states: { connecting: dialling, open: {}, closed: {} },
});

const beatingMachine = base.createMachine({
  context: ({ input }) => input,
  invoke: { id: 'socket', src: 'socket', input: ({ context }) => context.url },
  initial: 'connecting',
  states: {
    connecting: dialling,
    open: {
      initial: 'alive',
      states: {
        alive: { after: { interval: 'awaitingPong' } },
        awaitingPong: { entry: 'ping', on: { ponged: 'alive' }, after: { timeout: 'dead' } },
        dead: {},
      },
    },
    closed: {},
  },
});

export const client: Client = {
  connect: (url, { heartbeatMs }: ConnectOptions = {}) =>
    new Promise<Connection>((resolve, reject) => {
      const settle = (event: Event): void => {
        // The actor lives as long as the connection: it is a part of what that takes.
        if (event.type === 'opened') resolve(Object.assign(event.connection, { actor }));
        else if (event.type === 'failed') reject(event.error);
      };
      const input = { url, heartbeatMs: heartbeatMs ?? 0, settle };
      const actor =
        heartbeatMs === undefined ? createActor(machine, { input }) : createActor(beatingMachine, { input });
      actor.start();
    }),
};
