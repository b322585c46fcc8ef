/**
 * The seam between Node's http client and undici, which neither documents: pinned for each version of undici
 * that is supported, and refused by name for the ones that are not. The contract over undici 7 is in
 * contract.test.ts.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Agent, ProxyAgent, Socks5ProxyAgent } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { listenOn } from '../../src/testing/sockets.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { dial, type Outcome } from '../support/dial.js';
import { SocksProxy } from '../support/socksProxy.js';
import { needs } from '../support/tools.js';
import { SCENES } from './contract.js';

const run = promisify(execFile);
const require = createRequire(import.meta.url);
const version = (name: string): string =>
  JSON.parse(readFileSync(require.resolve(`${name}/package.json`), 'utf8')).version;
type Dispatcher = NonNullable<WebSocketOptions['dispatcher']>;

let server: FaultServer;
beforeAll(async () => {
  server = await FaultServer.start();
  server.echo();
});
afterAll(() => server?.stop());

describe('undici 7', () => {
  it('is the one that is installed', () => {
    expect(version('undici')).toMatch(/^7\./);
  });

  it('an interceptor of the user sees the upgrade', async () => {
    const seen: unknown[] = [];
    const agent = new Agent();
    const dispatcher = agent.compose((dispatch) => (options, handler) => {
      seen.push(options.method, options.path, options.upgrade);
      return dispatch({ ...options, headers: { ...(options.headers as object), 'x-added': 'yes' } }, handler);
    });
    const outcome = await dial(server.url('/feed?x=1'), { dispatcher: dispatcher as unknown as Dispatcher });
    expect(outcome).toMatchObject({ echoed: 'through?', dials: 1 });
    expect(seen).toEqual(['GET', '/feed?x=1', 'websocket']);
    expect(server.seen.handshakes.at(-1)?.headers['x-added']).toBe('yes');
    await agent.destroy();
  });

  it('a dispatcher that was closed is reported', async () => {
    const dispatcher = new Agent();
    await dispatcher.close();
    const { error, dials } = await dial(server.url('/'), { dispatcher: dispatcher as unknown as Dispatcher });
    expect(error?.code).toMatch(/^UND_ERR_(CLOSED|DESTROYED)$/);
    expect(dials, 'a closed dispatcher stays closed').toBe(1);
  });

  it('an informational answer is not the answer', async () => {
    const { createServer } = await import('node:net');
    const early = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 418 Teapot\r\n\r\n'));
    });
    const port = await listenOn(early, 0);
    const dispatcher = new Agent();
    const { error } = await dial(`ws://127.0.0.1:${port}/`, {
      dispatcher: dispatcher as unknown as Dispatcher,
    });
    expect(error).toMatchObject({ name: 'HandshakeError', status: 418, hop: 'server' });
    await dispatcher.destroy();
    await new Promise((resolve) => early.close(resolve));
  });
});

needs('openssl')('the proxies of undici 7', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  afterAll(() => certificates?.remove());

  /** One dial through a dispatcher of its own. */
  async function through(dispatcher: { destroy(): Promise<void> }): Promise<Outcome> {
    try {
      return await dial(server.url('/'), { dispatcher: dispatcher as never });
    } finally {
      await dispatcher.destroy();
    }
  }

  it.each([407, 403])('a %i of the proxy is final, and reported as the proxy’s', async (status) => {
    const proxy = await ConnectProxy.start({ answer: () => `HTTP/1.1 ${status} No\r\n\r\n` });
    const { error, dials } = await through(new ProxyAgent(`http://127.0.0.1:${proxy.port}`));
    expect(error).toMatchObject({ name: 'HandshakeError', status, hop: 'proxy' });
    expect(dials).toBe(1);
    await proxy.stop();
  });

  it('a proxy’s certificate for another name is final, with its code', async () => {
    const proxy = await ConnectProxy.start({ tls: certificates.wrongName });
    // A name: Node deprecates an address as the server name, which undici makes of the proxy's host.
    const uri = `https://localhost:${proxy.port}`;
    const { error, dials } = await through(new ProxyAgent({ uri, proxyTls: { ca: certificates.ca.cert } }));
    expect(error).toMatchObject({
      name: 'ConnectionError',
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      hop: 'proxy',
    });
    expect(dials).toBe(1);
    await proxy.stop();
  });

  it.each(['wrong:wrong@', ''])('SOCKS credentials that are refused are final: %j', async (userInfo) => {
    const proxy = await SocksProxy.start({ credentials: 'alice:right' });
    const { error, dials } = await through(
      new Socks5ProxyAgent(`socks5://${userInfo}127.0.0.1:${proxy.port}`),
    );
    expect(error).toMatchObject({ name: 'ConnectionError', hop: 'proxy', final: true });
    expect(dials).toBe(1);
    await proxy.stop();
  });
});

