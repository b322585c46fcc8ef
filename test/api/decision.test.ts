/** What follows a loss, on the class: `shouldReconnect`, `Retry-After`, `minUptime`, jitter, and giving up. */
import { describe, expect, it } from 'vitest';
import {
  ConnectionError,
  type Failure,
  HandshakeError,
  ReckerWebSocket,
  type ReconnectExhaustedError,
  type WebSocketOptions,
} from '../../src/index.js';
import { type FakeConnection, fakeTransport, VirtualClock } from '../../src/testing/index.js';

const LONGEST = 2 ** 31 - 1;
const EPOCH = Date.parse('2026-11-23T21:00:00Z');

function stage(options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const clock = new VirtualClock(EPOCH);
  const ws = new ReckerWebSocket('ws://localhost/', { transport, clock, reconnect: true, ...options });
  const log: string[] = [];
  ws.on('reconnecting', (attempt, delay) => log.push(`reconnecting ${attempt} ${delay}`));
  ws.on('max-reconnect-attempts', () => log.push('max-reconnect-attempts'));
  ws.on('error', (error) => log.push(`error ${error.message}`));
  ws.connect().catch(() => {});
  return { transport, clock, ws, log };
}

const refused = () => new ConnectionError('ECONNREFUSED', { code: 'ECONNREFUSED' });
const answered = (status: number, headers: Record<string, string> = {}) =>
  new HandshakeError(String(status), { status, headers });

