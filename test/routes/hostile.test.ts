/**
 * Proxies that mean harm: whatever they send, the dial fails typed, at once, in bounded memory, and no secret
 * that the proxy was given comes out anywhere.
 */
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { Agent, ProxyAgent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { dial } from '../support/dial.js';
import { SocksProxy } from '../support/socksProxy.js';
import { needs } from '../support/tools.js';

const MEBIBYTE = 1024 * 1024;
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function made<Thing extends { stop(): Promise<unknown> }>(thing: Promise<Thing>): Promise<Thing> {
  const it = await thing;
  stops.push(() => it.stop());
  return it;
}

/** Writes as fast as the other side reads. */
function flood(socket: Socket, first: string, again: string): void {
  socket.write(first, 'latin1');
  const chunk = Buffer.from(again, 'latin1');
  const more = (): void => {
    if (!socket.destroyed) socket.write(chunk, () => setImmediate(more));
  };
  more();
}

/** The most memory that was in use at any time while `act` ran, over what was in use before, in bytes. */
async function growth(act: () => Promise<void>): Promise<number> {
  const used = (): number => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, used());
  }, 2);
  await act();
  most = Math.max(most, used());
  clearInterval(timer);
  return most - before;
}

const LINE = `X-Endless: ${'a'.repeat(1000)}\r\n`.repeat(16);

