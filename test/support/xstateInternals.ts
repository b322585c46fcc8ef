/**
 * What src/machine/xstateInternals.ts relies on, held against one copy of XState: it may be the installed one, or the
 * oldest or newest one that is allowed.
 */
import assert from 'node:assert/strict';
import {
  forgetOptions,
  isolateScheduler,
  sendToParent,
  shareSession,
} from '../../src/machine/xstateInternals.js';

/** A copy of XState, as far as it is used here. */
export type XState = Pick<typeof import('xstate'), 'createActor' | 'createMachine' | 'fromCallback'>;

/** What unsetActorOptions() keeps from a polluted prototype, and what is read of every actor and always given. */
const KNOWN = new Set([
  'id',
  'inspect',
  'parent',
  'snapshot',
  'src',
  'state',
  'syncSnapshot',
  'systemId',
  'input',
]);
/** Words that JavaScript itself looks up where a member is defined. */
const DESCRIPTOR = new Set(['value', 'writable', 'get', 'set', 'enumerable', 'configurable']);
const READ_LATER = ['devTools'];

interface Internals {
  options: object;
  readonly system: { readonly _snapshot?: { readonly _scheduledEvents?: object } };
}

/** A machine that does what the chart does: it waits, invokes an actor, takes an event of it and goes on. */
function makeActor(
  xstate: XState,
  options: object,
): { start(): void; send(event: object): void; stop(): void } {
  const socket = xstate.fromCallback(() => () => {});
  const machine = xstate.createMachine({
    initial: 'waiting',
    states: {
      waiting: { after: { 60000: 'dialling' }, on: { connect: 'dialling' } },
      dialling: {
        invoke: { src: socket, id: 'socket' },
        after: { 60000: 'waiting' },
        on: { stop: 'waiting' },
      },
    },
  });
  return xstate.createActor(machine, options as never) as never;
}

/** @throws where a function of xstateInternals.ts would do nothing, or harm, with this XState */
export function checkXStateInternals(xstate: XState): void {
  checkScheduler(xstate);
  checkSession(xstate);
  checkOptions(xstate);
  checkLaterOptions(xstate);
  checkSendToParent(xstate);
}

/** The table of scheduled events is where it is looked for, before `start()` and after. */
function checkScheduler(xstate: XState): void {
  const polluted = Object.prototype as { polluted?: unknown };
  const actor = makeActor(xstate, {});
  const { system } = actor as unknown as Internals;
  assert.ok(system._snapshot?._scheduledEvents, 'XState has no table of scheduled events');
  polluted.polluted = 'by a dependency';
  try {
    assert.throws(
      () => makeActor(xstate, {}).start(),
      'XState starts on a polluted prototype: isolateScheduler() can go',
    );
    isolateScheduler(system);
    actor.start();
    isolateScheduler(system);
    assert.equal(Object.getPrototypeOf(system._snapshot._scheduledEvents), null);
    actor.send({ type: 'connect' });
    actor.send({ type: 'stop' });
    actor.stop();
  } finally {
    delete polluted.polluted;
  }
}

/** Actors of one session name their scheduled events alike, and each cancels its own. */
function checkSession(xstate: XState): void {
  const stopped: unknown[] = [];
  const clock = { setTimeout: () => stopped.length + 1, clearTimeout: (id: unknown) => stopped.push(id) };
  const scheduled = [1, 2].map((count) => {
    const actor = makeActor(xstate, { clock });
    const own = makeActor(xstate, { clock });
    assert.notEqual(sessionOf(actor), sessionOf(own), 'XState gives no sessions: shareSession() can go');
    shareSession(actor);
    actor.start();
    actor.send({ type: 'connect' });
    const { system } = actor as unknown as Internals;
    const names = Object.keys(system._snapshot?._scheduledEvents ?? {});
    actor.send({ type: 'stop' });
    actor.stop();
    assert.equal(stopped.length, 3 * count, 'a scheduled event was not cancelled');
    return names;
  });
  assert.equal(scheduled[0]?.length, 1);
  assert.deepEqual(scheduled[0], scheduled[1], 'XState names scheduled events by more than the session');
}

const sessionOf = (actor: object): unknown => (actor as { readonly sessionId?: unknown }).sessionId;

/**
 * Of what an actor's options may lack, XState reads nothing that unsetActorOptions() does not know. A word of its source that is
 * a member of every object for a moment reports who reads it.
 */
function checkOptions(xstate: XState): void {
  const options = { isOptions: true, clock: undefined, input: undefined, logger: undefined };
  const source = String(makeActor(xstate, {}).constructor);
  const words = new Set(
    source.match(/[A-Za-z_]\w+/g)?.filter((word) => !(word in options) && !DESCRIPTOR.has(word)),
  );
  const everything = Object.prototype as unknown as Record<string, unknown>;
  const read = new Set<string>();
  for (const word of words) {
    Object.defineProperty(everything, word, {
      configurable: true,
      get() {
        if (Object.hasOwn(this as object, 'isOptions')) read.add(word);
      },
      // Setting a member of any other object makes it its own, as always.
      set(value: unknown) {
        Object.defineProperty(this, word, { value, configurable: true, enumerable: true, writable: true });
      },
    });
  }
  try {
    makeActor(xstate, options);
  } finally {
    for (const word of words) delete everything[word];
  }
  assert.ok(read.has('id'), 'nobody read the options');
  assert.deepEqual([...read].filter((name) => !KNOWN.has(name)).sort(), []);
}

/** Once an actor is made, only `devTools` is read of its options. */
function checkLaterOptions(xstate: XState): void {
  const read = new Set<string>();
  const actor = makeActor(xstate, {});
  const internals = actor as unknown as Internals;
  assert.ok(Object.hasOwn(internals, 'options'), 'XState keeps no options: forgetOptions() can go');
  isolateScheduler(internals.system);
  actor.start();
  forgetOptions(actor);
  internals.options = new Proxy(internals.options, {
    get: (target, name) => {
      read.add(String(name));
      return Reflect.get(target, name);
    },
  });
  actor.send({ type: 'connect' });
  actor.send({ type: 'stop' });
  actor.stop();
  assert.deepEqual(
    [...read].filter((name) => !READ_LATER.includes(name)),
    [],
  );
}

/** An event reaches the parent, and inspectors see which actor sent it. */
function checkSendToParent(xstate: XState): void {
  const sources: unknown[] = [];
  const child = xstate.fromCallback(({ self }) => sendToParent(self, { type: 'fact' }));
  const machine = xstate.createMachine({
    invoke: { src: child, id: 'socket' },
    initial: 'waiting',
    states: { waiting: { on: { fact: 'informed' } }, informed: {} },
  });
  const actor = xstate.createActor(machine, {
    inspect: (inspected) => {
      if (inspected.type === '@xstate.event' && inspected.event.type === 'fact')
        sources.push((inspected.sourceRef as { readonly id?: string } | undefined)?.id);
    },
  });
  actor.start();
  assert.equal(actor.getSnapshot().value, 'informed');
  assert.deepEqual(sources, ['socket'], 'inspectors do not see who sent the event');
  actor.stop();
}
