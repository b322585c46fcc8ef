/**
 * One deadline over all stages: whatever hangs, and wherever, the dial fails typed in time and every socket that
 * it opened is gone.
 */
import type { Socket } from 'node:net';
import { Agent, ProxyAgent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { SocksProxy } from '../support/socksProxy.js';
import { needs } from '../support/tools.js';

/** Milliseconds for a dial, and how much later its end may be seen (spec: 0.2 s). */
const DEADLINE = 250;
const GRACE = 200;

let certificates: Certificates;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  certificates = await makeCertificates();
  // What a first dial loads; compiling it takes vitest longer than these deadlines.
  await Promise.all([
    import('../../src/services/routes/proxy/httpProxyRoute.js'),
    import('../../src/services/routes/proxy/socksRoute.js'),
    import('../../src/services/routes/dispatcher/dispatcherRoute.js'),
    import('socks'),
  ]);
});
afterAll(() => certificates?.remove());
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** Something with an end, ended after the test. */
async function made<Thing extends { stop(): Promise<unknown> }>(thing: Promise<Thing>): Promise<Thing> {
  const it = await thing;
  stops.push(() => it.stop());
  return it;
}

/** Accepts, and says nothing. */
const silent = () => made(SocksProxy.start({ hijack: (socket) => void socket.resume() }));

/** Sends one byte each 20 ms, for ever. */
function drip(socket: Socket, text: string): void {
  const bytes = Buffer.from(text);
  let sent = 0;
  const timer = setInterval(() => {
    socket.write(bytes.subarray(sent % bytes.length, (sent % bytes.length) + 1));
    sent += 1;
  }, 20);
  socket.on('close', () => clearInterval(timer));
}

const sockets = (): number =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(TCPSocketWrap|TLSWrap|TCPConnectWrap|GetAddrInfo)/.test(name)).length;

async function failsInTime(url: string, options: WebSocketOptions): Promise<void> {
  const before = sockets();
  const ws = new ReckerWebSocket(url, { connectTimeout: DEADLINE, ...options });
  const start = performance.now();
  const error = await ws.connect().catch((cause) => cause);
  const took = performance.now() - start;
  expect(error).toMatchObject({ name: 'TimeoutError', phase: 'connect' });
  expect(took).toBeGreaterThan(DEADLINE - 10);
  expect(took).toBeLessThan(DEADLINE + GRACE);
  const limit = performance.now() + GRACE;
  while (sockets() > before && performance.now() < limit)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(sockets(), 'sockets left').toBe(before);
}

describe('directly', () => {
  it('a server that accepts and is silent', async () => {
    await failsInTime(`ws://127.0.0.1:${(await silent()).port}/`, {});
  });

  it('a stalled TLS handshake', async () => {
    await failsInTime(`wss://127.0.0.1:${(await silent()).port}/`, {});
  });

  it('dripping headers', async () => {
    const server = await made(FaultServer.start());
    server.drip(20);
    await failsInTime(server.url('/'), {});
  });
});

describe('through an HTTP proxy', () => {
  it.each(['ws', 'wss'])('%s: a hanging CONNECT', async (scheme) => {
    const proxy = await made(ConnectProxy.start({ answer: () => undefined }));
    await failsInTime(`${scheme}://127.0.0.1:1/`, { proxy: `http://127.0.0.1:${proxy.port}` });
    expect(proxy.heads).toHaveLength(1);
  });

  it('dripping headers of the CONNECT answer', async () => {
    const answer = (_head: string, socket: Socket): undefined =>
      drip(socket, 'HTTP/1.1 200 OK\r\nX-Slow: yes\r\nX-More: and more\r\n') as undefined;
    const proxy = await made(ConnectProxy.start({ answer }));
    await failsInTime('ws://127.0.0.1:1/', { proxy: `http://127.0.0.1:${proxy.port}` });
  });

  it('a stalled TLS handshake with the proxy', async () => {
    await failsInTime('ws://127.0.0.1:1/', { proxy: `https://127.0.0.1:${(await silent()).port}` });
  });

  it.each(['ws', 'wss'])('%s: a server behind it that is silent', async (scheme) => {
    const proxy = await made(ConnectProxy.start());
    const target = await silent();
    await failsInTime(`${scheme}://127.0.0.1:${target.port}/`, { proxy: `http://127.0.0.1:${proxy.port}` });
  });
});

needs('openssl')('through an https: proxy', () => {
  it.each(['ws', 'wss'])('%s: a hanging CONNECT', async (scheme) => {
    const proxy = await made(ConnectProxy.start({ tls: certificates.server, answer: () => undefined }));
    await failsInTime(`${scheme}://127.0.0.1:1/`, {
      proxy: { url: `https://127.0.0.1:${proxy.port}`, proxyTls: { ca: certificates.ca.cert } },
    });
    expect(proxy.heads).toHaveLength(1);
  });

  it('TLS within TLS, stalled', async () => {
    const proxy = await made(ConnectProxy.start({ tls: certificates.server }));
    const target = await silent();
    await failsInTime(`wss://127.0.0.1:${target.port}/`, {
      proxy: { url: `https://127.0.0.1:${proxy.port}`, proxyTls: { ca: certificates.ca.cert } },
    });
  });
});

describe('through a SOCKS proxy', () => {
  it.each(['socks4', 'socks4a', 'socks5', 'socks5h'])('%s: hanging from the start', async (scheme) => {
    await failsInTime('ws://127.0.0.1:1/', { proxy: `${scheme}://127.0.0.1:${(await silent()).port}` });
  });

  it.each(['socks4a', 'socks5h'])('%s: hanging at the request', async (scheme) => {
    const proxy = await made(SocksProxy.start({ reply: () => undefined }));
    await failsInTime('wss://localhost:1/', { proxy: `${scheme}://127.0.0.1:${proxy.port}` });
    expect(proxy.requests).toHaveLength(1);
  });

  it('a stalled TLS handshake behind it', async () => {
    const proxy = await made(SocksProxy.start());
    const target = await silent();
    await failsInTime(`wss://127.0.0.1:${target.port}/`, { proxy: `socks5://127.0.0.1:${proxy.port}` });
  });
});

describe('through a dispatcher', () => {
  it('a silent server', async () => {
    const dispatcher = new Agent();
    await failsInTime(`ws://127.0.0.1:${(await silent()).port}/`, { dispatcher: dispatcher as never });
    await dispatcher.destroy();
  });

  it('dripping headers', async () => {
    const dispatcher = new Agent();
    const server = await made(FaultServer.start());
    server.drip(20);
    await failsInTime(server.url('/'), { dispatcher: dispatcher as never });
    await dispatcher.destroy();
  });

  it('a hanging CONNECT fails in time; the connection that its ProxyAgent still makes is its own', async () => {
    const proxy = await made(ConnectProxy.start({ answer: () => undefined }));
    const dispatcher = new ProxyAgent(`http://127.0.0.1:${proxy.port}`);
    const ws = new ReckerWebSocket('ws://127.0.0.1:1/', {
      connectTimeout: DEADLINE,
      dispatcher: dispatcher as never,
    });
    expect(await ws.connect().catch((cause) => cause)).toMatchObject({
      name: 'TimeoutError',
      phase: 'connect',
    });
    await dispatcher.destroy();
  });
});
