/** Dials that hang, fail for good, fail for a while, or must wait; in real time. */
import { Agent, ProxyAgent } from 'undici';
import { afterAll, describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, TcpRelay } from '../../src/testing/index.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { SocksProxy } from '../support/socksProxy.js';
import { testTls } from '../support/tls.js';
import { describeInNamespace, inNamespace } from './program.js';
import { client, EXAMPLE, endAll, GRACE, inTime, kept, note, sleep, sockets } from './support.js';

afterAll(endAll);

const { connectTimeout } = EXAMPLE;

/** Ended with the file's other things. */
async function made<Thing extends { stop(): Promise<unknown> }>(thing: Promise<Thing>): Promise<Thing> {
  const it = await thing;
  kept({ [Symbol.asyncDispose]: async () => void (await it.stop()) });
  return it;
}

describe('a dial that hangs', () => {
  it('fails within connectTimeout wherever it hangs, typed, and leaves no socket', async () => {
    const silent = await made(SocksProxy.start({ hijack: (socket) => void socket.resume() }));
    const hanging = await made(ConnectProxy.start({ answer: () => undefined }));
    const hangingSocks = await made(SocksProxy.start({ reply: () => undefined }));
    const [stalled, dripping] = [kept(await FaultServer.start()), kept(await FaultServer.start())];
    stalled.stall();
    dripping.drip(50);
    const relay = kept(await TcpRelay.start({ port: stalled.port }));
    relay.silent();
    const agent = new Agent();
    const proxyAgent = new ProxyAgent(`http://127.0.0.1:${hanging.port}`);
    const rows: [string, string, WebSocketOptions][] = [
      ['accepted and silent', relay.url(), {}],
      ['request taken, no answer', stalled.url(), {}],
      ['headers dripping', dripping.url(), {}],
      ['TLS stalled', `wss://127.0.0.1:${silent.port}/`, {}],
      ['CONNECT hanging', 'ws://127.0.0.1:1/', { proxy: `http://127.0.0.1:${hanging.port}` }],
      ['SOCKS hanging from the start', 'ws://127.0.0.1:1/', { proxy: `socks5://127.0.0.1:${silent.port}` }],
      [
        'SOCKS hanging at the request',
        'ws://127.0.0.1:1/',
        { proxy: `socks5h://127.0.0.1:${hangingSocks.port}` },
      ],
      ['TLS to the proxy stalled', 'ws://127.0.0.1:1/', { proxy: `https://127.0.0.1:${silent.port}` }],
      ['dispatcher, no answer', stalled.url(), { dispatcher: agent }],
      ['dispatcher with a proxy, CONNECT hanging', 'ws://h/', { dispatcher: proxyAgent }],
      ['provider of headers hangs', stalled.url(), { headers: () => new Promise(() => {}) }],
    ];
    const before = sockets();
    await Promise.all(
      rows.map(async ([row, url, options]) => {
        const { ws, diary } = client(url, { ...options, reconnect: false });
        const start = performance.now();
        const error = await ws.connect().catch((cause) => cause);
        inTime(`connect: ${row}`, performance.now() - start, connectTimeout + GRACE, connectTimeout);
        expect(error, row).toMatchObject({ name: 'TimeoutError', phase: 'connect' });
        expect(
          diary.reported.filter((line) => line.startsWith('close')),
          row,
        ).toEqual(['close 1006']);
      }),
    );
    // The dispatchers are the user's: what they still hold is theirs.
    await Promise.all([agent.destroy(), proxyAgent.destroy()]);
    for (let waited = 0; sockets() > before && waited < 500; waited += 10) await sleep(10);
    expect(sockets(), 'sockets left').toBeLessThanOrEqual(before);
  });
});