/** A Node that runs undici 8 (22.19 or newer): this one, or one from the registry's cache. */
async function newerNode(): Promise<string | undefined> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath;
  const args = ['-y', '-p', 'node@24', 'node', '-p', 'process.execPath'];
  const found = await run('npx', args, { timeout: 60_000 }).catch(() => undefined);
  return found?.stdout.trim() || undefined;
}

/** No dependency of this package: its `engines` want a newer Node than this library does, and `npm ci` would warn of it. */
const UNDICI_8 = '8.12.4';

/** Installs undici 8 into a folder of its own; resolves with the address of its entry. */
async function installUndici8(folder: string): Promise<string> {
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder];
  await run('npm', [...args, `undici@${UNDICI_8}`], { cwd: folder, timeout: 60_000 });
  return pathToFileURL(join(folder, 'node_modules', 'undici', 'index.js')).href;
}

describe('undici 8', () => {
  it('keeps the contract', { timeout: 180_000 }, async ({ skip, onTestFinished }) => {
    const node = await newerNode();
    if (node === undefined) {
      if (process.env.CI) throw new Error('needs Node 22.19 or newer, e.g. through npx');
      skip('skipped: needs Node 22.19 or newer');
      return;
    }
    const folder = await mkdtemp(join(tmpdir(), 'recker-undici8-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const undici8 = await installUndici8(folder);
    const child = fileURLToPath(new URL('./undici8Child.ts', import.meta.url));
    const { stdout } = await run(node, ['--import', 'tsx', child, undici8], { timeout: 60_000 });
    const lines = stdout.trim().split('\n');
    const scenes = Object.keys(SCENES);
    const expected = ['Agent', 'Pool', 'Client', 'ProxyAgent'].flatMap((route) =>
      scenes.map((scene) => `ok ${route}: ${scene}`),
    );
    expect(lines.slice(0, -1)).toEqual(expected);
    expect(Number(lines.at(-1)?.replace('taken ', ''))).toBeGreaterThanOrEqual(scenes.length);
  });
});

needs('openssl')('HTTP/2 (RFC 8441)', () => {
  let certificates: Certificates;
  let http2: Http2SecureServer;
  let port = 0;
  const streams: ServerHttp2Stream[] = [];
  beforeAll(async () => {
    certificates = await makeCertificates();
    const { cert, key } = certificates.server;
    http2 = createSecureServer({ cert, key, settings: { enableConnectProtocol: true } });
    http2.on('stream', (stream, headers) => {
      streams.push(stream);
      stream.on('error', () => {});
      if (headers[':path'] === '/no') {
        stream.respond({ ':status': 403, 'x-why': 'no' });
        stream.end();
        return;
      }
      stream.respond({ ':status': 200 });
      stream.on('data', (frame: Buffer) => {
        stream.write(unmasked(frame));
        // RFC 6455 §7.1.1: after the Close it is the server that ends the connection.
        if (((frame[0] ?? 0) & 0x0f) === 0x8) stream.end();
      });
    });
    port = await listenOn(http2 as never, 0);
  });
  afterAll(async () => {
    for (const stream of streams) stream.session?.destroy();
    await new Promise((resolve) => http2.close(resolve));
    await certificates.remove();
  });

  /** One short frame of a client as a server would send it (RFC 6455 §5.2); a Ping as a Pong. */
  function unmasked(frame: Buffer): Buffer {
    const [first = 0, second = 0] = frame;
    const mask = frame.subarray(2, 6);
    const payload = frame.subarray(6).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
    const head = (first & 0x0f) === 0x9 ? 0x8a : first;
    return Buffer.concat([Buffer.from([head, second & 0x7f]), payload]);
  }

  it('carries messages, the heartbeat and the close over a stream', async () => {
    const dispatcher = new Agent({ allowH2: true, connect: { ca: certificates.ca.cert } });
    const ws = new ReckerWebSocket(`wss://localhost:${port}/`, {
      dispatcher: dispatcher as unknown as Dispatcher,
      heartbeatInterval: 20,
      heartbeatTimeout: 200,
    });
    const closes: unknown[] = [];
    ws.on('close', (code) => closes.push(code));
    await ws.connect();
    const pong = new Promise((resolve) => ws.once('pong', resolve));
    const message = new Promise((resolve) => ws.once('message', resolve));
    ws.send('over h2');
    expect(await message).toEqual({ data: 'over h2', isBinary: false });
    await pong;
    // Longer than the heartbeat: the stream's bytes count as signs of life.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(ws.state).toBe('open');
    await ws.close(1000);
    expect(closes).toEqual([1000]);
    expect(streams[0]?.sentHeaders?.[':status']).toBe(200);
    await dispatcher.destroy();
  });
});
