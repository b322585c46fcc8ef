/**
 * Peers that close in their own way, messages that come with the upgrade, readers that are slow: over real sockets.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CloseInfo, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, VirtualClock } from '../../src/testing/index.js';
import { testTls } from '../support/tls.js';

let server: FaultServer;
const clients: ReckerWebSocket[] = [];

beforeEach(async () => {
  server = await FaultServer.start();
});
afterEach(async () => {
  for (const ws of clients.splice(0)) void ws.close();
  await server.stop();
});

interface Closed {
  readonly code: number;
  readonly reason: string;
  readonly info: CloseInfo;
}

function client(options: WebSocketOptions = {}, url = server.url()) {
  const clock = new VirtualClock(1_000_000);
  const ws = new ReckerWebSocket(url, { clock, ...options });
  clients.push(ws);
  const states: string[] = [];
  const closes: Closed[] = [];
  ws.on('state', (state) => states.push(state));
  ws.on('error', () => {});
  ws.on('close', (code, reason, info) => closes.push({ code, reason, info }));
  return { ws, clock, states, closes };
}

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await turn();
};

describe('messages that come with the upgrade', () => {
  const early = ['first', Buffer.from('second'), 'third'];

  it.each(['ws', 'wss'])('wait for listeners that are attached after connect(): %s', async (scheme) => {
    await using secure = await FaultServer.start({ tls: testTls });
    const target = scheme === 'ws' ? server : secure;
    target.sendOnAccept(early);
    const { ws } = client(scheme === 'ws' ? {} : { tls: { ca: testTls.cert } }, target.url());
    const log: string[] = [];
    ws.on('open', () => log.push('open'));
    await ws.connect();
    log.push('connected');
    ws.on('message', ({ data, isBinary }) => log.push(`${data} ${isBinary}`));
    await until(() => log.length === 5);
    expect(log).toEqual(['open', 'connected', 'first false', 'second true', 'third false']);
  });

  it('wait for an iterator, too', async () => {
    server.sendOnAccept(early);
    const { ws } = client();
    await ws.connect();
    const got: string[] = [];
    for await (const { data } of ws) if (got.push(String(data)) === 3) break;
    expect(got).toEqual(['first', 'second', 'third']);
  });

  it('come before the close that came with them', async () => {
    server.closeOnAccept(4001, 'full');
    const { ws, closes, states } = client();
    await ws.connect();
    await until(() => closes.length === 1);
    expect(closes).toMatchObject([{ code: 4001, reason: 'full', info: { wasClean: true } }]);
    expect(states).toEqual(['connecting', 'open', 'closing', 'closed']);
  });
});

describe('a server that sends Close and keeps TCP open', () => {
  it('is left at closeTimeout, with its own code, and the next dial follows', async () => {
    const { ws, clock, closes, states } = client({ reconnect: true, closeTimeout: 3000 });
    await ws.connect();
    server.closeAndKeepTcp(1012, 'restart');
    await until(() => ws.state === 'closing');
    void ws.send('waits for the next connection');
    expect([ws.readyState, ws.isConnected, closes]).toEqual([2, false, []]);
    await clock.advanceAsync(2999);
    expect(ws.state).toBe('closing');
    clock.advance(1);
    expect(closes).toMatchObject([
      {
        code: 1012,
        reason: 'restart',
        info: { wasClean: false, willReconnect: true, error: { name: 'TimeoutError', phase: 'close' } },
      },
    ]);
    clock.advance(1000);
    await until(() => ws.isConnected);
    await server.waitForMessage(({ data }) => data === 'waits for the next connection');
    expect(states).toEqual(['connecting', 'open', 'closing', 'backoff', 'reconnecting', 'open']);
  });

  it('is left for good where close() is called meanwhile', async () => {
    const { ws, clock, closes } = client({ reconnect: true });
    await ws.connect();
    server.closeAndKeepTcp(1012);
    await until(() => ws.state === 'closing');
    const closed = ws.close();
    clock.advance(5000);
    await closed;
    expect([ws.state, closes.map(({ code }) => code)]).toEqual(['closed', [1012]]);
    expect(clock.pending).toEqual([]);
  });

  it('cannot hold a client that is aborted', async () => {
    const abort = new AbortController();
    const { ws, closes } = client({ reconnect: true, signal: abort.signal });
    await ws.connect();
    server.closeAndKeepTcp(1012);
    await until(() => ws.state === 'closing');
    abort.abort();
    expect([ws.state, closes]).toMatchObject([
      'closed',
      [{ code: 1006, info: { error: { name: 'AbortError' } } }],
    ]);
  });
});

describe('a server that never answers a Close', () => {
  it('is left at closeTimeout with 1006, and its messages still arrive', async () => {
    server.ignoreClose();
    const { ws, clock, closes } = client({ reconnect: true });
    const messages: string[] = [];
    ws.on('message', ({ data }) => messages.push(String(data)));
    await ws.connect();
    const connection = await server.waitForConnection();
    const closed = ws.close(4002, 'enough');
    connection.send('still here');
    await until(() => messages.length === 1);
    clock.advance(4999);
    expect([ws.state, closes]).toEqual(['closing', []]);
    clock.advance(1);
    await closed;
    expect(closes).toMatchObject([
      { code: 1006, reason: '', info: { wasClean: false, willReconnect: false, error: { phase: 'close' } } },
    ]);
    expect([server.seen.closes, messages]).toEqual([[{ code: 4002, reason: 'enough' }], ['still here']]);
    await until(() => server.sockets === 0);
  });

  it('is left at once with closeTimeout 0, and connect() dials anew', async () => {
    server.ignoreClose();
    const { ws, clock } = client({ closeTimeout: 0 });
    await ws.connect();
    void ws.close();
    const again = ws.connect();
    clock.advance(0);
    await again;
    expect([ws.state, ws.stats().dials]).toEqual(['open', 2]);
  });
});

describe('reconnect()', () => {
  it('while open: the old connection gets its Close 1000, the new one carries on', async () => {
    server.echo();
    const { ws, closes, states } = client();
    const messages: string[] = [];
    ws.on('message', ({ data }) => messages.push(String(data)));
    await ws.connect();
    void ws.send('old');
    await until(() => messages.length === 1);
    await ws.reconnect();
    await ws.send('new');
    await until(() => messages.length === 2);
    expect([messages, server.seen.closes, server.seen.handshakes.length]).toEqual([
      ['old', 'new'],
      [{ code: 1000, reason: '' }],
      2,
    ]);
    expect(closes).toMatchObject([
      { code: 1006, reason: '', info: { willReconnect: true, wasClean: false } },
    ]);
    expect(states).toEqual(['connecting', 'open', 'reconnecting', 'open']);
    await until(() => server.sockets === 1);
  });

  it('again and again leaves one socket', async () => {
    const { ws } = client();
    for (let count = 0; count < 20; count += 1) await ws.reconnect();
    await until(() => server.sockets === 1);
    expect(ws.stats()).toMatchObject({ dials: 20, opens: 20 });
  });
});

describe('close() before there is a connection', () => {
  it.each<[string, (port: number) => string]>([
    ['TCP connects, and the upgrade is not answered', (port) => `ws://127.0.0.1:${port}/`],
    ['the name is resolved', (port) => `ws://localhost:${port}/`],
    ['a name is resolved that is none', () => 'ws://nobody.invalid/'],
    ['TLS is not answered', (port) => `wss://127.0.0.1:${port}/`],
  ])('while %s', async (_name, url) => {
    const sockets = new Set<unknown>();
    const mute = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      socket.resume();
    }).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    for (const turns of [0, 1, 5]) {
      const { ws, clock, closes, states } = client({ reconnect: true }, url(port));
      const connected = ws.connect();
      connected.catch(() => {});
      for (let count = 0; count < turns; count += 1) await turn();
      if (ws.state !== 'connecting') continue; // The name was found to be none already.
      await ws.close();
      expect([states, closes.map(({ code, info }) => [code, info.error, info.willReconnect])]).toEqual([
        ['connecting', 'closed'],
        [[1006, undefined, false]],
      ]);
      await expect(connected).rejects.toMatchObject({ name: 'AbortError' });
      expect(clock.pending).toEqual([]);
    }
    await until(() => sockets.size === 0);
    mute.close();
  });

  it('while a provider is waited for', async () => {
    const { ws, states } = client({ headers: () => new Promise(() => {}) });
    const connected = ws.connect();
    await turn();
    await ws.close();
    await expect(connected).rejects.toMatchObject({ name: 'AbortError' });
    expect([states, server.seen.handshakes]).toEqual([['connecting', 'closed'], []]);
  });
});

describe('the heartbeat', () => {
  const heartbeat = { heartbeatInterval: 1000, heartbeatTimeout: 500 };

  it('suspends its judgement while an iterator does not read', async () => {
    const { ws, clock, states } = client({ ...heartbeat, receiveQueue: { maxMessages: 1 } });
    await ws.connect();
    const messages = ws[Symbol.asyncIterator]();
    server.broadcast('1');
    server.broadcast('2');
    await until(() => ws.stats().paused);
    for (let round = 0; round < 5; round += 1) await clock.advanceAsync(1500);
    await server.waitFor(({ pings }) => pings >= 5);
    expect([states.at(-1), ws.isConnected]).toEqual(['open', true]);
    expect([(await messages.next()).value?.data, (await messages.next()).value?.data]).toEqual(['1', '2']);
    await messages.return(undefined);
    for (let round = 0; round < 3; round += 1) {
      await clock.advanceAsync(1000);
      await server.waitFor(({ pings }) => pings > 5 + round);
      await until(() => ws.latency !== undefined);
    }
    expect(ws.isConnected).toBe(true);
  });

  it('takes a slow listener for no dead peer', async () => {
    const { ws, states } = client({ heartbeatInterval: 40, heartbeatTimeout: 30, clock: undefined });
    let got = 0;
    ws.on('message', () => {
      got += 1;
      const end = performance.now() + 100;
      while (performance.now() < end);
    });
    await ws.connect();
    for (let count = 0; count < 4; count += 1) server.broadcast('slow');
    await until(() => got === 4);
    await server.waitFor(({ pings }) => pings >= 2);
    expect(states).toEqual(['connecting', 'open']);
  });

  it('0: no Ping at all, and no timer', async () => {
    const { ws, clock } = client({ heartbeatInterval: 0 });
    await ws.connect();
    expect(clock.pending).toEqual([]);
  });

  it('does not take the last connection’s Ping for the next one’s', async () => {
    const { ws, clock } = client({
      ...heartbeat,
      reconnect: true,
      heartbeatMessage: 'ping',
      isHeartbeatReply: () => true,
    });
    const pongs: number[] = [];
    ws.on('pong', (rtt) => pongs.push(rtt));
    await ws.connect();
    ws.ping();
    void ws.reconnect();
    clock.advance(100);
    await until(() => ws.isConnected);
    server.broadcast('hello');
    await new Promise((resolve) => ws.once('message', resolve));
    expect([pongs, ws.latency]).toEqual([[], undefined]);
  });
});