describe('shouldReconnect', () => {
  it('is told all there is to know about a failed dial', () => {
    const failures: Failure[] = [];
    const { transport } = stage({
      shouldReconnect: (failure) => failures.push(failure) < 0,
    });
    const error = answered(503, { 'retry-after': '3' });
    transport.last.fail(error);
    expect(failures).toEqual([
      {
        attempt: 0,
        error,
        code: 1006,
        sentCode: undefined,
        reason: '',
        wasClean: false,
        status: 503,
        headers: { 'retry-after': '3' },
        hop: 'server',
        uptime: 0,
        hasBeenOpen: false,
      },
    ]);
  });

  it('is told about a lost connection: its codes, and how long it lasted', () => {
    const failures: Failure[] = [];
    const { transport, clock } = stage({ shouldReconnect: (failure) => failures.push(failure) > 0 });
    transport.last.open();
    clock.advance(1234);
    transport.last.peerClose(4001, 'bye');
    transport.last.end();
    clock.advance(1000);
    transport.last.open();
    transport.last.peerErr(refused(), 1002);
    transport.last.end();
    clock.advance(1000);
    transport.last.fail(refused());
    expect(
      failures.map(({ attempt, code, sentCode, reason, wasClean, uptime, error }) => ({
        ...{ attempt, code, sentCode, reason, wasClean, uptime },
        error: (error as ConnectionError | undefined)?.code,
      })),
    ).toEqual([
      { attempt: 0, code: 4001, reason: 'bye', wasClean: true, uptime: 1234 },
      {
        attempt: 0,
        code: 1006,
        sentCode: 1002,
        reason: '',
        wasClean: false,
        uptime: 0,
        error: 'ECONNREFUSED',
      },
      { attempt: 1, code: 1006, reason: '', wasClean: false, uptime: 0, error: 'ECONNREFUSED' },
    ]);
  });

  it('false is final, and the queue is refused; true overrules the default decision', () => {
    const { transport, ws, log } = stage({ shouldReconnect: ({ status }) => status === 401 });
    const undelivered: string[] = [];
    ws.on('undelivered', (data, error) => undelivered.push(`${data} ${error.name}`));
    void ws.send('queued');
    transport.last.fail(answered(401));
    expect([ws.state, log]).toEqual(['backoff', ['error 401', 'reconnecting 1 1000']]);
    void ws.reconnect().catch(() => {});
    transport.last.fail(answered(503));
    expect([ws.state, undelivered]).toEqual(['closed', ['queued HandshakeError']]);
  });

  it.each<[number, number]>([
    [0, 0],
    [17.5, 17.5],
    [-5, 0],
    [45_000, 45_000],
    [1e15, LONGEST],
    [Number.POSITIVE_INFINITY, LONGEST],
    [Number.NEGATIVE_INFINITY, 0],
  ])('%d is the delay, clamped, without jitter and Retry-After', (given, delay) => {
    const { transport, clock, ws, log } = stage({
      shouldReconnect: () => given,
      reconnectJitter: 'full',
      random: () => 0.5,
    });
    transport.last.fail(answered(503, { 'retry-after': '10' }));
    expect(log).toEqual(['error 503', `reconnecting 1 ${delay}`]);
    if (delay > 0) clock.advance(delay - 1);
    expect(ws.state === 'backoff' || delay === LONGEST || delay < 1).toBe(true);
    clock.advance(1);
    expect(ws.state).toBe('reconnecting');
  });

  it.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('mine');
      },
    ],
    [
      'throws no error',
      () => {
        throw 'mine';
      },
    ],
    ['returns NaN', () => Number.NaN as never],
    ['returns nothing', () => undefined as never],
    ['returns a promise', () => Promise.resolve(false) as never],
  ])('that %s counts as the default decision and is told by error', (_name, shouldReconnect) => {
    const one = stage({ shouldReconnect });
    one.transport.last.fail(answered(503));
    expect([one.ws.state, one.log.length]).toEqual(['backoff', 3]);
    expect(one.log[0]).toMatch(/^error (mine|shouldReconnect)/);
    const other = stage({ shouldReconnect });
    other.transport.last.fail(answered(403));
    expect([other.ws.state, other.log.length]).toEqual(['closed', 2]);
  });

  it('is asked before the count, and not without reconnect', () => {
    let asked = 0;
    const shouldReconnect = () => {
      asked += 1;
      return asked < 2;
    };
    const { transport, clock, ws, log } = stage({ shouldReconnect, maxReconnectAttempts: 1 });
    transport.last.fail(refused());
    clock.advance(1000);
    transport.last.fail(refused());
    expect([asked, ws.state, log.includes('max-reconnect-attempts')]).toEqual([2, 'closed', false]);
    const without = stage({ shouldReconnect, reconnect: false });
    without.transport.last.fail(refused());
    expect([asked, without.ws.state]).toEqual([2, 'closed']);
  });

  it('may close the client', () => {
    const { transport, ws, log } = stage({
      shouldReconnect: () => {
        void ws.close();
        return true;
      },
    });
    transport.last.fail(refused());
    expect([ws.state, log]).toEqual(['closed', ['error ECONNREFUSED']]);
  });
});

describe('Retry-After', () => {
  const at = (ms: number) => new Date(EPOCH + ms);
  const asctime = 'Mon Nov 23 21:02:00 2026';

  it.each<[string, string, number]>([
    ['seconds', '7', 7000],
    ['seconds, above the cap', '120', 120_000],
    ['seconds, with white space', ' 7 ', 7000],
    ['seconds, shorter than the back-off', '0', 1000],
    ['seconds, beyond what a timer holds', '9999999999', LONGEST],
    ['a date', at(90_000).toUTCString(), 90_000],
    ['a date in the past', at(-90_000).toUTCString(), 1000],
    ['a date, by the own clock', 'Fri, 31 Dec 9999 23:59:59 GMT', 3_600_000],
    ['nonsense', 'soon', 1000],
    ['a negative number', '-5', 1000],
    ['nothing', '', 1000],
  ])('%s: %s', (_name, value, delay) => {
    const { transport, log } = stage();
    transport.last.fail(answered(503, { 'retry-after': value }));
    expect(log).toEqual(['error 503', `reconnecting 1 ${delay}`]);
  });

  it('is read as RFC 9110 has it, in the three forms of a date', () => {
    for (const value of ['Mon, 23 Nov 2026 21:02:00 GMT', 'Monday, 23-Nov-26 21:02:00 GMT', asctime]) {
      const { transport, log } = stage();
      transport.last.fail(answered(429, { 'retry-after': value }));
      expect([value, log[1]]).toEqual([value, 'reconnecting 1 120000']);
    }
  });

  it('that is a date counts from the date of the answer', () => {
    const { transport, log } = stage();
    const [date, until] = [at(-5e9), at(-5e9 + 90_000)].map((each) => each.toUTCString());
    transport.last.fail(answered(503, { 'retry-after': until ?? '', date: date ?? '' }));
    expect(log).toEqual(['error 503', 'reconnecting 1 90000']);
  });

  it('has the jitter on top', () => {
    const { transport, log } = stage({ reconnectJitter: 'equal', random: () => 0.5 });
    transport.last.fail(answered(503, { 'retry-after': '60' }));
    expect(log[1]).toBe('reconnecting 1 60250');
  });

  it('does not make a final answer passing', () => {
    const { transport, ws } = stage();
    transport.last.fail(answered(403, { 'retry-after': '1' }));
    expect(ws.state).toBe('closed');
  });
});

