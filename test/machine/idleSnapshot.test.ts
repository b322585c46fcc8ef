/** That a chart which is restored in `idle` is the chart that XState would have begun. */
import { expect, it } from 'vitest';
import { createActor } from 'xstate';
import { connectionMachine, DEFAULT_POLICY, idleSnapshot } from '../../src/machine/index.js';

const input = {
  policy: DEFAULT_POLICY,
  environment: {
    dial: () => ({ ping() {}, pingAgain() {}, askLiveness() {}, close() {}, destroy() {} }),
    farewell() {},
    shouldReconnect: () => true,
    random: () => 0,
    now: () => 0,
    wallTime: () => 0,
  },
};

it('is what XState works out for a new one', () => {
  const begun = createActor(connectionMachine, { input }).start().getSnapshot();
  const restored = createActor(connectionMachine, { input, snapshot: idleSnapshot(input) })
    .start()
    .getSnapshot();
  expect(restored).toEqual(begun);
  // In the same order: one hidden class of V8 for both.
  expect(Object.keys(restored.context)).toEqual(Object.keys(begun.context));
});

it('has nothing to do on the way into idle, which a restored chart does not go', () => {
  for (const { entry, invoke, after, always } of [
    connectionMachine.root,
    connectionMachine.getStateNodeById('idle'),
  ]) {
    expect({ entry, invoke, after, always }).toEqual({ entry: [], invoke: [], after: [], always: undefined });
  }
});
