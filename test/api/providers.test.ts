/**
 * `url`, `headers` and `protocols` as functions: called once for each dial, told which dial, ended with it; and
 * what becomes of one that throws, hangs, comes too late or gives what cannot be used.
 */
import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  ConnectionError,
  createClient,
  type Provider,
  type ProviderContext,
  ReckerWebSocket,
  type WebSocketOptions,
} from '../../src/index.js';
import { fakeTransport, VirtualClock } from '../../src/testing/index.js';

const settled = async () => {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
};

function stage(url: string | Provider<string | URL>, options: WebSocketOptions = {}) {
  const transport = fakeTransport();
  const clock = new VirtualClock(1_000_000);
  const ws = new ReckerWebSocket(url, { transport, clock, ...options });
  const log: string[] = [];
  ws.on('state', (state) => log.push(state));
  ws.on('error', (error) => log.push(`error ${error.name}`));
  ws.on('reconnect-error', (error) => log.push(`reconnect-error ${error.name}`));
  ws.on('close', (code) => log.push(`close ${code}`));
  return { transport, clock, ws, log };
}

const refused = () => new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });

describe('providers', () => {
  it('are called once for each dial, with the attempt and the last failure', async () => {
    const seen: [string, ProviderContext][] = [];
    const provider =
      <Value>(name: string, value: (attempt: number) => Value) =>
      (context: ProviderContext): Value => {
        seen.push([name, context]);
        return value(context.attempt);
      };
    const { ws, transport, clock } = stage(
      provider('url', (attempt) => `ws://h/${attempt}`),
      {
        reconnect: true,
        headers: provider('headers', (attempt) => ({ 'X-Attempt': String(attempt) })),
        protocols: provider('protocols', (attempt) => [`p${attempt}`]),
      },
    );
    expect(ws.url).toBe('');
    void ws.connect();
    await settled();
    expect(ws.url).toBe('ws://h/0');
    transport.last.fail(refused());
    clock.advance(1000);
    await settled();
    transport.last.fail(refused());
    clock.advance(2000);
    await settled();
    transport.last.open();
    transport.last.end();
    clock.advance(1000);
    await settled();
    void ws.reconnect();
    expect(
      transport.dials.map(({ request }) => [request.url, request.headers['X-Attempt'], request.protocols]),
    ).toEqual([
      ['ws://h/0', '0', ['p0']],
      ['ws://h/1', '1', ['p1']],
      ['ws://h/2', '2', ['p2']],
      ['ws://h/1', '1', ['p1']],
    ]);
    expect(seen.map(([name]) => name)).toEqual(Array(4).fill(['url', 'protocols', 'headers']).flat());
    const contexts = seen.filter(([name]) => name === 'url').map(([, context]) => context);
    expect(
      contexts.map(({ attempt, lastFailure }) => [
        attempt,
        (lastFailure as ConnectionError | undefined)?.code,
      ]),
    ).toEqual([
      [0, undefined],
      [1, 'ECONNREFUSED'],
      [2, 'ECONNREFUSED'],
      [1, 'ERR_RECKER_CLOSED'],
    ]);
    expect(Object.isFrozen(contexts[0])).toBe(true);
  });

  it('count a reconnect() while open as a first attempt', async () => {
    const attempts: number[] = [];
    const { ws, transport } = stage(({ attempt }) => {
      attempts.push(attempt);
      return 'ws://h/';
    });
    void ws.connect();
    await settled();
    transport.last.open();
    void ws.reconnect();
    await settled();
    transport.last.open();
    expect(attempts).toEqual([0, 0]);
  });

  it('see the state of the dial that they are called for, and may call back', async () => {
    const states: string[] = [];
    const { ws, transport } = stage(() => {
      states.push(ws.state);
      void ws.send('from the provider');
      return 'ws://h/';
    });
    void ws.close();
    void ws.connect();
    await settled();
    transport.last.open();
    expect([states, transport.last.sent]).toEqual([['connecting'], ['from the provider']]);
  });

  it('may close the client: nothing dials', async () => {
    const { ws, transport, log } = stage(() => {
      void ws.close();
      return 'ws://h/';
    });
    await expect(ws.connect()).rejects.toMatchObject({ name: 'AbortError' });
    await settled();
    expect([transport.dials.length, log]).toEqual([0, ['connecting', 'closed', 'close 1006']]);
  });

  it.each(['url', 'headers', 'protocols'] as const)('that throw are a failed attempt: %s', async (name) => {
    let calls = 0;
    const provider = () => {
      calls += 1;
      if (calls === 1) throw new Error('no token');
      if (calls === 2) return Promise.reject(new Error('no token yet'));
      if (calls === 3) return Promise.reject('a string');
      return undefined as never;
    };
    const { ws, transport, clock, log } = stage(name === 'url' ? () => provider() ?? 'ws://h/' : 'ws://h/', {
      reconnect: true,
      ...(name === 'url' ? {} : { [name]: provider }),
    });
    const connected = ws.connect();
    const errors: ConnectionError[] = [];
    for (const event of ['error', 'reconnect-error'] as const) {
      ws.on(event, (error) => errors.push(error as ConnectionError));
    }
    await settled();
    await clock.advanceAsync(1000);
    await clock.advanceAsync(2000);
    await clock.advanceAsync(4000);
    await settled();
    transport.last.open();
    await connected;
    expect([calls, transport.dials.length]).toEqual([4, 1]);
    expect(
      errors.map(({ name, code, cause }) => [name, code, cause instanceof Error ? cause.message : cause]),
    ).toEqual([
      ['ConnectionError', 'ERR_RECKER_PROVIDER', 'no token'],
      ['ConnectionError', 'ERR_RECKER_PROVIDER', 'no token yet'],
      ['ConnectionError', 'ERR_RECKER_PROVIDER', 'a string'],
    ]);
    expect(log.slice(0, 3)).toEqual(['connecting', 'backoff', 'error ConnectionError']);
  });

  it('that hang are ended by connectTimeout, their signal aborts, and what comes late dials nothing', async () => {
    let answer: (url: string) => void = () => {};
    const signals: AbortSignal[] = [];
    const { ws, transport, clock } = stage(
      ({ signal }) => {
        signals.push(signal);
        return new Promise<string>((resolve) => {
          answer = resolve;
        });
      },
      { connectTimeout: 3000 },
    );
    const connected = ws.connect();
    await settled();
    clock.advance(2999);
    expect([ws.state, signals[0]?.aborted]).toEqual(['connecting', false]);
    clock.advance(1);
    await expect(connected).rejects.toMatchObject({ name: 'TimeoutError', phase: 'connect' });
    expect(signals.map(({ aborted, reason }) => [aborted, (reason as Error).name])).toEqual([
      [true, 'AbortError'],
    ]);
    answer('ws://h/');
    await settled();
    expect([transport.dials.length, ws.state, ws.url]).toEqual([0, 'closed', '']);
  });

  it.each(['close()', 'an abort'])('that answer after %s dial nothing', async (how) => {
    let answer: (headers: Record<string, string>) => void = () => {};
    let signal: AbortSignal | undefined;
    const abort = new AbortController();
    const { ws, transport, log } = stage('ws://h/', {
      signal: abort.signal,
      headers: (context) => {
        signal = context.signal;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    const connected = ws.connect();
    connected.catch(() => {});
    await settled();
    if (how === 'close()') void ws.close();
    else abort.abort();
    expect(signal?.aborted).toBe(true);
    answer({ a: 'b' });
    await settled();
    expect([transport.dials.length, log]).toEqual([0, ['connecting', 'closed', 'close 1006']]);
    await expect(connected).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('that reject after the dial has ended are nobody’s unhandled rejection', async () => {
    let fail: (error: Error) => void = () => {};
    const { ws, log } = stage(
      () =>
        new Promise<string>((_resolve, reject) => {
          fail = reject;
        }),
      { headers: () => Promise.reject(new Error('first')) },
    );
    await expect(ws.connect()).rejects.toMatchObject({ code: 'ERR_RECKER_PROVIDER' });
    fail(new Error('second'));
    await settled();
    expect(log).toEqual(['connecting', 'closed', 'error ConnectionError', 'close 1006']);
  });

  it('have their signal aborted when a dial fails, and when the connection ends', async () => {
    const signals: AbortSignal[] = [];
    const { ws, transport, clock } = stage(
      ({ signal }) => {
        signals.push(signal);
        return 'ws://h/';
      },
      { reconnect: true },
    );
    void ws.connect();
    await settled();
    transport.last.fail(refused());
    clock.advance(1000);
    await settled();
    transport.last.open();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    transport.last.end();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['url: http', { url: () => 'http://h/?token=s3cret' }, 'url'],
    ['url: relative', { url: () => '/path?token=s3cret' }, 'url'],
    ['url: fragment', { url: () => 'ws://h/?token=s3cret#x' }, 'url'],
    ['url: a number', { url: () => 5 }, 'url'],
    ['url: nothing', { url: () => undefined }, 'url'],
    ['headers: a line break', { headers: () => ({ Authorization: 's3cret\r\nX: y' }) }, 'headers'],
    ['headers: a list', { headers: () => ['s3cret'] }, 'headers'],
    ['protocols: a space', { protocols: () => 's3cret token' }, 'protocols'],
    ['protocols: twice', { protocols: async () => ['s3cret', 's3cret'] }, 'protocols'],
  ])('with an invalid value end the client: %s', async (_name, given, option) => {
    const { url = 'ws://h/', ...options } = given as { url: string };
    const decisions: unknown[] = [];
    const shouldReconnect = (failure: unknown) => decisions.push(failure) > 0;
    const { ws, transport, log } = stage(url, { ...options, reconnect: true, shouldReconnect });
    const error: ConfigurationError = await ws.connect().then(
      () => Promise.reject(new Error('connected')),
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigurationError);
    expect([error.option, error.message.includes('s3cret')]).toEqual([option, false]);
    expect(log).toEqual(['connecting', 'closed', 'error ConfigurationError', 'close 1006']);
    expect([transport.dials.length, decisions]).toEqual([0, []]);
  });

  it('with an invalid value end the client at a later dial, too', async () => {
    const { ws, transport, clock, log } = stage(({ attempt }) => (attempt === 0 ? 'ws://h/' : 'http://h/'), {
      reconnect: true,
    });
    void ws.connect();
    await settled();
    transport.last.open();
    transport.last.end();
    log.length = 0;
    clock.advance(1000);
    await settled();
    expect(log).toEqual(['reconnecting', 'closed', 'reconnect-error ConfigurationError', 'close 1006']);
  });

  it('may give nothing for headers and protocols', async () => {
    const { ws, transport } = stage('ws://h/', { headers: () => undefined, protocols: () => undefined });
    void ws.connect();
    await settled();
    expect([transport.last.request.headers, transport.last.request.protocols]).toEqual([{}, []]);
  });

  it('of a client: its headers go with URLs to its own origin only', async () => {
    const transport = fakeTransport();
    const urls = ['/a', 'ws://api.test/b', 'ws://other.test/c', '//other.test/d', 'wss://api.test/e'];
    const client = createClient({
      baseUrl: 'http://api.test',
      headers: { Authorization: 's3cret' },
      websocket: { transport, clock: new VirtualClock() },
    });
    for (const url of urls)
      void client
        .ws(async () => url)
        .connect()
        .catch(() => {});
    await settled();
    expect(transport.dials.map(({ request }) => [request.url, request.headers])).toEqual([
      ['ws://api.test/a', { Authorization: 's3cret' }],
      ['ws://api.test/b', { Authorization: 's3cret' }],
      ['ws://other.test/c', {}],
      ['ws://other.test/d', {}],
      ['wss://api.test/e', {}],
    ]);
  });
});
