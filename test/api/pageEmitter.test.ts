/** The emitter of the build for pages, beside Node's: every scene is played to both, and what they do is compared. */
import { EventEmitter, once } from 'node:events';
import { expect, it, vi } from 'vitest';
import { PageEmitter } from '../../src/api/pageEmitter.js';

type Log = (...entry: unknown[]) => void;
type Emitter = EventEmitter;

const scenes: Readonly<Record<string, (emitter: Emitter, log: Log) => unknown>> = {
  'listeners are called in order, with the arguments and the emitter as this': (emitter, log) => {
    emitter.on('x', function (this: unknown, ...args) {
      log('first', this === emitter, ...args);
    });
    emitter.addListener('x', (...args) => log('second', ...args));
    emitter.prependListener('x', () => log('zeroth'));
    return [emitter.emit('x', 1, 'two', null), emitter.emit('y'), emitter.listenerCount('x')];
  },
  'once() listens once, and is removed before it is called': (emitter, log) => {
    emitter.once('x', () => log('once', emitter.listenerCount('x'), emitter.emit('x')));
    emitter.prependOnceListener('x', () => log('before'));
    emitter.emit('x');
    return [emitter.emit('x'), emitter.eventNames()];
  },
  'a listener that is added twice is called twice, and removed one at a time, the last first': (
    emitter,
    log,
  ) => {
    const both = () => log('both');
    emitter.on('x', both).on('x', () => log('other'));
    emitter.on('x', both).off('x', both);
    emitter.emit('x');
    emitter.removeListener('x', both).removeListener('x', both);
    emitter.emit('x');
    return emitter.listenerCount('x');
  },
  'what once() was given removes it': (emitter) => {
    const listener = () => {};
    emitter.once('x', listener);
    const [raw] = emitter.rawListeners('x') as { listener?: unknown }[];
    const shown = [emitter.listeners('x')[0] === listener, raw?.listener === listener];
    return [...shown, emitter.off('x', listener).listenerCount('x')];
  },
  'a raw listener of once() removes it, too': (emitter, log) => {
    emitter.once('x', (value) => log('called', value));
    const [raw] = emitter.rawListeners('x') as ((value: number) => void)[];
    raw?.(1);
    raw?.(2);
    return emitter.listenerCount('x');
  },
  'who listens is settled when an event is emitted': (emitter, log) => {
    const last = () => log('last');
    emitter.on('x', () => {
      log('first');
      emitter.off('x', last);
      emitter.on('x', () => log('new'));
    });
    emitter.on('x', last);
    emitter.emit('x');
    return emitter.listenerCount('x');
  },
  'removeAllListeners() of one event, of all, and of undefined': (emitter) => {
    emitter.on('x', () => {}).on('y', () => {});
    emitter.removeAllListeners('x');
    const left = emitter.eventNames();
    emitter.removeAllListeners(undefined as never);
    return [left, emitter.eventNames(), emitter.removeAllListeners().eventNames()];
  },
  'what a subclass makes of on() and prependListener(), once() does too': (emitter, log) => {
    const { on, prependListener } = emitter;
    emitter.on = (name, listener) => {
      log('on', name);
      return on.call(emitter, name, listener);
    };
    emitter.prependListener = (name, listener) => {
      log('prepend', name);
      return prependListener.call(emitter, name, listener);
    };
    emitter.once('x', () => {}).prependOnceListener('y', () => {});
    return emitter.eventNames();
  },
  'symbols are names': (emitter, log) => {
    const name = Symbol('x');
    emitter.on(name, () => log('symbol'));
    return [emitter.emit(name), emitter.eventNames().includes(name), emitter.listenerCount(name)];
  },
  'newListener comes before, removeListener after; both with what was given': (emitter, log) => {
    const listener = () => {};
    const added = (name: unknown, given: unknown) =>
      log('new', name, given === listener, emitter.listenerCount('x'));
    emitter.on('newListener', added);
    emitter.on('removeListener', (name, given) =>
      log('gone', name, given === listener, emitter.listenerCount('x')),
    );
    emitter.once('x', listener);
    emitter.on('x', listener).on('y', listener);
    emitter.off('x', listener);
    emitter.removeAllListeners('x');
    emitter.removeAllListeners();
    return emitter.eventNames();
  },
  'an error without a listener is thrown': (emitter) => emitter.emit('error', new RangeError('seen')),
  'an error with a listener is not': (emitter, log) => {
    emitter.on('error', (error) => log(error.message));
    return emitter.emit('error', new Error('seen'));
  },
  'a listener that throws ends the call': (emitter, log) => {
    emitter.on('x', () => {
      throw new TypeError('from a listener');
    });
    emitter.on('x', () => log('not reached'));
    emitter.emit('x');
  },
  'what is no function is refused by every method': (emitter) =>
    (['on', 'once', 'prependListener', 'prependOnceListener', 'off'] as const).map((method) => {
      try {
        emitter[method]('x', undefined as never);
        return 'taken';
      } catch (error) {
        return (error as Error).name;
      }
    }),
  'the most listeners': (emitter) => [
    emitter.getMaxListeners(),
    emitter.setMaxListeners(3) === emitter,
    emitter.getMaxListeners(),
  ],
};

function played(emitter: Emitter, scene: (emitter: Emitter, log: Log) => unknown): unknown {
  const entries: unknown[] = [];
  try {
    return { returned: scene(emitter, (...entry) => entries.push(entry)), entries };
  } catch (thrown) {
    return { thrown, entries };
  }
}

for (const [title, scene] of Object.entries(scenes)) {
  it(title, () => {
    const ours = played(new PageEmitter() as unknown as Emitter, scene);
    expect(ours).toEqual(played(new EventEmitter(), scene));
  });
}

it('what is no error is thrown inside one', () => {
  const thrown = played(new PageEmitter() as never, (emitter) => emitter.emit('error', 'a text'));
  expect(thrown).toMatchObject({ thrown: { message: 'Unhandled error. (a text)', context: 'a text' } });
});

it("Node's once() works with it", async () => {
  const emitter = new PageEmitter() as unknown as Emitter;
  const waiting = once(emitter, 'x');
  emitter.emit('x', 1, 2);
  expect(await waiting).toEqual([1, 2]);
});

it('one warning at the eleventh listener, none where the bound is 0', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  try {
    const emitter = new PageEmitter();
    for (let count = 0; count < 12; count += 1) emitter.on('x', () => {});
    expect(warn.mock.calls).toEqual([['MaxListenersExceededWarning: 11 x listeners added']]);
    const unbounded = new PageEmitter().setMaxListeners(0);
    for (let count = 0; count < 12; count += 1) unbounded.on('x', () => {});
    expect(warn).toHaveBeenCalledTimes(1);
  } finally {
    warn.mockRestore();
  }
});