describe.concurrent('a server that accepts and drops at once, with minUptime 5 s', () => {
  it.concurrent('delays keep growing, and attempts run out', async () => {
    const server = kept(await FaultServer.start());
    server.dropAfterAccept();
    const { ws, diary } = client(server.url(), {
      minUptime: 5000,
      reconnectDelay: 40,
      maxReconnectAttempts: 5,
    });
    const start = performance.now();
    void ws.connect().catch(() => {});
    const gaveUp = await diary.seen('max-reconnect-attempts');
    const delays = diary.of('reconnecting').map(({ args }) => args[1]);
    expect(delays).toEqual([40, 80, 160, 320, 640]);
    const sum = 40 + 80 + 160 + 320 + 640;
    inTime('accepts, then drops, minUptime 5 s: given up', gaveUp.at - start, sum + 6 * GRACE, sum);
    expect([ws.state, ws.stats().dials, diary.count('open')]).toEqual(['exhausted', 6, 6]);
    await sleep(300);
    expect(server.seen.handshakes).toHaveLength(6);
  });
});

describe.concurrent('a final answer is reported once, typed, and nothing dials again', () => {
  const finals: [string, (server: FaultServer) => void, object][] = [
    ...[401, 403, 404].map((status): [string, (server: FaultServer) => void, object] => [
      String(status),
      (server) => server.refuse(status),
      { name: 'HandshakeError', status },
    ]),
    ['wrong subprotocol', (server) => server.wrongProtocol(), { name: 'HandshakeError' }],
    ['wrong Accept', (server) => server.wrongAccept(), { name: 'HandshakeError' }],
    ['unasked extension', (server) => server.unaskedExtension(), { name: 'HandshakeError' }],
  ];

  it.concurrent.each(finals)('%s', async (row, misbehave, expected) => {
    const server = kept(await FaultServer.start());
    misbehave(server);
    const { ws, diary } = client(server.url(), { reconnectDelay: 20, protocols: ['chat'] });
    await expect(ws.connect()).rejects.toMatchObject(expected);
    await sleep(300);
    expect(diary.reported, row).toEqual(['error ERR_RECKER_HANDSHAKE', 'close 1006']);
    expect(server.seen.handshakes).toHaveLength(1);
    note(`final: ${row}`, 'one dial, reported once', '1 dial, 1 error, 1 close');
  });

  it.concurrent('407 of a proxy', async () => {
    const proxy = await made(
      ConnectProxy.start({ answer: () => 'HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n' }),
    );
    const { ws, diary } = client('ws://127.0.0.1:1/', {
      reconnectDelay: 20,
      proxy: `http://u:p@127.0.0.1:${proxy.port}`,
    });
    await expect(ws.connect()).rejects.toMatchObject({ name: 'HandshakeError', status: 407, hop: 'proxy' });
    await sleep(300);
    expect(diary.reported).toEqual(['error ERR_RECKER_HANDSHAKE', 'close 1006']);
    expect(proxy.heads).toHaveLength(1);
  });

  it.concurrent('a certificate that does not verify', async () => {
    const server = kept(await FaultServer.start({ tls: testTls }));
    const { ws, diary } = client(server.url(), { reconnectDelay: 20 });
    await expect(ws.connect()).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    await sleep(300);
    expect(diary.reported).toHaveLength(2);
    expect([ws.state, ws.stats().dials]).toEqual(['closed', 1]);
  });

  it.concurrent('Close 1008', async () => {
    const server = kept(await FaultServer.start());
    server.closeOnAccept(1008, 'not you');
    const { ws, diary } = client(server.url(), { reconnectDelay: 20 });
    await ws.connect();
    await diary.seen('close');
    await sleep(300);
    expect(diary.reported).toEqual(['open', 'close 1008 not you']);
    expect([ws.state, ws.stats().dials]).toEqual(['closed', 1]);
  });
});

describe.concurrent('Retry-After: 3', () => {
  it.concurrent.each([429, 503])('%i waits for at least 3 s', async (status) => {
    const server = kept(await FaultServer.start());
    server.refuse(status, { 'Retry-After': '3' });
    const { ws, diary } = client(server.url(), { reconnectDelay: 20, maxReconnectDelay: 50 });
    const opened = ws.connect();
    await diary.seen('reconnecting');
    server.accept();
    await opened;
    const [first, second] = server.seen.handshakes;
    inTime(`${status} with Retry-After: 3`, (second?.at ?? 0) - (first?.at ?? 0), 3000 + GRACE, 3000);
  });
});

