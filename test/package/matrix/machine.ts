// The chart beside the user's own XState: `createActor`, snapshots, `provide` and `@xstate/graph`.

import { getShortestPaths } from '@xstate/graph';
import { type ConnectionMachine, connectionMachine, DEFAULT_POLICY, socketActor } from 'recker/machine';
import { type ActorRefFrom, createActor, type SnapshotFrom } from 'xstate';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

const input = {
  policy: { ...DEFAULT_POLICY, reconnect: true },
  environment: {
    dial: () => ({ ping() {}, pingAgain() {}, askLiveness() {}, close() {}, destroy() {} }),
    farewell() {},
    shouldReconnect: () => true,
    random: () => 0,
    now: () => 0,
    wallTime: () => 0,
  },
};
const actor: ActorRefFrom<ConnectionMachine> = createActor(connectionMachine, { input });
actor.start();
actor.send({ type: 'connect' });
actor.on('retryScheduled', ({ attempt, delay }) => (attempt satisfies number) + (delay satisfies number));

const snapshot: SnapshotFrom<typeof connectionMachine> = actor.getSnapshot();
export const attempt: number = snapshot.context.attempt;
export const isTyped: Equal<typeof snapshot.context.loss, undefined> = false;
export const tagged: boolean = snapshot.hasTag('queues');
export const matched: boolean = snapshot.matches('session') && snapshot.matches({ session: 'connecting' });
export const deep: boolean = snapshot.matches({ session: { open: { awaitingPong: 'waiting' } } });
export const child = snapshot.children.socket;

// @ts-expect-error: no such tag
snapshot.hasTag('queue');
// @ts-expect-error: no such state
snapshot.matches({ session: 'opening' });
// @ts-expect-error: no such event
actor.send({ type: 'dial' });
// @ts-expect-error: the chart cannot start without its input
createActor(connectionMachine);

export const tried = createActor(
  connectionMachine.provide({
    actors: { socket: socketActor },
    delays: { retryDelay: 5 },
    guards: { hasHeartbeat: () => false },
    actions: { bidFarewell: ({ context }) => context.environment.farewell() },
  }),
  { input },
);

// @ts-expect-error: no such action
connectionMachine.provide({ actions: { sayGoodbye() {} } });

export const paths = getShortestPaths(connectionMachine, {
  input,
  events: [{ type: 'connect' }, { type: 'socket.opened' }],
});
