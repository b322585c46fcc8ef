/** The recipes for `prepare`: each program ends by itself, and keeps its promises where a connection is lost. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { GraphQLSocket } from '../../examples/recipes/graphql.js';
import { CallLostError, CallNotSentError, JsonRpc } from '../../examples/recipes/jsonRpc.js';
import { login, type Token } from '../../examples/recipes/login.js';
import { Topics } from '../../examples/recipes/topics.js';
import { type EmbeddedServer, startServer } from '../../examples/server.js';
import { QueueFullError, ReckerWebSocket, SessionError } from '../../src/index.js';
import { TcpRelay } from '../../src/testing/relay.js';
import { Random } from '../support/random.js';

const run = promisify(execFile);

async function output(name: string): Promise<string[]> {
  const args = ['--import', 'tsx', `examples/recipes/${name}.demo.ts`];
  const { stdout, stderr } = await run(process.execPath, args, { timeout: 20_000 });
  expect(stderr).toBe('');
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

type Received = { readonly [key: string]: unknown };

/** A server that hands each message to `answer`, with the number of its connection, from 1. */
async function serve(
  answer: (message: Received, socket: WebSocket, connection: number) => void,
  protocol?: string,
): Promise<EmbeddedServer & { readonly url: string }> {
  let connections = 0;
  const server = await startServer(
    (socket) => {
      connections += 1;
      const connection = connections;
      socket.on('message', (text) => answer(JSON.parse(String(text)), socket, connection));
      socket.on('error', () => {});
    },
    protocol === undefined ? undefined : () => protocol,
  );
  cleanUps.push(() => server.stop());
  return { ...server, url: server.baseUrl.replace('http', 'ws') };
}

function closing(socket: ReckerWebSocket): ReckerWebSocket {
  cleanUps.push(() => socket.terminate());
  return socket;
}

const json = (socket: WebSocket, value: unknown) => socket.send(JSON.stringify(value));

describe('programs', { timeout: 30_000 }, () => {
  it('login', async () => {
    expect(await output('login')).toEqual([
      'server: login token-1',
      'open',
      'server: order 1 apple',
      'server: renew token-2',
      'server: renew token-3',
      'close 1006',
      'server: login token-4',
      'open',
      'server: renew token-5',
      'close 1000',
    ]);
  });

  it('topics', async () => {
    expect(await output('topics')).toEqual([
      'server: alerts prices',
      'open',
      'server: alerts prices news',
      'server: alerts news weather',
      'open again',
    ]);
  });

  it('resume', async () => {
    expect(await output('resume')).toEqual([
      '1: while the client was connected',
      '2: while the client was away',
      '3: while the client was away',
      'lost: 4 to 5',
      '6: while the client was away',
      '7: while the client was away',
      '8: while the client was away',
    ]);
  });

  it('jsonRpc', async () => {
    expect(await output('jsonRpc')).toEqual([
      'server: login',
      'server: divide',
      'divide: 3',
      'server: divide',
      'CallFailedError: divide failed: division by zero',
      'server: crash',
      'CallLostError: The connection ended before the answer to crash',
      'server: login',
      'server: divide',
      'divide: 4',
      'CallNotSentError: divide was not sent',
    ]);
  });

  it('graphql', async () => {
    const connection = (number: number) => [
      `server: connection_init token-${number}`,
      'server: pong',
      'server: subscribe subscription { price }',
      '{"data":{"price":42}}',
    ];
    expect(await output('graphql')).toEqual([...connection(1), ...connection(2), 'complete']);
  });
});