describe('what may pass, by a client that has been open since connect()', () => {
  const lapsed = new ConnectionError('certificate has expired', { code: 'CERT_HAS_EXPIRED' });
  const alert = new ConnectionError('handshake failure', { final: true, alert: 40 });

  it.each([answered(302), answered(404), answered(410), lapsed, alert])('%s', (error) => {
    const { transport, clock, log, ws } = stage({ reconnectJitter: 'equal', random: () => 0.5 });
    transport.last.open();
    transport.last.end();
    clock.advance(750);
    log.length = 0;
    transport.last.fail(error);
    // The longest delay from now on, with jitter, within the count.
    expect([ws.state, log.at(-1)]).toEqual(['backoff', 'reconnecting 2 22500']);
    clock.advance(22_500);
    for (const attempt of [3, 4, 5]) {
      transport.last.fail(error);
      expect(log.at(-1)).toBe(`reconnecting ${attempt} 22500`);
      clock.advance(22_500);
    }
    transport.last.fail(error);
    expect(ws.state).toBe('exhausted');
    // A new connect() has nothing to go by.
    void ws.connect().catch(() => {});
    transport.last.fail(error);
    expect(ws.state).toBe('closed');
  });

  it('with a Retry-After, which is a lower bound', () => {
    const { transport, clock, log } = stage();
    transport.last.open();
    transport.last.end();
    clock.advance(1000);
    transport.last.fail(answered(404, { 'retry-after': '60' }));
    expect(log.at(-1)).toBe('reconnecting 2 60000');
  });

  it('is as slow where a decision of the user says true, and a number is the delay', () => {
    for (const [answer, delay] of [
      [true, 30_000],
      [70, 70],
    ] as const) {
      const { transport, clock, log } = stage({ shouldReconnect: () => answer });
      transport.last.open();
      transport.last.end();
      clock.advance(1000);
      transport.last.fail(answered(404));
      expect(log.at(-1)).toBe(`reconnecting 2 ${delay}`);
    }
  });

  it.each([answered(401), answered(403), answered(407)])('%s stays final', (error) => {
    const { transport, clock, ws } = stage();
    transport.last.open();
    transport.last.end();
    clock.advance(1000);
    transport.last.fail(error);
    expect(ws.state).toBe('closed');
  });
});

