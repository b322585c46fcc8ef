/**
 * TLS as it is negotiated on each hop: the server name, ALPN, the default ciphers as they are when dialling, sessions
 * that are resumed, and settings that a provider gives anew for each dial.
 */
import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import tls, { type SecureContext, type TLSSocket } from 'node:tls';
import { Agent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { connectionError } from '../../src/services/failures/failures.js';
import { listenOn } from '../../src/testing/sockets.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { needs } from '../support/tools.js';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

needs('openssl')('TLS', () => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates();
  });
  afterAll(() => certificates?.remove());

  /** A WebSocket server that writes down what each connection negotiated. */
  async function serve(settings: tls.TlsOptions = {}) {
    const { cert, key } = certificates.server;
    const names: string[] = [];
    const server = createHttpsServer({
      cert,
      key,
      SNICallback(name, done: (error: Error | null, context?: SecureContext) => void) {
        names.push(name);
        done(null);
      },
      ...settings,
    });
    const sockets: TLSSocket[] = [];
    const seen: string[] = [];
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (socket: TLSSocket) => {
      sockets.push(socket);
      const reused = socket.isSessionReused() ? 'resumed' : 'new';
      seen.push(`${socket.getProtocol()} ${socket.alpnProtocol} ${reused}`);
    });
    const wss = new WebSocketServer({ server });
    const port = await listenOn(server, 0);
    stops.push(async () => {
      for (const socket of sockets) socket.destroy();
      wss.close();
      await new Promise((resolve) => server.close(resolve));
    });
    const cut = (): void => {
      for (const socket of sockets) socket.destroy();
    };
    return { port, names, seen, sockets, cut, wss };
  }

  const trusting = () => ({ ca: certificates.ca.cert });

  async function open(url: string, options: WebSocketOptions): Promise<ReckerWebSocket> {
    const ws = new ReckerWebSocket(url, { closeTimeout: 1, ...options });
    ws.on('error', () => {}).on('reconnect-error', () => {});
    stops.push(() => ws.close());
    await ws.connect();
    return ws;
  }

  /** Loses the connection, and waits for the next. */
  async function lose(ws: ReckerWebSocket, cut: () => void): Promise<void> {
    const again = once(ws, 'open');
    cut();
    await again;
  }

  describe('the server name has no trailing dot (RFC 6066 §3)', () => {
    const here = (
      _name: string,
      _options: unknown,
      done: (error: null, addresses: { address: string; family: number }[]) => void,
    ) => done(null, [{ address: '127.0.0.1', family: 4 }]);

    it('directly', async () => {
      const { port, names } = await serve();
      await open(`wss://localhost.:${port}/`, { tls: trusting(), lookup: here });
      expect(names).toEqual(['localhost']);
    });

    it('through a dispatcher', async () => {
      const { port, names } = await serve();
      const dispatcher = new Agent({ connect: { ...trusting(), lookup: here as never } });
      stops.push(() => dispatcher.destroy());
      await open(`wss://localhost.:${port}/`, { dispatcher });
      expect(names).toEqual(['localhost']);
    });

    it.each(['tls', 'requestTls'])('inside a proxy’s tunnel, by %s', async (option) => {
      const { port, names } = await serve();
      const proxy = await ConnectProxy.start();
      stops.push(() => proxy.stop());
      const url = `http://127.0.0.1:${proxy.port}`;
      const options =
        option === 'tls'
          ? { tls: trusting(), proxy: url }
          : { proxy: { url, requestTls: { ...trusting(), servername: undefined } } };
      const resolved = `wss://localhost.:${port}/`;
      proxy.rename = (host) => (host === 'localhost.' ? '127.0.0.1' : host);
      await open(resolved, options);
      expect(proxy.heads[0]).toContain(`CONNECT localhost.:${port} `);
      expect(names).toEqual(['localhost']);
    });

    it('with the proxy itself', async () => {
      const { port } = await serve();
      const names: string[] = [];
      const { cert, key } = certificates.server;
      const SNICallback = (name: string, done: (error: null) => void) => {
        names.push(name);
        done(null);
      };
      const proxy = await ConnectProxy.start({ tls: { cert, key, SNICallback } as never });
      stops.push(() => proxy.stop());
      await open(`wss://127.0.0.1:${port}/`, {
        tls: trusting(),
        lookup: here,
        proxy: { url: `https://localhost.:${proxy.port}`, proxyTls: trusting() },
      });
      expect(names).toEqual(['localhost']);
    });
  });

  it.each([
    ['http/1.1 where nothing is said', undefined, 'http/1.1'],
    ['what is asked for', ['x', 'http/1.1'], 'x'],
    ['nothing where the list is empty', [], 'false'],
  ])('ALPN offers %s', async (_, alpnProtocols, chosen) => {
    const { port, seen } = await serve({ ALPNProtocols: ['x', 'http/1.1'] });
    await open(`wss://127.0.0.1:${port}/`, { tls: { ...trusting(), alpnProtocols } });
    expect(seen).toEqual([`TLSv1.3 ${chosen} new`]);
  });

  it('the default ciphers are those of the time of the dial', async () => {
    const { port, sockets } = await serve({ maxVersion: 'TLSv1.2' });
    const before = tls.DEFAULT_CIPHERS;
    try {
      tls.DEFAULT_CIPHERS = 'ECDHE-ECDSA-AES256-GCM-SHA384';
      await open(`wss://127.0.0.1:${port}/`, { tls: trusting() });
      tls.DEFAULT_CIPHERS = 'ECDHE-ECDSA-AES128-GCM-SHA256';
      await open(`wss://127.0.0.1:${port}/`, { tls: trusting() });
    } finally {
      tls.DEFAULT_CIPHERS = before;
    }
    expect(sockets.map((socket) => socket.getCipher().name)).toEqual([
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-ECDSA-AES128-GCM-SHA256',
    ]);
  });

  it('`secureOptions` reach OpenSSL', async () => {
    const { SSL_OP_NO_TLSv1_3 } = (await import('node:crypto')).constants;
    const { port, seen } = await serve();
    await open(`wss://127.0.0.1:${port}/`, { tls: { ...trusting(), secureOptions: SSL_OP_NO_TLSv1_3 } });
    expect(seen).toEqual(['TLSv1.2 http/1.1 new']);
  });

  describe('sessions', () => {
    const again = { reconnect: true, reconnectDelay: 1 };

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('are resumed after a loss: %s', async (maxVersion) => {
      const { port, seen, cut } = await serve({ maxVersion });
      const ws = await open(`wss://127.0.0.1:${port}/`, { tls: trusting(), ...again });
      await lose(ws, cut);
      await lose(ws, cut);
      expect(seen.map((each) => each.split(' ')[2])).toEqual(['new', 'resumed', 'resumed']);
    });

    it('through a proxy', async () => {
      const { port, seen, cut } = await serve();
      const proxy = await ConnectProxy.start();
      stops.push(() => proxy.stop());
      const ws = await open(`wss://127.0.0.1:${port}/`, {
        tls: trusting(),
        proxy: `http://127.0.0.1:${proxy.port}`,
        ...again,
      });
      await lose(ws, cut);
      expect(seen.map((each) => each.split(' ')[2])).toEqual(['new', 'resumed']);
    });

    it('are of one client alone, and only for equal settings', async () => {
      const { port, seen, cut } = await serve();
      const url = `wss://127.0.0.1:${port}/`;
      let settings: Record<string, unknown> = trusting();
      const ws = await open(url, { tls: () => ({ ...settings }), ...again });
      await open(url, { tls: trusting() });
      await lose(ws, cut);
      settings = { ...trusting(), servername: 'localhost' };
      await lose(ws, cut);
      expect(seen.map((each) => each.split(' ')[2])).toEqual(['new', 'new', 'resumed', 'new']);
    });

    it('are dropped after a handshake that failed', async () => {
      const { port, seen, cut } = await serve();
      const ws = await open(`wss://localhost:${port}/`, {
        tls: ({ attempt }) => ({ ...trusting(), ...(attempt === 1 ? { servername: 'wrong.test' } : {}) }),
        family: 4,
        shouldReconnect: () => true,
        ...again,
        maxReconnectDelay: 1,
      });
      const failures: Error[] = [];
      ws.on('reconnect-error', (error) => failures.push(error));
      await lose(ws, cut);
      expect(failures).toMatchObject([{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }]);
      expect(seen.at(-1)).toMatch(/ new$/);
    });
  });

  describe('providers', () => {
    it('`tls` is called for each dial, so that a renewed certificate is sent', async () => {
      const { client, server: other } = certificates;
      const { port, sockets, cut } = await serve({ requestCert: true, rejectUnauthorized: false });
      const subjects: unknown[] = [];
      const attempts: number[] = [];
      const ws = await open(`wss://127.0.0.1:${port}/`, {
        reconnect: true,
        reconnectDelay: 1,
        tls({ attempt, signal, lastFailure }) {
          attempts.push(attempt);
          expect(signal.aborted).toBe(false);
          expect(lastFailure === undefined).toBe(attempt === 0);
          const { cert, key } = attempt === 0 ? client : other;
          return Promise.resolve({ ...trusting(), cert, key });
        },
      });
      const subject = () => sockets.at(-1)?.getPeerCertificate().subject.CN;
      subjects.push(subject());
      await lose(ws, cut);
      subjects.push(subject());
      expect(subjects).toEqual(['client', 'server']);
      expect(attempts).toEqual([0, 1]);
    });

    it('`proxy` is called for each dial, and may leave it out', async () => {
      const { port, cut } = await serve();
      const proxies = [await ConnectProxy.start(), await ConnectProxy.start()];
      for (const proxy of proxies) stops.push(() => proxy.stop());
      const ws = await open(`wss://127.0.0.1:${port}/`, {
        reconnect: true,
        reconnectDelay: 1,
        minUptime: 60_000,
        tls: trusting(),
        proxy({ attempt }) {
          const proxy = proxies[attempt];
          return proxy === undefined
            ? undefined
            : { url: `http://127.0.0.1:${proxy.port}`, token: `Bearer ${attempt}` };
        },
      });
      await lose(ws, cut);
      await lose(ws, cut);
      expect(proxies.map(({ heads }) => heads.map((head) => /Bearer \d/.exec(head)?.[0]))).toEqual([
        ['Bearer 0'],
        ['Bearer 1'],
      ]);
    });

    it.each<[string, WebSocketOptions, string]>([
      ['tls', { tls: () => ({ ca: 5, s3cret: 1 }) as never }, 'tls'],
      ['tls, a function', { tls: () => (() => {}) as never }, 'tls'],
      ['proxy', { proxy: () => 'ftp://s3cret.test' }, 'proxy'],
      ['proxy, contradicting itself', { proxy: () => ({ url: 'socks5://a', token: 's3cret' }) }, 'proxy'],
    ])('an invalid value of %s ends the client', async (_, options, option) => {
      const ws = new ReckerWebSocket('wss://127.0.0.1:1/', { reconnect: true, ...options });
      const error = await ws.connect().catch((cause) => cause);
      expect(error).toMatchObject({ name: 'ConfigurationError', option });
      expect(error.message).not.toContain('s3cret.test');
      expect(ws.stats().dials).toBe(0);
    });

    it('one that throws is a failed attempt', async () => {
      const { port } = await serve();
      const provider = vi.fn(() => {
        if (provider.mock.calls.length === 1) throw new Error('no vault');
        return trusting();
      });
      const ws = await open(`wss://127.0.0.1:${port}/`, {
        reconnect: true,
        reconnectDelay: 1,
        tls: provider,
      });
      expect(ws.isConnected).toBe(true);
      expect(provider).toHaveBeenCalledTimes(2);
    });
  });

  it.each(['ERR_ACCESS_DENIED', 'ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED', 'ECONNREFUSED'])(
    '%s: final, but for the last',
    (code) => {
      const error = connectionError(Object.assign(new Error('x'), { code }));
      expect(error).toMatchObject({ code, final: code !== 'ECONNREFUSED' });
    },
  );
});
