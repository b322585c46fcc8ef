/** `session.next()`: which call gets which message, what is held, and when reading pauses. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Session, TextMessage, WebSocketMessage } from '../../src/index.js';
import { TRANSPORT_FEATURES } from '../../src/machine/index.js';
import { outcome, scene, settled } from './support.js';

const opened = (...args: Parameters<typeof scene>) => {
  const made = scene(...args);
  made.transport.last.open();
  const [session] = made.sessions;
  if (session === undefined) throw new Error('prepare was not called');
  return { ...made, session, peer: made.transport.last };
};

const is = (data: string) => (message: WebSocketMessage) => message.data === data;

describe('which message', () => {
  it('the oldest that is held, else the next to arrive; calls that wait are served in order', async () => {
    const { session, peer } = opened();
    peer.message('a');
    peer.message('b');
    expect(await outcome(session.next())).toBe('a');
    expect(await outcome(session.next())).toBe('b');
    const [first, second] = [session.next(), session.next()];
    peer.message('c');
    expect([await outcome(first), await outcome(second)]).toEqual(['c', 'pending']);
    peer.message('d');
    expect(await outcome(second)).toBe('d');
  });

  it('with a function the first that fits; the others stay, in order', async () => {
    const { session, peer } = opened();
    for (const data of ['a', 'b', 'c']) peer.message(data);
    expect(await outcome(session.next(is('b')))).toBe('b');
    const late = session.next(is('e'));
    peer.message('d');
    peer.message('e');
    expect(await outcome(late)).toBe('e');
    const rest = [session.next(), session.next(), session.next()];
    expect(await Promise.all(rest.map(outcome))).toEqual(['a', 'c', 'd']);
  });

  it('of two that fit the same message the one that was called first', async () => {
    const { session, peer } = opened();
    const [none, first, second] = [session.next(is('x')), session.next(is('a')), session.next(is('a'))];
    peer.message('a');
    expect([await outcome(none), await outcome(first), await outcome(second)]).toEqual([
      'pending',
      'a',
      'pending',
    ]);
  });

  it('a function that throws, or returns a promise, rejects its own call and takes nothing', async () => {
    const { session, peer, told } = opened();
    const failure = new Error('not mine');
    const throwing = session.next(() => {
      throw failure;
    });
    const lazy = session.next((async () => true) as never);
    const other = session.next();
    peer.message('a');
    await expect(throwing).rejects.toBe(failure);
    await expect(lazy).rejects.toThrow('not a Promise');
    expect(await outcome(other)).toBe('a');
    expect(told.slice(-1)).toEqual(['state preparing connecting']);
    await expect(session.next({} as never)).rejects.toThrow('next() takes a function');
  });

  it('a signal ends its own call alone, and a wrong one is refused', async () => {
    const { session, peer } = opened();
    const abort = new AbortController();
    const [given, other] = [session.next(undefined, { signal: abort.signal }), session.next()];
    abort.abort('enough');
    await expect(given).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
    expect(await outcome(session.next(undefined, { signal: abort.signal }))).toBe('AbortError');
    await expect(session.next(undefined, { signal: 1 } as never)).rejects.toMatchObject({ option: 'signal' });
    peer.message('a');
    expect(await outcome(other)).toBe('a');
  });

  it('a function may call everything: next(), close(), terminate()', async () => {
    const { session, peer, ws } = opened();
    peer.message('a');
    peer.message('b');
    const inner: Promise<WebSocketMessage>[] = [];
    const outer = session.next(() => {
      if (inner.length === 0) inner.push(session.next());
      return true;
    });
    // What the inner call has taken is gone for the outer one.
    expect(await Promise.all([...inner, outer].map(outcome))).toEqual(['a', 'b']);
    const last = session.next(() => {
      ws.terminate();
      return true;
    });
    peer.message('c');
    expect(await outcome(last)).toBe('StateError');
    expect(ws.stats()).toMatchObject({ messagesIn: 3, messagesUnread: 1 });
  });

  it('a type guard gives its type', () => {
    const isText = (message: WebSocketMessage): message is TextMessage => !message.isBinary;
    const guarded = (session: Session) => session.next(isText);
    expectTypeOf(guarded).returns.resolves.toEqualTypeOf<TextMessage>();
    const any = (session: Session) => session.next(({ data }) => data === 'x');
    expectTypeOf(any).returns.resolves.toEqualTypeOf<WebSocketMessage>();
  });
});

describe('what next() does not take', () => {
  const finish = () => {
    let done = (): void => {};
    const promise = new Promise<void>((resolve) => {
      done = resolve;
    });
    return { promise, done: () => done() };
  };

  it('is delivered after open, in order, after the awaiters of connect() and ahead of anything newer', async () => {
    const { promise, done } = finish();
    const { peer, told, ws, session } = opened(() => promise);
    const heard: unknown[] = [];
    for (const data of ['a', 'b', 'c']) peer.message(data);
    expect(await outcome(session.next(is('b')))).toBe('b');
    const connected = ws.connect().then(() => {
      ws.on('message', ({ data }) => heard.push(data));
      peer.message('newer');
    });
    done();
    await connected;
    expect(heard).toEqual([]);
    await settled();
    expect(heard).toEqual(['a', 'c', 'newer']);
    expect(told.slice(-5)).toEqual([
      'state open preparing',
      'open first 0',
      'message a',
      'message c',
      'message newer',
    ]);
    expect(ws.stats()).toMatchObject({ messagesIn: 4, messagesUnread: 0 });
  });

  it('is seen by an iterator that was made before', async () => {
    const { promise, done } = finish();
    const { peer, ws } = opened(() => promise);
    peer.message('a');
    const iterator = ws[Symbol.asyncIterator]();
    peer.message('b');
    done();
    await settled();
    expect([await outcome(iterator.next().then(({ value }) => value)), ws.stats().messagesUnread]).toEqual([
      'a',
      0,
    ]);
    expect(await outcome(iterator.next().then(({ value }) => value))).toBe('b');
  });

  it.each([
    ['close()', (ws: { close(): Promise<void> }) => void ws.close()],
    ['terminate()', (ws: { terminate(): void }) => ws.terminate()],
    ['reconnect()', (ws: { reconnect(): Promise<void> }) => void ws.reconnect().catch(() => {})],
  ])('is dropped and counted at %s', async (_, end) => {
    const { peer, ws, told, session } = opened();
    const waiting = session.next(is('x'));
    peer.message('a');
    peer.message('b');
    end(ws);
    expect(await outcome(waiting)).toBe('StateError');
    if (ws.state === 'closing') peer.message('late');
    await settled();
    expect(told.filter((each) => each.startsWith('message'))).toEqual([]);
    expect(ws.stats().messagesUnread).toBe(ws.state === 'closing' ? 3 : 2);
  });

  it('that arrived on an open connection is delivered though it is lost at once', async () => {
    const { promise, done } = finish();
    const { peer, told, ws } = opened(() => promise);
    peer.message('a');
    ws.on('open', () => peer.end());
    done();
    await settled();
    expect(told.slice(-6)).toEqual([
      'state open preparing',
      'open first 0',
      'message a',
      'state backoff open',
      'close 1006 "" willReconnect',
      'reconnecting 1 1000',
    ]);
  });

  it('is delivered while the connection closes', async () => {
    const { promise, done } = finish();
    const { peer, told, ws } = opened(() => promise);
    peer.message('a');
    ws.on('open', () => void ws.close());
    done();
    await settled();
    expect(told.slice(-2)).toEqual(['state closing open', 'message a']);
  });
});

describe('reading', () => {
  const BOUNDS = { receiveQueue: { maxMessages: 4 } };

  it('pauses where as much is held as may be, and goes on at half of it', async () => {
    const { peer, session, ws } = opened(undefined, BOUNDS);
    for (const data of ['a', 'b', 'c']) peer.message(data);
    expect([peer.paused, ws.stats().paused]).toEqual([false, false]);
    peer.message('d');
    expect([peer.paused, ws.stats().paused]).toEqual([true, true]);
    await session.next();
    expect(peer.paused).toBe(true);
    await session.next();
    expect(peer.paused).toBe(false);
  });

  it('never stops while a call waits', async () => {
    const { peer, session } = opened(undefined, BOUNDS);
    for (const data of ['a', 'b', 'c', 'd']) peer.message(data);
    await session.next();
    expect(peer.paused).toBe(true);
    const waiting = session.next(is('x'));
    expect(peer.paused).toBe(false);
    peer.message('x');
    expect(await outcome(waiting)).toBe('x');
  });

  it('a full hold while a call waits fails the attempt', async () => {
    const { peer, session, told } = opened(undefined, BOUNDS);
    const waiting = session.next(is('x'));
    for (const data of ['a', 'b', 'c', 'd']) peer.message(data);
    expect(await outcome(waiting)).toBe('StateError');
    expect(told.slice(-4)).toEqual([
      'state backoff preparing',
      'error SessionError',
      'close 1006 "" SessionError willReconnect',
      'reconnecting 1 1000',
    ]);
    expect(peer.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('so does a call for what is not there, once as much is held', async () => {
    const { peer, session, ws } = opened(undefined, { ...BOUNDS, reconnect: false });
    for (const data of ['a', 'b', 'c', 'd']) peer.message(data);
    const connected = ws.connect();
    expect(await outcome(session.next(is('x')))).toBe('StateError');
    await expect(connected).rejects.toMatchObject({
      name: 'SessionError',
      final: false,
      cause: { name: 'QueueFullError' },
    });
  });

  it('where a transport cannot pause a full hold fails the attempt; receiveQueue bounds it', async () => {
    const supports = TRANSPORT_FEATURES.filter((each) => each !== 'pause');
    const { peer, told, ws } = opened(undefined, BOUNDS, supports);
    for (const data of ['a', 'b', 'c']) peer.message(data);
    expect(ws.state).toBe('preparing');
    peer.message('d');
    expect(told.slice(-3)[0]).toBe('error SessionError');
    expect(() => scene(undefined, { ...BOUNDS, prepare: undefined }, supports)).toThrow('receiveQueue');
  });

  it('a reader that was full before the loss pauses nothing until what is held is delivered', async () => {
    let done = (): void => {};
    const { peer, ws, transport, clock } = opened((session) => {
      if (session.reconnected)
        return new Promise<void>((resolve) => {
          done = resolve;
        });
    }, BOUNDS);
    const iterator = ws[Symbol.asyncIterator]();
    for (const data of ['a', 'b', 'c', 'd']) peer.message(data);
    expect(peer.paused).toBe(true);
    peer.end();
    clock.advance(1000);
    const next = transport.last;
    next.open();
    expect([ws.state, next.paused, ws.stats().paused]).toEqual(['preparing', false, false]);
    next.message('e');
    done();
    await Promise.resolve();
    await Promise.resolve();
    expect([ws.state, next.paused]).toEqual(['open', false]);
    await settled();
    expect([next.paused, ws.stats().paused]).toEqual([true, true]);
    const read: unknown[] = [];
    for (let count = 0; count < 5; count += 1) read.push((await iterator.next()).value?.data);
    expect(read).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(next.paused).toBe(false);
  });

  it('that the user has paused goes on until the connection is open', async () => {
    let done = (): void => {};
    const { peer, ws } = opened(
      () =>
        new Promise<void>((resolve) => {
          done = resolve;
        }),
    );
    ws.pause();
    expect([peer.paused, ws.stats().paused]).toEqual([false, false]);
    done();
    await settled();
    expect([ws.state, peer.paused, ws.stats().paused]).toEqual(['open', true, true]);
    ws.resume();
    expect(peer.paused).toBe(false);
  });
});
