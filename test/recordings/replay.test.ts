/** Recordings, replayed on ReckerWebSocket: every transition of the chart, and what the options ask for. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { recorder } from '../../src/inspect/index.js';
import { ConnectionError, HandshakeError } from '../../src/port/index.js';
import {
  connectionPaths,
  fakePathDriver,
  fakeTransport,
  type ReplayClientOptions,
  replayRecording,
  runPath,
  VirtualClock,
} from '../../src/testing/index.js';

const EXAMPLE = readFileSync(new URL('example.ndjson', import.meta.url), 'utf8');
const make = (options: ReplayClientOptions) => new ReckerWebSocket('wss://example.com', options);

/** The lines of the example, as objects; the header is the first. */
const lines = (text = EXAMPLE): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const written = (all: readonly object[]): string => `${all.map((each) => JSON.stringify(each)).join('\n')}\n`;

describe('each transition of the chart, recorded on a client', () => {
  const paths = connectionPaths();

  it.each(paths.map((path) => [path.id, path] as const))('%s', async (_, path) => {
    const recording = recorder();
    const states: string[] = [];
    const driver = fakePathDriver({
      make: (options) => {
        const ws = new ReckerWebSocket('wss://example.com', { ...options, inspect: recording.inspect });
        return ws.on('state', (state) => states.push(state));
      },
    });
    let text = '';
    const { finish } = driver;
    // What the driver does after the last step is no part of the path.
    driver.finish = async (ran) => {
      text = recording.toNDJSON();
      states.push('recorded');
      await finish?.call(driver, ran);
    };
    await runPath(path, driver);

    const replay = replayRecording(text);
    expect(await replay.run(make)).toEqual({ states: states.slice(0, states.indexOf('recorded')) });
    expect(replay.toVitest()).toContain(`expect(ws.state).toBe('${replay.steps.at(-1)?.state}');\n});\n`);
  });
});

describe('the steps', () => {
  it('are those of the client, with line, time, event and state', () => {
    const { steps } = replayRecording(EXAMPLE, { connection: '2' });
    expect(steps.map(({ line, at, event, state }) => [line, at, event, state])).toEqual([
      [3, 0, 'connect', 'connecting'],
      [5, 50, 'socket.opened', 'preparing'],
      [6, 60, 'session.prepared', 'open'],
      [16, 15_380, 'close', 'closing'],
      [17, 15_380, 'socket.closed', 'closed'],
    ]);
  });

  it('end at the last visit of `until`', async () => {
    const replay = replayRecording(EXAMPLE, { connection: '1', until: 'open' });
    expect(replay.steps.at(-1)).toMatchObject({ event: 'socket.opened', from: 'session.reconnecting' });
    const { states } = await replay.run(make);
    expect(states.filter((state) => state === 'open')).toHaveLength(2);
    expect(states.at(-1)).toBe('open');
  });

  it.each([
    [{}, 'The recording has 2 connections: say which of 1, 2'],
    [{ connection: '3' }, 'The recording has no connection "3"; it has 1, 2'],
    [{ connection: 1 as never }, 'The recording has no connection a value of type number; it has 1, 2'],
    [{ connection: '2', until: 'backoff' }, 'The client was never backoff; it was connecting, preparing'],
    [{ connection: '2', until: 'opne' }, 'until takes a value of ws.state, not "opne"'],
  ])('a wrong option is a ConfigurationError: %j', (options, message) => {
    expect(() => replayRecording(EXAMPLE, options)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining(message) }),
    );
  });

  it('what is no recording is a ConfigurationError', () => {
    for (const text of ['', '{}\n', 'no', written(lines().slice(0, 1)), written(lines().slice(1))]) {
      expect(() => replayRecording(text)).toThrow(expect.objectContaining({ name: 'ConfigurationError' }));
    }
  });

  it('a last line that was cut is left out', () => {
    const cut = EXAMPLE.trimEnd().slice(0, -20);
    expect(replayRecording(cut, { connection: '1' }).steps.at(-1)?.line).toBe(lines().length - 1);
  });
});