describe('an HTTP proxy', () => {
  it.each([
    ['endless headers', 'HTTP/1.1 200 OK\r\n', LINE],
    ['one endless header', 'HTTP/1.1 200 OK\r\nX-Endless: ', 'a'.repeat(16_384)],
    ['an endless status line', 'HTTP/1.1 200 ', 'O'.repeat(16_384)],
    ['an endless refusal', 'HTTP/1.1 407 No\r\n', LINE],
    ['endless garbage', '\x16\x03\x01', '\x00\xff'.repeat(8_192)],
  ])('%s: typed, at once, in bounded memory', async (_, first, again) => {
    const proxy = await made(
      ConnectProxy.start({ answer: (_head, socket) => flood(socket, first, again) as undefined }),
    );
    const options: WebSocketOptions = { proxy: `http://127.0.0.1:${proxy.port}`, reconnect: false };
    await dial('ws://127.0.0.1:1/', options);
    let outcome = await dial('ws://127.0.0.1:1/', options);
    const grown = await growth(async () => {
      outcome = await dial('ws://127.0.0.1:1/', options);
    });
    expect(outcome.error).toMatchObject({ name: 'ConnectionError', hop: 'proxy' });
    expect(outcome.error?.code).toMatch(/^HPE_/);
    expect(outcome.took).toBeLessThan(1_000);
    expect(grown).toBeLessThan(5 * MEBIBYTE);
  });

  it.each([
    ['nothing but an end', ''],
    ['an end in the middle', 'HTTP/1.1 200 OK\r\nX-Half'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 407 No\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
  ])('%s', async (_, said) => {
    const proxy = await made(ConnectProxy.start({ answer: () => said }));
    const { error } = await dial('ws://127.0.0.1:1/', { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(error?.name).toMatch(/^(ConnectionError|HandshakeError)$/);
    expect(error?.hop).toBe('proxy');
  });

  it.each([
    ['a redirect', 302, 1],
    ['an upgrade', 101, 1],
    ['a refusal with a body', 403, 1],
    ['trouble of its own', 502, 2],
  ])('%s: %i, dialled %i times', async (_, status, dials) => {
    const said = `HTTP/1.1 ${status} X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 99999\r\n\r\n<p>no</p>`;
    const proxy = await made(ConnectProxy.start({ answer: () => said }));
    const outcome = await dial('ws://127.0.0.1:1/', { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(outcome.error).toMatchObject({
      name: 'HandshakeError',
      status,
      hop: 'proxy',
      headers: { location: 'http://127.0.0.1:1/' },
    });
    expect(outcome.dials).toBe(dials);
  });

  it('a 200 with a length and a body breaks TLS with the server, typed', async () => {
    const said = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
    const proxy = await made(
      ConnectProxy.start({ answer: (_head, socket) => void socket.write(said) as undefined }),
    );
    const { error } = await dial('wss://127.0.0.1:1/', { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(error).toMatchObject({ name: 'ConnectionError', hop: 'server' });
  });
});

describe('a SOCKS proxy', () => {
  it.each([
    ['garbage', 'socks5', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['another version', 'socks5', Buffer.from([4, 0])],
    ['a method that nobody offered', 'socks5', Buffer.from([5, 0x80])],
    ['an unknown reply', 'socks5', Buffer.from([5, 0, 5, 0xee, 0, 1, 0, 0, 0, 0, 0, 0])],
    ['a wrong length', 'socks5', Buffer.from([5, 0, 5, 0, 0, 3, 255, 1, 2, 3])],
    ['garbage', 'socks4', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['an unknown reply', 'socks4', Buffer.from([0, 77, 0, 0, 0, 0, 0, 0])],
  ])('%s, %s', async (_, scheme, said) => {
    const proxy = await made(
      SocksProxy.start({ hijack: (socket) => void socket.once('data', () => socket.end(said)) }),
    );
    const { error } = await dial('ws://127.0.0.1:1/', { proxy: `${scheme}://127.0.0.1:${proxy.port}` });
    expect(error).toMatchObject({ name: 'ConnectionError', hop: 'proxy' });
  });

  it.each(['socks4', 'socks5'])('%s: endless garbage in bounded memory', async (scheme) => {
    const proxy = await made(
      SocksProxy.start({ hijack: (socket) => flood(socket.resume(), '', '\x05\x00'.repeat(8_192)) }),
    );
    const options = { proxy: `${scheme}://127.0.0.1:${proxy.port}`, reconnect: false };
    await dial('ws://127.0.0.1:1/', options);
    const grown = await growth(async () => {
      expect((await dial('ws://127.0.0.1:1/', options)).error?.name).toMatch(/Error$/);
    });
    expect(grown).toBeLessThan(5 * MEBIBYTE);
  });

  it('a host name or credentials that SOCKS cannot hold are refused before anything is dialled', async () => {
    const proxy = await made(SocksProxy.start());
    const url = `socks5h://127.0.0.1:${proxy.port}`;
    const long = await dial(`ws://${'a'.repeat(60)}.${'b.'.repeat(120)}test/`, { proxy: url });
    expect(long.error?.name).toBe('ConfigurationError');
    const auth = { username: 'u', password: 'p'.repeat(256) };
    await expect(dial('ws://127.0.0.1:1/', { proxy: { url, auth } })).rejects.toThrowError(
      /at most 255 bytes/,
    );
    const six = await dial('ws://[::1]:1/', { proxy: `socks4://127.0.0.1:${proxy.port}` });
    expect(six.error?.name).toBe('ConfigurationError');
    expect(proxy.requests).toHaveLength(0);
  });
});

describe('names', () => {
  it.each([
    ['socks4', 'ipv4'],
    ['socks4a', 'name'],
    ['socks5', 'ipv4'],
    ['socks5h', 'name'],
    ['socks', 'name'],
  ])('%s sends the proxy a %s', async (scheme, kind) => {
    const server = await made(FaultServer.start());
    server.echo();
    const proxy = await made(SocksProxy.start());
    const url = server.url('/').replace('127.0.0.1', 'localhost');
    expect(await dial(url, { proxy: `${scheme}://127.0.0.1:${proxy.port}` })).toMatchObject({
      echoed: 'through?',
    });
    expect(proxy.requests.at(-1)).toMatchObject({ kind, host: kind === 'name' ? 'localhost' : '127.0.0.1' });
  });

  it('socks5 tries the next address where the proxy cannot reach the first', async () => {
    const server = await made(FaultServer.start());
    server.echo();
    let asked = 0;
    const proxy = await made(
      SocksProxy.start({
        reply: () => {
          asked += 1;
          return asked === 1 ? 4 : 0;
        },
      }),
    );
    const { lookup } = await import('node:dns/promises');
    const addresses = await lookup('localhost', { all: true });
    const url = server.url('/').replace('127.0.0.1', 'localhost');
    const outcome = await dial(url, { proxy: `socks5://127.0.0.1:${proxy.port}`, reconnect: false });
    expect(proxy.requests.map(({ host }) => host)).toHaveLength(addresses.length > 1 ? 2 : 1);
    if (addresses.length > 1) expect(outcome).toMatchObject({ echoed: 'through?' });
  });
});

needs('openssl')('secrets', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  afterAll(() => certificates?.remove());

  const PASSWORD = 'hunter2-secret';
  const BASIC = Buffer.from(`agent:${PASSWORD}`).toString('base64');
  const TOKEN = 'Bearer t0ken-secret';
  const SECRETS = [PASSWORD, BASIC, TOKEN, 't0ken-secret', 'header-secret', 'query-secret'];

  /** All that can be read from a value: as it inspects, as JSON, and along its causes and properties. */
  function readable(value: unknown, seen = new Set<unknown>()): string {
    if (typeof value !== 'object' || value === null || seen.has(value)) return String(value);
    seen.add(value);
    const own = Reflect.ownKeys(value)
      // Documented to hold what the peer sent, and not enumerable for that reason.
      .filter((name) => name !== 'headers' && name !== 'body')
      .map((name) => readable((value as Record<string | symbol, unknown>)[name], seen));
    return [inspect(value, { depth: 12 }), ...own].join('\n');
  }

  /** Echoes the request's head wherever an answer has room for it. */
  const echoing = (status: number) => (head: string) => {
    const line = head.replace(/[\r\n]+/g, ' ');
    return `HTTP/1.1 ${status} ${line}\r\nX-Echo: ${line}\r\n\r\n${head}`;
  };

  const http = (answer: (head: string) => string) => () => made(ConnectProxy.start({ answer }));
  const refusing = () => made(SocksProxy.start({ credentials: 'someone:else' }));

  it.each<[string, () => Promise<{ port: number }>, (port: number) => WebSocketOptions]>([
    [
      '407, in the URL',
      http(echoing(407)),
      (port) => ({ proxy: `http://agent:${PASSWORD}@127.0.0.1:${port}` }),
    ],
    [
      '407, as auth',
      http(echoing(407)),
      (port) => ({
        proxy: { url: `http://127.0.0.1:${port}`, auth: { username: 'agent', password: PASSWORD } },
      }),
    ],
    [
      '401, a token',
      http(echoing(401)),
      (port) => ({ proxy: { url: `http://127.0.0.1:${port}`, token: TOKEN } }),
    ],
    [
      '502, a header',
      http(echoing(502)),
      (port) => ({ proxy: { url: `http://127.0.0.1:${port}`, headers: { 'X-Key': 'header-secret' } } }),
    ],
    [
      'an answer that is no HTTP and echoes',
      http((head) => `garbage ${head}\r\n\r\n`),
      (port) => ({ proxy: `http://agent:${PASSWORD}@127.0.0.1:${port}` }),
    ],
    ['SOCKS auth refused', refusing, (port) => ({ proxy: `socks5://agent:${PASSWORD}@127.0.0.1:${port}` })],
    ['SOCKS4', refusing, (port) => ({ proxy: `socks4://${PASSWORD}@127.0.0.1:${port}` })],
    [
      'nobody there',
      () => Promise.resolve({ port: 1 }),
      (port) => ({ proxy: `http://agent:${PASSWORD}@127.0.0.1:${port}` }),
    ],
    [
      'nobody there, SOCKS',
      () => Promise.resolve({ port: 1 }),
      (port) => ({ proxy: `socks5h://agent:${PASSWORD}@127.0.0.1:${port}` }),
    ],
    [
      'TLS that fails',
      () => made(ConnectProxy.start({ tls: certificates.server })),
      (port) => ({ proxy: { url: `https://agent:${PASSWORD}@127.0.0.1:${port}` } }),
    ],
    [
      "undici's ProxyAgent",
      http(echoing(407)),
      (port) => ({ dispatcher: new ProxyAgent(`http://agent:${PASSWORD}@127.0.0.1:${port}`) as never }),
    ],
  ])('%s: in no error, and not in the client', async (_, start, options) => {
    const { port } = await start();
    const ws = new ReckerWebSocket('ws://127.0.0.1:1/?key=query-secret', {
      headers: { Authorization: 'header-secret' },
      ...options(port),
    });
    const reported: unknown[] = [];
    ws.on('error', (error) => reported.push(error));
    ws.on('close', (...details) => reported.push(...details));
    const error = await ws.connect().catch((cause) => cause);
    expect(error).toBeInstanceOf(Error);
    const text = [readable(error), readable(reported), inspect(ws, { depth: 6 }), JSON.stringify(ws)].join(
      '\n',
    );
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });

  it('a server that answers garbage with what it was sent', async () => {
    const server = await made(
      SocksProxy.start({
        hijack: (socket) =>
          void socket.once('data', (head) => socket.end(`HTTP/9 ${head.toString('latin1')}`)),
      }),
    );
    for (const dispatcher of [undefined, new Agent()]) {
      const { error } = await dial(`ws://127.0.0.1:${server.port}/?key=query-secret`, {
        headers: { Authorization: 'header-secret' },
        ...(dispatcher ? { dispatcher: dispatcher as never } : {}),
      });
      expect(error?.name).toBe('ConnectionError');
      for (const secret of SECRETS) expect(readable(error)).not.toContain(secret);
      await dispatcher?.destroy();
    }
  });
});
