/** The function of the option `prepare`: when it is called, what it is given, and what becomes of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { createClient, SessionError, TimeoutError } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';
import { outcome, scene, settled } from './support.js';

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
process.on('unhandledRejection', note);
afterEach(async () => {
  await settled();
  expect(unhandled.splice(0)).toEqual([]);
});

const lost = 'close 1006 "" SessionError willReconnect';

describe('when it is called', () => {
  it('once for each connection, after the state has been announced', async () => {
    const { transport, sessions, told, clock, ws } = scene((session) => {
      told.push(
        `prepare ${session.attempt} ${session.reconnected} in ${ws.state} ${ws.readyState} ${ws.isConnected}`,
      );
    });
    transport.last.open();
    await settled();
    transport.last.end();
    clock.advance(1000);
    transport.last.fail(new SessionError('no') as never);
    clock.advance(2000);
    transport.last.open();
    await settled();
    expect(told.filter((each) => /prepare|open |preparing/.test(each))).toEqual([
      'state preparing connecting',
      'prepare 0 false in preparing 0 false',
      'state open preparing',
      'open first 0',
      'state preparing reconnecting',
      'prepare 2 true in preparing 0 false',
      'state open preparing',
      'open again 2',
    ]);
    expect(sessions).toHaveLength(2);
    expect(ws.stats()).toMatchObject({ dials: 3, opens: 2 });
  });

  it('not where a listener of the state has ended it', async () => {
    const { transport, sessions, ws } = scene();
    ws.on('state', (state) => {
      if (state === 'preparing') ws.close();
    });
    transport.last.open();
    await settled();
    expect([sessions.length, ws.state, transport.last.closes]).toEqual([
      0,
      'closing',
      [{ code: 1000, reason: '' }],
    ]);
  });
});

describe('what it is given', () => {
  it('attempt, reconnected, lastFailure, protocol and headers; the headers are not enumerable', () => {
    const { transport, sessions, clock } = scene();
    transport.last.open({ protocol: 'chat', headers: { 'set-cookie': ['secret'] } });
    expect(sessions[0]).toMatchObject({ attempt: 0, reconnected: false, protocol: 'chat' });
    expect(sessions[0]?.headers).toEqual({ 'set-cookie': ['secret'] });
    expect(Object.keys(sessions[0] ?? {})).not.toContain('headers');
    expect(sessions[0] && 'lastFailure' in sessions[0]).toBe(false);
    transport.last.peerClose(4401, 'expired');
    transport.last.end();
    clock.advance(1000);
    transport.last.open();
    expect(sessions[1]).toMatchObject({ attempt: 1, reconnected: false, protocol: '' });
    expect(sessions[1]?.lastFailure).toMatchObject({
      name: 'SessionError',
      cause: { name: 'ConnectionClosedError', closeCode: 4401, reason: 'expired' },
    });
  });

  it('methods that need no this', async () => {
    const { transport } = scene(async ({ send, sendJSON, next, signal }) => {
      send('a');
      sendJSON({ b: 1 });
      const { data } = await next();
      if (!signal.aborted) send(`${data}!`);
    });
    transport.last.open();
    transport.last.message('c');
    await settled();
    expect(transport.last.sent).toEqual(['a', '{"b":1}', 'c!']);
  });
});

describe('session.send()', () => {
  it('goes out ahead of the queue, also where more than maxInFlight is under way', async () => {
    const { transport, ws } = scene(
      async (session) => {
        session.send('one');
        session.send(new Uint8Array([2]));
        session.send(new Blob(['three']));
        session.sendJSON('four');
        expect(() => session.send(5 as never)).toThrow(TypeError);
        expect(() => session.sendJSON(undefined)).toThrow(TypeError);
      },
      { maxInFlight: 1, autoConnect: false },
    );
    ws.send('queued');
    transport.holdWrites = true;
    transport.last.holdWrites = true;
    transport.last.open();
    await settled();
    await settled();
    const { sent } = transport.last;
    // A Blob has to be read first; nothing of the queue leaves before it.
    expect(
      sent.map((data) => (typeof data === 'string' ? data : Buffer.from(data as Uint8Array).toString())),
    ).toEqual(['one', '\u0002', 'three', '"four"']);
    expect(ws.stats()).toMatchObject({ messagesOut: 4, queuedMessages: 1, bytesOut: 3 + 1 + 5 + 6 });
    transport.last.take();
    expect(ws.stats()).toMatchObject({ messagesOut: 5, queuedMessages: 0 });
  });

  it('nothing of the queue leaves before it is done', async () => {
    let done = (): void => {};
    const { transport, ws } = scene((session) => {
      session.send('login');
      return new Promise((resolve) => {
        done = resolve;
      });
    });
    const early = ws.send('before');
    transport.last.open();
    const late = ws.send('while');
    await settled();
    expect([transport.last.sent, await outcome(early), await outcome(late)]).toEqual([
      ['login'],
      'pending',
      'pending',
    ]);
    ws.on('open', () => void ws.send('greeting'));
    done();
    await settled();
    expect(transport.last.sent).toEqual(['login', 'greeting', 'before', 'while']);
    expect([await outcome(early), await outcome(late)]).toEqual([undefined, undefined]);
  });

  it('waits for the drain where the option awaitDrain says so, over open too, and rejects with the connection', async () => {
    let done = (): void => {};
    const wait = () =>
      new Promise<void>((resolve) => {
        done = resolve;
      });
    const { ws, transport, sessions } = scene(wait, { awaitDrain: true, highWaterMark: 0 });
    transport.last.open();
    await settled();
    transport.last.holdWrites = true;
    const session = sessions[0] as (typeof sessions)[number];
    const first = session.send('first');
    expect(await outcome(first)).toBe('pending');
    transport.last.take();
    expect(await outcome(first)).toBeUndefined();
    const second = session.send('second');
    done();
    await settled();
    expect([ws.state, await outcome(second)]).toEqual(['open', 'pending']);
    transport.last.take();
    expect(await outcome(second)).toBeUndefined();
    const third = session.send('third');
    transport.last.end();
    expect(await outcome(third)).not.toBe('pending');
  });

  it('after open it is ws.send(), and on a dead session it rejects without undelivered', async () => {
    const { transport, sessions, ws, told, clock } = scene(() => {}, { maxInFlight: 0 });
    transport.last.open();
    const [session] = sessions;
    transport.last.holdWrites = true;
    session?.send('a');
    session?.send('b');
    expect([transport.last.sent, ws.stats().queuedMessages]).toEqual([['a'], 1]);
    transport.last.end();
    await expect(session?.send('c')).rejects.toMatchObject({ name: 'StateError', state: 'backoff' });
    session?.sendJSON({});
    session?.next();
    clock.advance(1000);
    transport.last.open();
    await settled();
    await expect(session?.send('d')).rejects.toMatchObject({ name: 'StateError' });
    expect(transport.last.sent).toEqual(['b']);
    expect(told.filter((each) => each.startsWith('undelivered'))).toEqual([]);
  });

  it('a Blob that is still read when the connection ends is rejected, and one that cannot be read is an error', async () => {
    const { transport, sessions, told, ws } = scene();
    transport.last.open();
    const unreadable = Object.assign(new Blob(['x']), {
      arrayBuffer: () => Promise.reject(new Error('gone')),
    });
    expect(await outcome(sessions[0]?.send(unreadable) as Promise<void>)).toBe('ConnectionError');
    expect(told.at(-1)).toBe('undelivered [object Blob] ConnectionError');
    const waiting = sessions[0]?.send(new Blob(['y'])) as Promise<void>;
    ws.terminate();
    expect(await outcome(waiting)).toBe('StateError');
    expect(transport.last.sent).toEqual([]);
  });
});

describe('what becomes of it', () => {
  const nothing = null;
  it.each([
    [
      'throws',
      () => {
        throw new Error('the token has expired');
      },
      'prepare failed: the token has expired',
    ],
    [
      'rejects',
      async () => {
        throw new Error('password=1234');
      },
      'prepare failed: password=***',
    ],
    [
      'throws a non-error',
      () => {
        throw nothing;
      },
      'prepare failed',
    ],
    ['rejects with a text', () => Promise.reject('why'), 'prepare failed: why'],
    [
      'returns a thenable that throws',
      () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('then');
          },
        }),
      'prepare failed: then',
    ],
  ] as const)('%s: a failed attempt', async (_, prepare, message) => {
    const { transport, told, ws } = scene(prepare as () => void);
    const errors: Error[] = [];
    ws.on('error', (error) => errors.push(error));
    transport.last.open();
    await settled();
    expect(told.slice(-4)).toEqual([
      'state backoff preparing',
      'error SessionError',
      lost,
      'reconnecting 1 1000',
    ]);
    expect(errors[0]).toMatchObject({ message, code: 'ERR_RECKER_SESSION', final: false });
    expect(transport.dials[0]).toMatchObject({ closes: [{ code: 1000, reason: '' }], destroyed: true });
  });

  it('the thrown value is the cause, and a SessionError is taken as it is', async () => {
    const thrown = { code: 17 };
    const own = new SessionError('login refused');
    for (const value of [thrown, own]) {
      const { transport, ws } = scene(() => Promise.reject(value), { reconnect: false });
      const connected = ws.connect();
      transport.last.open();
      const error = await connected.catch((error) => error);
      if (value === own) expect(error).toBe(own);
      else expect(error).toMatchObject({ name: 'SessionError', cause: thrown });
    }
  });

  it('refused for ever: the delays grow, since the attempts count anew at open alone', async () => {
    const { transport, told, clock, ws } = scene(() => Promise.reject(new Error('refused')), {
      maxReconnectAttempts: 3,
    });
    for (const delay of [1000, 2000, 4000]) {
      transport.last.open();
      await settled();
      clock.advance(delay);
    }
    transport.last.open();
    await settled();
    expect(told.filter((each) => /^(reconnecting|.*error|max)/.test(each))).toEqual([
      'error SessionError',
      'reconnecting 1 1000',
      'reconnect-error SessionError',
      'reconnecting 2 2000',
      'reconnect-error SessionError',
      'reconnecting 3 4000',
      'reconnect-error SessionError',
      'error ReconnectExhaustedError',
      'max-reconnect-attempts',
    ]);
    expect([ws.state, ws.stats().opens]).toEqual(['exhausted', 0]);
  });

  it('a final SessionError ends the client, whatever shouldReconnect says; any other is asked about', async () => {
    const asked: unknown[] = [];
    const final = new SessionError('no such user', { final: true });
    const errors = [new SessionError('busy'), final];
    const { transport, ws, clock, told } = scene(() => Promise.reject(errors.shift()), {
      shouldReconnect: (failure) => {
        asked.push(failure.error?.message);
        return 70;
      },
    });
    const queued = ws.send('x');
    const connected = ws.connect();
    transport.last.open();
    await settled();
    clock.advance(70);
    transport.last.open();
    await expect(connected).rejects.toBe(final);
    await expect(queued).rejects.toBe(final);
    expect(asked).toEqual(['busy']);
    expect(told.slice(-4)).toEqual([
      'state closed preparing',
      'reconnect-error SessionError',
      'close 1006 "" SessionError',
      'undelivered x SessionError',
    ]);
  });

  it('members of a thrown error are no answer to the handshake', async () => {
    const failures: unknown[] = [];
    const error = Object.assign(new SessionError('x'), { status: 401, headers: null, retryAfter: 'soon' });
    const { transport, told } = scene(() => Promise.reject(error), {
      shouldReconnect: (failure) => {
        failures.push([failure.status, failure.headers, failure.error]);
        return true;
      },
    });
    transport.last.open();
    await settled();
    expect(failures).toEqual([[undefined, undefined, error]]);
    expect(told.at(-1)).toBe('reconnecting 1 1000');
  });

  it('takes longer than prepareTimeout: a TimeoutError', async () => {
    const { transport, told, clock, ws } = scene(undefined, { prepareTimeout: 300, heartbeatInterval: 100 });
    const errors: Error[] = [];
    ws.on('error', (error) => errors.push(error));
    transport.last.open();
    clock.advance(299);
    expect([ws.state, transport.last.pings]).toEqual(['preparing', 0]);
    clock.advance(1);
    expect(told.slice(-3)[0]).toBe('error TimeoutError');
    expect(errors[0]).toBeInstanceOf(TimeoutError);
    expect(errors[0]).toMatchObject({ phase: 'prepare', message: 'prepare did not finish within 300 ms' });
  });

  it('the peer closes or is lost: a SessionError with the cause, and the code of the peer', async () => {
    for (const code of [4401, 1000]) {
      const { transport, told, ws } = scene(undefined, { reconnect: false });
      const iterator = ws[Symbol.asyncIterator]();
      const read = iterator.next();
      transport.last.open();
      transport.last.peerClose(code, 'bye');
      transport.last.end();
      await expect(read).rejects.toMatchObject({
        name: 'SessionError',
        message: `The connection ended before prepare was done: The connection closed with ${code}: bye`,
      });
      expect(told.slice(-2)).toEqual(['error SessionError', `close ${code} "bye" wasClean SessionError`]);
    }
  });

  it('the attempts count anew minUptime after open', async () => {
    const { transport, told, clock } = scene(() => {}, { minUptime: 5000 });
    for (const uptime of [0, 4999, 5000, 0]) {
      transport.last.open();
      await settled();
      clock.advance(uptime);
      transport.last.end();
      clock.advance(8000);
    }
    expect(told.filter((each) => each.startsWith('reconnecting'))).toEqual([
      'reconnecting 1 1000',
      'reconnecting 2 2000',
      'reconnecting 1 1000',
      'reconnecting 2 2000',
    ]);
  });
});

describe('calls inside of it', () => {
  it('reconnect(): no error, and a new session', async () => {
    const { transport, told, ws, sessions } = scene((session) => {
      if (session.lastFailure !== undefined) return;
      void ws.reconnect();
    });
    transport.last.open();
    transport.last.open();
    await settled();
    expect(told).toEqual([
      'state connecting idle',
      'state preparing connecting',
      'state reconnecting preparing',
      'close 1006 "" willReconnect',
      'state preparing reconnecting',
      'state open preparing',
      'open first 0',
    ]);
    expect(transport.dials[0]?.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(sessions[1]?.lastFailure).toMatchObject({ name: 'ConnectionClosedError', closeCode: 1006 });
  });

  it.each(['close', 'terminate'] as const)('%s(), then a result: it changes nothing', async (call) => {
    for (const result of [
      () => {},
      () => Promise.reject(new Error('late')),
      () => {
        throw new Error('now');
      },
    ]) {
      const { transport, told, ws } = scene(() => {
        ws[call]();
        return result();
      });
      transport.last.open();
      await settled();
      if (ws.state === 'closing') transport.last.end({ code: 1000, wasClean: true });
      await settled();
      expect(told.slice(-2)).toEqual(
        call === 'close'
          ? ['state closed closing', 'close 1000 "" wasClean']
          : ['state closed preparing', 'close 1006 ""'],
      );
    }
  });

  it('nothing of a dead session reaches the next one', async () => {
    const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
    const { transport, ws, clock, sessions } = scene(
      () => new Promise<void>((resolve, reject) => ends.push({ resolve, reject })),
    );
    transport.last.open();
    const stale = sessions[0]?.next();
    transport.last.end();
    clock.advance(1000);
    transport.last.open();
    ends[0]?.resolve();
    await settled();
    expect(ws.state).toBe('preparing');
    transport.last.message('new');
    expect(await outcome(stale as Promise<unknown>)).toBe('StateError');
    expect(await outcome(sessions[1]?.next() as Promise<unknown>)).toBe('new');
    ends[0]?.reject(new Error('late'));
    ends[1]?.resolve();
    await settled();
    expect(ws.state).toBe('open');
  });
});

describe('session.signal', () => {
  const cases: readonly (readonly [
    string,
    (scene: ReturnType<typeof import('./support.js').scene>) => void,
  ])[] = [
    ['close()', ({ ws }) => void ws.close()],
    ['reconnect()', ({ ws }) => void ws.reconnect().catch(() => {})],
    ['terminate()', ({ ws }) => ws.terminate()],
    ['a loss', ({ transport }) => transport.last.end()],
    ["the peer's Close", ({ transport }) => transport.last.peerClose(1001)],
  ];
  it.each(cases)('aborts at %s, while preparing and after open', async (_, end) => {
    for (const prepare of [() => new Promise<void>(() => {}), () => {}]) {
      const made = scene(prepare);
      made.transport.last.open();
      await settled();
      const [session] = made.sessions;
      const states: string[] = [];
      session?.signal.addEventListener('abort', () => states.push(made.ws.state));
      expect(session?.signal.aborted).toBe(false);
      end(made);
      expect(session?.signal.aborted).toBe(true);
      expect(states).toEqual([made.ws.state]);
      expect(session?.signal.reason).toMatchObject({ name: 'AbortError' });
    }
  });

  it('is aborted where it is first asked for after the end', async () => {
    const { transport, sessions, ws } = scene();
    transport.last.open();
    ws.terminate();
    expect(sessions[0]?.signal.aborted).toBe(true);
  });
});

describe('who notices a client that could not be prepared', () => {
  it('an error that nobody listens to is thrown, as for a failed dial', async () => {
    const thrown: Error[] = [];
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.once('uncaughtException', (error) => thrown.push(error));
    const transport = fakeTransport();
    const client = createClient({ baseUrl: 'ws://localhost' });
    const ws = client.websocket('/', { transport, prepare: () => Promise.reject(new SessionError('no')) });
    await settled();
    transport.last.open();
    await settled();
    for (const listener of before) process.on('uncaughtException', listener);
    expect(thrown.map(({ message }) => message)).toEqual(['no']);
    expect(ws.state).toBe('closed');
  });

  it('without the option the connection is open at once, and no timer is armed for it', () => {
    const { transport, ws, clock } = scene(undefined, { prepare: undefined, prepareTimeout: 300 });
    transport.last.open();
    expect([ws.state, ws.stats().opens]).toEqual(['open', 1]);
    expect(clock.pending.map(({ delay }) => delay)).toEqual([30_000]);
  });
});