describe('login', () => {
  const forAnHour = async (): Promise<Token> => ({ value: 'a', expiresAt: Date.now() + 3_600_000 });

  it('fetches another token where one has expired on its way, and gives up where it is refused', async () => {
    const answers = [
      { type: 'refused', reason: 'expired' },
      { type: 'refused', reason: 'unknown user' },
    ];
    const server = await serve((_, socket, connection) => json(socket, answers[connection - 1]));
    const fetchToken = vi.fn(forAnHour);
    const ws = closing(
      new ReckerWebSocket(server.url, { reconnect: true, reconnectDelay: 5, prepare: login({ fetchToken }) }),
    );
    const error = await ws.connect().catch((reason) => reason);
    expect(error).toBeInstanceOf(SessionError);
    expect(error).toMatchObject({ final: true, message: 'The login was refused: unknown user' });
    expect(fetchToken).toHaveBeenCalledTimes(2);
    expect(ws.state).toBe('closed');
  });

  it('tries a failed renewal again, and stops when the connection ends', async () => {
    const renewals: unknown[] = [];
    const server = await serve(({ type, token }, socket) => {
      if (type === 'renew') renewals.push(token);
      else json(socket, { type: 'welcome' });
    });
    const signals: AbortSignal[] = [];
    const fetchToken = async (signal: AbortSignal): Promise<Token> => {
      signals.push(signal);
      if (signals.length === 2) throw new Error('The token service is down');
      return { value: `token-${signals.length}`, expiresAt: Date.now() + 1000 };
    };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    cleanUps.push(() => vi.useRealTimers());
    const prepare = login({ fetchToken, early: 400, pause: 50 });
    const ws = closing(new ReckerWebSocket(server.url, { prepare, heartbeatInterval: 0 }));
    await ws.connect();
    await vi.advanceTimersByTimeAsync(599);
    expect(signals.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(signals.length).toBe(2);
    await vi.advanceTimersByTimeAsync(50);
    await vi.advanceTimersByTimeAsync(600);
    expect(signals.length).toBe(4);
    await ws.close();
    expect(renewals).toEqual(['token-3', 'token-4']);
    expect(signals[0]?.aborted).toBe(true);
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
    expect(signals.length).toBe(4);
  });
});

describe('topics', () => {
  it('are right where they change while the connection is prepared', async () => {
    const seen: string[] = [];
    const topics = new Topics();
    const server = await serve(({ action, topics: names }, socket) => {
      seen.push(`${action} ${names}`);
      if (seen.length === 1) {
        topics.add('b');
        topics.delete('a');
      }
      if (seen.length === 3) json(socket, { type: 'subscribed' });
    });
    topics.add('a');
    await closing(new ReckerWebSocket(server.url, { prepare: topics.prepare })).connect();
    expect(seen).toEqual(['subscribe a', 'subscribe b', 'unsubscribe a']);
  });

  it('are right where a change waits behind a large message, and is out of date when it leaves', async () => {
    const topics = new Topics();
    const subscribed: Set<string>[] = [];
    const server = await serve(({ action, topics: names }, socket, connection) => {
      subscribed[connection] ??= new Set();
      for (const name of names as string[])
        subscribed[connection]?.[action === 'subscribe' ? 'add' : 'delete'](name);
      if (names === undefined) return;
      json(socket, { type: 'subscribed' });
      // The first connection does not read what follows.
      if (connection === 1) socket.pause();
    });
    const ws = closing(
      new ReckerWebSocket(server.url, {
        reconnect: true,
        reconnectDelay: 5,
        prepare: topics.prepare,
        maxInFlight: 1024,
      }),
    );
    await ws.connect();
    for (let count = 0; count < 16; count += 1) ws.sendJSON({ topics: [], text: '.'.repeat(1_000_000) });
    topics.add('a');
    const lost = once(ws, 'state');
    for (const socket of server.sockets) socket.terminate();
    await lost;
    topics.delete('a');
    topics.add('b');
    await ws.connect();
    ws.sendJSON({ topics: ['the end'], action: 'subscribe' });
    await vi.waitFor(() => expect([...(subscribed[2] ?? [])]).toContain('the end'), 5000);
    await vi.waitFor(() => expect([...(subscribed[2] ?? [])]).toEqual(['b', 'the end']));
  });
});

describe('jsonRpc', () => {
  it('knows the fate of each call over 100 cuts', { timeout: 30_000 }, async () => {
    const executed = new Map<unknown, number>();
    const server = await serve(({ id, method, params }, socket) => {
      if (method === 'work') executed.set(params, (executed.get(params) ?? 0) + 1);
      json(socket, { jsonrpc: '2.0', id, result: params });
    });
    const relay = await TcpRelay.start({ port: Number(new URL(server.url).port) });
    cleanUps.push(() => relay.close());
    const random = new Random(4);
    const rpc = new JsonRpc(relay.url(), (call) => call('login'), {
      reconnectDelay: 1,
      maxReconnectDelay: 1,
      maxReconnectAttempts: 0,
      sendQueue: { maxMessages: 20 },
    });
    closing(rpc.socket);

    let cuts = 0;
    rpc.socket.on('close', () => (cuts += 1));
    const fates = { answered: 0, lost: 0, notSent: 0 };
    const wrong: unknown[] = [];
    const calls: Promise<void>[] = [];
    const call = (work: number) =>
      rpc.call('work', work).then(
        (result) => {
          fates.answered += 1;
          if (result !== work || executed.get(work) !== 1) wrong.push({ work, result });
        },
        (error: unknown) => {
          if (error instanceof CallNotSentError) {
            fates.notSent += 1;
            if (executed.has(work)) wrong.push({ work, error });
          } else {
            fates.lost += 1;
            if (!(error instanceof CallLostError) || (executed.get(work) ?? 0) > 1)
              wrong.push({ work, error });
          }
        },
      );
    // Which fate a call has depends on the machine: at least 100 cuts, and as many as bring enough of each.
    const seen = (): number => Math.min(...Object.values(fates));
    while (cuts < 100 || (cuts < 2000 && seen() <= 10)) {
      const before = cuts;
      relay.cutAfter(random.int(1000));
      for (let left = 10; cuts === before; left -= 1) {
        for (let count = random.int(6); count > 0; count -= 1) calls.push(call(calls.length));
        if (left <= 0) relay.reset();
        await new Promise((resolve) => setTimeout(resolve, random.int(2)));
      }
    }
    await rpc.socket.connect();
    await rpc.call('last');
    await Promise.all(calls);
    expect(wrong).toEqual([]);
    expect(seen()).toBeGreaterThan(10);
  });

  it('knows the fate of calls that are followed at once by the end of their connection', async () => {
    const executed: unknown[] = [];
    const server = await serve(({ id, method }, socket) => {
      executed.push(method);
      json(socket, { jsonrpc: '2.0', id, result: method });
    });
    const rpc = new JsonRpc(server.url, (call) => call('login'), { reconnectDelay: 5 });
    closing(rpc.socket);
    await rpc.socket.connect();
    const replaced = rpc.call('before reconnect()');
    const again = rpc.socket.reconnect();
    await expect(replaced).rejects.toThrow(CallLostError);
    await again;
    // The server answers before it answers the Close.
    const last = rpc.call('before close()');
    const closed = rpc.socket.close();
    await expect(last).resolves.toBe('before close()');
    await closed;
    expect(executed.filter((method) => method === 'login').length).toBe(2);
  });
});

describe('graphql', () => {
  const sink = () => ({ next: vi.fn(), error: vi.fn(), complete: vi.fn() });
  const query = { query: 'subscription { price }' };

  it('ends where the server forbids the connection', async () => {
    let connections = 0;
    const server = await serve((_, socket, connection) => {
      connections = connection;
      socket.close(4403, 'Forbidden');
    }, 'graphql-transport-ws');
    const client = new GraphQLSocket(server.url, async () => ({}), { reconnectDelay: 5 });
    const received = sink();
    client.subscribe(query, received);
    await expect(client.socket.connect()).rejects.toThrow('Forbidden');
    expect(connections).toBe(1);
    expect(received.error).toHaveBeenCalledTimes(1);
    expect(String(received.error.mock.calls[0])).toContain('Forbidden');
  });

  it('answers pings while it is open, and subscribes again to what is still active', async () => {
    const seen: string[] = [];
    const server = await serve(({ type, id }, socket, connection) => {
      seen.push(`${connection} ${type} ${id ?? ''}`.trim());
      if (type === 'connection_init') json(socket, { type: 'connection_ack' });
      if (id === '2' && type === 'subscribe' && connection === 1) json(socket, { type: 'ping' });
    }, 'graphql-transport-ws');
    const client = new GraphQLSocket(server.url, async () => ({}), { reconnectDelay: 5 });
    closing(client.socket);
    const stop = client.subscribe(query, sink());
    client.subscribe(query, sink());
    await vi.waitFor(() => expect(seen).toContain('1 pong'));
    const lost = once(client.socket, 'state');
    for (const socket of server.sockets) socket.terminate();
    await lost;
    stop();
    const added = client.subscribe(query, sink());
    await client.socket.connect();
    added();
    await vi.waitFor(() => expect(seen).toContain('2 complete 3'));
    expect(seen).toEqual([
      '1 connection_init',
      '1 subscribe 1',
      '1 subscribe 2',
      '1 pong',
      '2 connection_init',
      '2 subscribe 2',
      '2 subscribe 3',
      '2 complete 3',
    ]);
  });

  it('reports a subscription that the connection cannot take, and keeps nothing for the next one', async () => {
    const seen: string[] = [];
    const server = await serve(({ type }, socket, connection) => {
      seen.push(`${connection} ${type}`);
      if (type === 'connection_init') json(socket, { type: 'connection_ack' });
      if (connection === 1) socket.pause();
    }, 'graphql-transport-ws');
    const client = new GraphQLSocket(server.url, async () => ({}), { reconnectDelay: 5, maxInFlight: 1024 });
    closing(client.socket);
    await client.socket.connect();
    client.subscribe({ query: '.'.repeat(16_000_000) }, sink())();
    const refused = sink();
    client.subscribe(query, refused);
    await vi.waitFor(() => expect(refused.error).toHaveBeenCalledTimes(1));
    expect(refused.error.mock.calls[0]?.[0]).toBeInstanceOf(QueueFullError);
    await client.socket.reconnect();
    client.subscribe(query, sink());
    await vi.waitFor(() => expect(seen).toContain('2 subscribe'));
    expect(seen).toEqual(['1 connection_init', '2 connection_init', '2 subscribe']);
  });
});