describe('run()', () => {
  it('gives `make` the recorded policy, a transport, a clock and functions that replay the rest', async () => {
    let given: Partial<ReplayClientOptions> = {};
    await replayRecording(EXAMPLE, { connection: '2' }).run((options) => {
      given = options;
      return make(options);
    });
    expect(given).toMatchObject({ reconnect: false, heartbeatInterval: 30_000, closeTimeout: 5000 });
    expect(given.transport?.name).toBe('fake');
    expect(given.random?.()).toBe(0);
    expect(given.prepare).toBeTypeOf('function');
    expect(given).not.toHaveProperty('shouldReconnect');
    expect(given).not.toHaveProperty('heartbeatMessage');
  });

  it('may be called again, and with a maker that is asynchronous', async () => {
    const replay = replayRecording(EXAMPLE, { connection: '1' });
    const first = await replay.run(make);
    expect(await replay.run(async (options) => make(options))).toEqual(first);
    expect(first.states.at(-1)).toBe('exhausted');
  });

  it('rejects at the first step after which the client is elsewhere, with its line', async () => {
    const replay = replayRecording(EXAMPLE, { connection: '1' });
    await expect(replay.run((options) => make({ ...options, maxReconnectAttempts: 2 }))).rejects.toThrow(
      'line 25, "socket.failed": ws.state is exhausted, and was backoff',
    );
    await expect(replay.run((options) => make({ ...options, reconnectDelay: 2000 }))).rejects.toThrow(
      'line 7, "after retryDelay": a delay was due in 625 ms, and is in 1250 ms',
    );
  });

  it('rejects where the recording says what the chart does not', async () => {
    const falsified = lines();
    Object.assign(falsified[3] as object, { to: 'closed.ended', delay: undefined });
    const replay = replayRecording(written(falsified), { connection: '1', until: 'closed' });
    await expect(replay.run(make)).rejects.toThrow(
      'line 4, "socket.failed": ws.state is backoff, and was closed',
    );
    expect(() => replay.toVitest()).toThrow('No test can be written: line 4');
  });

  it.each([
    ['a line is missing', [6], 'line 7, "socket.failed": n is 4 in place of 3'],
    // The chart allows what is left.
    ['a Ping and its Pong are missing', [10, 11], ': n is 9 in place of 7'],
    ['two lines are swapped', [6, 7], 'line 7, "socket.failed": n is 4 in place of 3'],
  ])('rejects where %s and no `dropped` says so', async (kind, at, message) => {
    const all = lines();
    const gone = all.splice(at[0] ?? 0, at.length);
    if (kind.includes('swapped')) all.splice(at[0] ?? 0, 0, ...gone.reverse());
    const replay = replayRecording(written(all), { connection: '1' });
    await expect(replay.run(make)).rejects.toThrow(message);
    expect(() => replay.toVitest()).toThrow(message);
    // What comes before is not concerned.
    const before = replayRecording(written(all.slice(0, at[0])), { connection: '1' });
    expect((await before.run(make)).states.at(-1)).toBe(before.steps.at(-1)?.state);
  });

  it('leaves no client behind', async () => {
    let client: ReckerWebSocket | undefined;
    const options = { connection: '1', until: 'open' };
    await replayRecording(EXAMPLE, options).run((given) => {
      client = make(given);
      return client;
    });
    expect(client?.state).toBe('closed');
  });
});

/** A client whose steps are recorded in virtual time. */
async function recorded(
  options: WebSocketOptions,
  act: (stage: {
    ws: ReckerWebSocket;
    clock: VirtualClock;
    transport: ReturnType<typeof fakeTransport>;
  }) => Promise<void>,
  maxBytes?: number,
): Promise<string> {
  const recording = recorder({ maxBytes });
  const clock = new VirtualClock();
  const transport = fakeTransport();
  const ws = new ReckerWebSocket('wss://example.com', {
    ...options,
    clock,
    transport,
    inspect: recording.inspect,
  });
  ws.on('error', () => {});
  await act({ ws, clock, transport });
  const text = recording.toNDJSON();
  ws.terminate();
  return text;
}