describe('minUptime', () => {
  function flap({ transport, clock }: ReturnType<typeof stage>, uptime: number, delay: number): void {
    transport.last.open();
    clock.advance(uptime);
    transport.last.end();
    clock.advance(delay);
  }

  it('0: the counter begins anew at open', () => {
    const scene = stage({ maxReconnectAttempts: 2 });
    for (let round = 0; round < 5; round += 1) flap(scene, 0, 1000);
    expect(scene.log).toEqual(Array(5).fill('reconnecting 1 1000'));
  });

  it('a connection that lasted less counts on, to the end', () => {
    const scene = stage({ minUptime: 5000, maxReconnectAttempts: 2 });
    const errors: ReconnectExhaustedError[] = [];
    scene.ws.on('error', (error) => errors.push(error as ReconnectExhaustedError));
    flap(scene, 4999, 1000);
    flap(scene, 4999, 2000);
    scene.transport.last.open();
    scene.transport.last.peerClose(1013, 'later');
    scene.transport.last.end();
    expect(scene.log).toEqual([
      'reconnecting 1 1000',
      'reconnecting 2 2000',
      'error Gave up after 2 reconnection attempts: The connection closed with 1013: later',
      'max-reconnect-attempts',
    ]);
    expect([scene.ws.state, errors[0]?.attempts, errors[0]?.cause]).toMatchObject([
      'exhausted',
      2,
      { name: 'ConnectionClosedError', closeCode: 1013, reason: 'later' },
    ]);
  });

  it('a connection that lasted as long resets it', () => {
    const scene = stage({ minUptime: 5000, maxReconnectAttempts: 2 });
    flap(scene, 4999, 1000);
    flap(scene, 5000, 1000);
    expect(scene.log).toEqual(['reconnecting 1 1000', 'reconnecting 1 1000']);
  });
});

describe('the count and the jitter', () => {
  function dials(scene: ReturnType<typeof stage>, times: number): FakeConnection[] {
    for (let time = 0; time < times; time += 1) {
      scene.transport.last.fail(refused());
      scene.clock.advance(60_000);
    }
    return [...scene.transport.dials];
  }

  it('0 never gives up', () => {
    expect(dials(stage({ maxReconnectAttempts: 0, connectTimeout: 0 }), 50)).toHaveLength(51);
  });

  it('1 is one dial after the loss', () => {
    const scene = stage({ maxReconnectAttempts: 1, connectTimeout: 0 });
    dials(scene, 1);
    scene.transport.last.fail(refused());
    expect([scene.transport.dials.length, scene.ws.state]).toEqual([2, 'exhausted']);
  });

  it.each([
    ['none', [1000, 2000, 4000, 5000]],
    ['equal', [750, 1500, 3000, 3750]],
    ['full', [500, 1000, 2000, 2500]],
  ] as const)('%s, with 0.5 drawn', (reconnectJitter, delays) => {
    const scene = stage({ reconnectJitter, random: () => 0.5, maxReconnectDelay: 5000, connectTimeout: 0 });
    dials(scene, 4);
    expect(scene.log.filter((line) => line.startsWith('reconnecting'))).toEqual(
      delays.map((delay, index) => `reconnecting ${index + 1} ${delay}`),
    );
  });

  it('draws anew for each attempt', () => {
    let drawn = 0;
    const scene = stage({
      connectTimeout: 0,
      reconnectJitter: 'full',
      random: () => {
        drawn += 0.25;
        return drawn;
      },
    });
    dials(scene, 3);
    expect(scene.log.filter((line) => line.startsWith('reconnecting'))).toEqual([
      'reconnecting 1 250',
      'reconnecting 2 1000',
      'reconnecting 3 3000',
    ]);
  });

  it.each<[unknown, number | undefined]>([
    [0, 0],
    [1, 1000],
    [-0.001, undefined],
    [1.001, undefined],
    [Number.NaN, undefined],
    ['0.5', undefined],
  ])('takes %s from random, or reports it and draws itself', (drawn, delay) => {
    const scene = stage({
      connectTimeout: 0,
      reconnectJitter: 'full',
      random: () => drawn as number,
    });
    const reported: string[] = [];
    scene.ws.on('error', ({ message }) => {
      if (message.includes('random')) reported.push(message);
    });
    let announced: number | undefined;
    scene.ws.on('reconnecting', (_, ms) => {
      announced = ms;
    });
    dials(scene, 1);
    expect(reported).toHaveLength(delay === undefined ? 1 : 0);
    if (delay === undefined) expect(announced).toBeLessThanOrEqual(1000);
    else expect(announced).toBe(delay);
  });
});