describe.concurrent('a provider', () => {
  it.concurrent('that resolves after close() dials nothing', async () => {
    const server = kept(await FaultServer.start());
    let give: (url: string) => void = () => {};
    const ws = new ReckerWebSocket(
      () =>
        new Promise<string>((resolve) => {
          give = resolve;
        }),
      EXAMPLE,
    );
    const connected = ws.connect().catch((error: Error) => error.name);
    await sleep(20);
    await ws.close();
    give(server.url());
    expect(await connected).toBe('AbortError');
    await sleep(200);
    expect([server.sockets, server.seen.handshakes.length, ws.state]).toEqual([0, 0, 'closed']);
  });

  it.concurrent('that hangs past connectTimeout and then gives dials nothing late', async () => {
    const server = kept(await FaultServer.start());
    const given: ((url: string) => void)[] = [];
    const ws = new ReckerWebSocket(() => new Promise<string>((resolve) => given.push(resolve)), {
      ...EXAMPLE,
      connectTimeout: 100,
      maxReconnectAttempts: 1,
      reconnectDelay: 10,
    });
    ws.on('error', () => {});
    await expect(ws.connect()).rejects.toMatchObject({ name: 'ReconnectExhaustedError' });
    for (const give of given) give(server.url());
    await sleep(200);
    expect([given.length, server.sockets, server.seen.handshakes.length]).toEqual([2, 0, 0]);
  });

  it.concurrent('that throws is a failed attempt, and the next one dials', async () => {
    const server = kept(await FaultServer.start());
    let calls = 0;
    const { ws, diary } = client(server.url(), {
      reconnectDelay: 10,
      headers: () => {
        calls += 1;
        if (calls === 1) throw new Error('no token yet');
        return { 'X-Call': String(calls) };
      },
    });
    await ws.connect();
    expect(diary.count('reconnect-error') + diary.count('error')).toBe(1);
    expect(server.seen.handshakes.map(({ headers }) => headers['x-call'])).toEqual(['2']);
  });
});

describe('headers, protocols and options that must not be', () => {
  it('are refused before anything is dialled', async () => {
    const server = kept(await FaultServer.start());
    const bad: WebSocketOptions[] = ['\r', '\n', '\0', 'a\r\nX-Evil: 1'].flatMap((text) => [
      { headers: { 'X-A': text } },
      { headers: { [`X${text}`]: 'a' } },
      { protocols: [text] },
      { protocols: text },
    ]);
    bad.push(
      JSON.parse('{ "__proto__": { "reconnect": true } }'),
      JSON.parse('{ "headers": { "__proto__": "x" } }'),
    );
    for (const options of bad) {
      expect(
        () => new ReckerWebSocket(server.url(), { ...EXAMPLE, autoConnect: true, ...options }),
        JSON.stringify(options),
      )
        // Spreading a record with an own `__proto__` makes it the prototype: there it is handed over as it is.
        .toSatisfy((make: () => ReckerWebSocket) => {
          try {
            if (Object.hasOwn(options, '__proto__')) new ReckerWebSocket(server.url(), options);
            else make();
          } catch (error) {
            return (error as Error).name === 'ConfigurationError';
          }
          return false;
        });
    }
    await sleep(200);
    expect([server.sockets, server.seen.handshakes.length]).toEqual([0, 0]);
    note(
      'CR, LF, NUL in headers and protocols; __proto__',
      'refused, nothing dialled',
      `${bad.length} refused, 0 connections`,
    );
  });
});

describeInNamespace('two addresses for a name, the first dead (nft)', () => {
  it('connects through the second', { timeout: 20_000 }, async () => {
    await using scene = inNamespace('twoAddresses', [JSON.stringify({ ...EXAMPLE, reconnect: false })]);
    for (const n of [1, 2]) {
      const reported = await scene.says('name', n);
      expect(reported).toMatchObject({ dials: 1 });
      expect(reported).not.toHaveProperty('error');
      // The delay between two attempts: the first one was dead indeed.
      expect(reported.took).toBeGreaterThan(240);
      inTime(`two addresses, the first dead: ${reported.name}`, Number(reported.took), connectTimeout);
    }
    await scene.done();
  });
});