describe('what was decided outside of the chart is replayed', () => {
  it('answers of shouldReconnect: false, true and times', async () => {
    const answers = [1234, true, false];
    const text = await recorded(
      { reconnect: true, shouldReconnect: () => answers.shift() ?? false },
      async ({ ws, clock, transport }) => {
        ws.connect();
        transport.last.open();
        transport.last.end();
        await clock.advanceAsync(1234);
        transport.last.open();
        transport.last.end();
        await clock.advanceAsync(1000);
        transport.last.open();
        transport.last.end();
      },
    );
    const replay = replayRecording(text);
    const { states } = await replay.run(make);
    expect(states).toEqual([
      'connecting',
      'open',
      'backoff',
      'reconnecting',
      'open',
      'backoff',
      'reconnecting',
      'open',
      'closed',
    ]);
    // The last decision is what the end needs, and no loss before it.
    expect(replay.toVitest()).toContain('decision = false;\n  transport.last.end();');
  });

  it('full jitter and Retry-After: the same delays', async () => {
    const text = await recorded(
      { reconnect: true, reconnectJitter: 'full', maxReconnectAttempts: 0 },
      async ({ ws, clock, transport }) => {
        ws.connect();
        for (let dial = 0; dial < 20; dial += 1) {
          transport.last.fail(
            dial % 2 === 0
              ? new ConnectionError('refused', { code: 'ECONNREFUSED' })
              : new HandshakeError('busy', { status: 503, headers: { 'retry-after': '7' } }),
          );
          clock.next();
          await clock.advanceAsync(0);
        }
      },
    );
    const delays = lines(text).flatMap(({ delay }) => (delay === undefined ? [] : [delay]));
    const replayed: number[] = [];
    await replayRecording(text).run((options) =>
      make(options).on('reconnecting', (_, delay) => replayed.push(delay)),
    );
    expect(replayed).toEqual(delays);
    expect(delays).toHaveLength(20);
  });

  it('a heartbeat by message', async () => {
    const text = await recorded(
      { heartbeatMessage: 'secret ping', isHeartbeatReply: ({ data }) => data === 'secret pong' },
      async ({ ws, clock, transport }) => {
        ws.connect();
        transport.last.open();
        await clock.advanceAsync(30_000);
        transport.last.message('something');
        transport.last.message('secret pong');
        await clock.advanceAsync(40_000);
      },
    );
    const replay = replayRecording(text);
    expect((await replay.run(make)).states).toEqual(['connecting', 'open', 'closed']);
    expect(replay.toVitest()).not.toContain('secret');
  });
});

describe('toVitest()', () => {
  it('imports only recker, recker/testing and vitest, and shows the options that are not the default', () => {
    const file = replayRecording(EXAMPLE, { connection: '1', until: 'exhausted' }).toVitest();
    expect([...file.matchAll(/ from '(.*)';/g)].map(([, from]) => from)).toEqual([
      'recker',
      'recker/testing',
      'vitest',
    ]);
    expect(file).toContain(`const options: WebSocketOptions = {
  reconnect: true,
  reconnectJitter: 'equal',
  maxReconnectAttempts: 3,
  heartbeatInterval: 5000,
  heartbeatTimeout: 1000,
};`);
  });

  it('drops what the end does not need', () => {
    const events = (until?: string) =>
      [
        ...replayRecording(EXAMPLE, { connection: '1', until })
          .toVitest()
          .matchAll(/\/\/ \d+: (.*)/g),
      ].map(([, event]) => event);
    expect(events('backoff')).toEqual([
      'connect',
      ...['socket.failed', 'after retryDelay'],
      ...['socket.failed', 'after retryDelay'],
      'socket.failed',
    ]);
    // The closing that leads to it is on a connection that was opened anew.
    expect(events('closing')).toEqual([
      ...['connect', 'socket.failed', 'after retryDelay', 'socket.opened'],
      'socket.peerClosed',
    ]);
  });

  it('hours of heartbeats are dropped in no time', { timeout: 10_000 }, async () => {
    const text = await recorded(
      { heartbeatInterval: 1000, heartbeatTimeout: 500 },
      async ({ ws, clock, transport }) => {
        ws.connect();
        transport.last.open();
        for (let beat = 0; beat < 2000; beat += 1) {
          clock.advance(1000);
          transport.last.pong();
        }
        await clock.advanceAsync(1500);
      },
      4_000_000,
    );
    const replay = replayRecording(text);
    expect(replay.steps.length).toBeGreaterThan(4000);
    expect(replay.toVitest().match(/\/\/ \d+: /g)).toHaveLength(5);
    expect((await replay.run(make)).states).toEqual(['connecting', 'open', 'closed']);
  });

  it('a connection that has to last for `minUptime` lasts', async () => {
    const text = await recorded(
      { reconnect: true, minUptime: 60_000, heartbeatInterval: 10_000 },
      async ({ ws, clock, transport }) => {
        ws.connect();
        transport.last.fail(new ConnectionError('refused'));
        await clock.advanceAsync(1000);
        transport.last.open();
        for (let beat = 0; beat < 7; beat += 1) {
          await clock.advanceAsync(10_000);
          transport.last.pong();
        }
        transport.last.end();
      },
    );
    expect(lines(text).at(-1)).toMatchObject({ to: 'backoff', attempt: 1 });
    const replay = replayRecording(text);
    expect((await replay.run(make)).states.at(-1)).toBe('backoff');
    expect(replay.toVitest()).toContain('await clock.advanceAsync(');
  });

  it.each([
    ['full', 0],
    ['equal', 500],
  ] as const)('jitter "%s" at its least, %d ms, is no chance of the test', async (reconnectJitter, delay) => {
    const text = await recorded(
      { reconnect: true, reconnectJitter, random: () => 0 },
      async ({ ws, clock, transport }) => {
        ws.connect();
        transport.last.open();
        transport.last.end();
        await clock.advanceAsync(delay);
      },
    );
    expect(lines(text).at(-2)).toMatchObject({ to: 'backoff', delay });
    expect(replayRecording(text).toVitest()).toContain('random: () => 0');
  });

  it.each([
    [1001, 1008],
    [1012, 1003],
    [4001, 1008],
  ])('keeps the Close whose code is final: %d, then %d', async (passing, final) => {
    const text = await recorded({ reconnect: true }, async ({ ws, clock, transport }) => {
      ws.connect();
      for (const code of [passing, passing, final]) {
        transport.last.open();
        transport.last.peerClose(code);
        transport.last.end();
        await clock.advanceAsync(1000);
      }
    });
    expect(lines(text).at(-1)).toMatchObject({ to: 'closed.ended', code: final });
    const replay = replayRecording(text);
    expect((await replay.run(make)).states.at(-1)).toBe('closed');
    const calls = [...replay.toVitest().matchAll(/transport\.last\.(.*);/g)].map(([, call]) => call);
    const closes = (code: number) => ['open()', `peerClose(${code})`, 'end()'];
    expect(calls).toEqual([...closes(passing), ...closes(final)]);
  });

  it('nothing of a recording becomes code', () => {
    const all = lines();
    Object.assign(all[0] as object, { recker: '*/ process.exit(3); /*' });
    Object.assign(all[1] as object, {
      c: "1'*/\n",
      url: "wss://example.com/'+process.exit(4)+'",
      policy: {
        ...(all[1]?.policy as object),
        'x: process.exit(5), y': 1,
        reconnectDelay: '1; process.exit(6)',
      },
    });
    const first = all.slice(0, 2);
    expect(() => replayRecording(written(first)).toVitest()).toThrow();
    Object.assign(all[1]?.policy as object, { reconnectDelay: 1000 });
    const file = replayRecording(written(first)).toVitest();
    expect(file).not.toContain('process.exit(5)');
    expect(file.slice(0, file.indexOf('*/'))).toContain('process.exit(3)');
    expect(file).toContain("'wss://example.com/\\'+process.exit(4)+\\''");
  });
});

describe('steps that were forgotten', () => {
  it('are replaced by a short way to where the recording goes on', async () => {
    const text = await recorded(
      { reconnect: true, maxReconnectAttempts: 3, heartbeatInterval: 1000, heartbeatTimeout: 500 },
      async ({ ws, clock, transport }) => {
        ws.connect();
        transport.last.open();
        for (let beat = 0; beat < 100; beat += 1) {
          clock.advance(1000);
          transport.last.pong();
        }
        await clock.advanceAsync(1500);
        for (let dial = 0; dial < 3; dial += 1) {
          await clock.advanceAsync(10_000);
          transport.last.fail(new ConnectionError('refused', { code: 'ECONNREFUSED' }));
        }
      },
      4096,
    );
    expect(lines(text)[1]).toHaveProperty('dropped');
    const replay = replayRecording(text);
    expect((await replay.run(make)).states.at(-1)).toBe('exhausted');
    expect(replay.toVitest()).toMatch(/had forgotten \d+ steps/);
  });

  it.each([
    ['session.connecting', 0],
    ['session.reconnecting', 3],
    ['session.open.alive', 2],
    ['session.open.awaitingPong.asked', 0],
    ['session.closing.byPeer', 1],
    ['backoff', 4],
    ['closed.ended', 0],
    ['exhausted', 5],
  ])('also where the recording begins in %s, attempt %d', async (from, attempt) => {
    const policy = { ...(lines()[1]?.policy as object), maxReconnectAttempts: 5 };
    const step = { t: 1, c: '1', n: 900, event: 'terminate', from, to: 'closed.ended', attempt, policy };
    const text = written([lines()[0] as object, { ...step, dropped: 899 }]);
    const isOver = from.startsWith('closed');
    const replay = replayRecording(
      isOver
        ? text.replace('terminate', 'connect').replace('"closed.ended","att', '"session.connecting","att')
        : text,
    );
    expect((await replay.run(make)).states.at(-1)).toBe(isOver ? 'connecting' : 'closed');
    expect(replay.toVitest()).toContain('had forgotten 899 steps');
  });
});
