/**
 * The proxies that people really run, each with good, bad and missing credentials, for `ws:` and `wss:`. The
 * proxy's own log proves the route; that the server is reached by no other route, a wrong port of the proxy proves.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandshakeError } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import {
  PASSWORD,
  squidHelper,
  startDante,
  startHaproxy,
  startMicrosocks,
  startSquid,
  startTinyproxy,
  USER,
} from '../support/daemons.js';
import { dial } from '../support/dial.js';
import { type Daemon, freePort, needs } from '../support/tools.js';

let certificates: Certificates;
let plain: FaultServer;
let secure: FaultServer;

beforeAll(async () => {
  certificates = await makeCertificates();
  [plain, secure] = await Promise.all([FaultServer.start(), FaultServer.start({ tls: certificates.server })]);
  plain.echo();
  secure.echo();
});

afterAll(async () => {
  await Promise.all([plain?.stop(), secure?.stop(), certificates?.remove()]);
});

/** What is refused, and how. */
interface Refusal {
  readonly status?: number;
  readonly code?: string;
}

interface Case {
  readonly start: (options: { readonly auth: boolean }) => Promise<Daemon>;
  readonly scheme: string;
  /** Shows in the log for a granted request to this port. */
  readonly granted: (port: number) => RegExp;
  readonly bad: Refusal;
  readonly missing: Refusal;
}

const SOCKS_AUTH = { code: 'ERR_RECKER_SOCKS_AUTH' };

const squid: Case = {
  start: startSquid,
  scheme: 'http',
  granted: (port) => new RegExp(`TCP_TUNNEL/200 \\d+ CONNECT 127\\.0\\.0\\.1:${port} ${USER} `),
  bad: { status: 407 },
  missing: { status: 407 },
};

const tinyproxy: Case = {
  start: startTinyproxy,
  scheme: 'http',
  granted: (port) =>
    new RegExp(`CONNECT 127\\.0\\.0\\.1:${port} HTTP/1\\.1[\\s\\S]*Established connection to host`),
  // Not 407: so the hop, and not the status, says who answered.
  bad: { status: 401 },
  missing: { status: 407 },
};

const microsocks: Case = {
  start: startMicrosocks,
  scheme: 'socks5h',
  granted: (port) => new RegExp(`connected to 127\\.0\\.0\\.1:${port}`),
  bad: SOCKS_AUTH,
  missing: SOCKS_AUTH,
};

const dante: Case = {
  start: startDante,
  scheme: 'socks5',
  granted: (port) =>
    new RegExp(`pass\\(1\\): tcp/connect \\[: username%${USER}@.* 127\\.0\\.0\\.1\\.${port}`),
  bad: SOCKS_AUTH,
  missing: SOCKS_AUTH,
};

function credentials({ start, scheme, granted, bad, missing }: Case): void {
  let proxy: Daemon;
  beforeAll(async () => {
    proxy = await start({ auth: true });
  });
  afterAll(() => proxy?.stop());

  describe.each(['ws', 'wss'])('%s', (protocol) => {
    const server = () => (protocol === 'ws' ? plain : secure);
    const go = (userInfo: string, port = proxy.port) =>
      dial(server().url('/'), {
        proxy: `${scheme}://${userInfo}127.0.0.1:${port}`,
        tls: { ca: certificates.ca.cert },
      });

    it('takes good credentials, and its log shows the route', async () => {
      expect(await go(`${USER}:${PASSWORD}@`)).toMatchObject({ echoed: 'through?', dials: 1 });
      await proxy.logged(granted(server().port));
    });

    it.each([
      ['bad', `${USER}:wrong@`, bad],
      ['missing', '', missing],
    ])(
      'refuses %s credentials: final, typed, reported once, at the hop of the proxy',
      async (_, userInfo, refusal) => {
        const reached = server().seen.handshakes.length;
        const { error, dials } = await go(userInfo);
        expect(error).toMatchObject({ ...refusal, hop: 'proxy' });
        expect(dials).toBe(1);
        if (refusal.status !== undefined) {
          expect(error).toBeInstanceOf(HandshakeError);
          // tinyproxy's 401 says it with the server's header.
          const { headers = {} } = error ?? {};
          expect(headers['proxy-authenticate'] ?? headers['www-authenticate']).toMatch(/^Basic/);
        }
        expect(server().seen.handshakes.length).toBe(reached);
      },
    );

    it('is the only route: with nothing at its port no dial succeeds', async () => {
      const { error, dials } = await go(`${USER}:${PASSWORD}@`, await freePort());
      expect(error).toMatchObject({ name: 'ConnectionError', code: 'ECONNREFUSED', hop: 'proxy' });
      expect(dials).toBe(2);
    });
  });

  it('takes credentials as `auth`, in place of those in the URL', async () => {
    const proxyOptions = {
      url: `${scheme}://${USER}:wrong@127.0.0.1:${proxy.port}`,
      auth: { username: USER, password: PASSWORD },
    };
    expect(await dial(plain.url('/'), { proxy: proxyOptions })).toMatchObject({ echoed: 'through?' });
  });
}

needs(
  'squid',
  'openssl',
  squidHelper,
)('squid', () => {
  credentials(squid);
});

needs('tinyproxy', 'openssl')('tinyproxy', () => {
  credentials(tinyproxy);
});

needs('microsocks', 'openssl')('microsocks', () => {
  credentials(microsocks);
});

needs(
  'danted',
  'unshare',
  'openssl',
)('dante', () => {
  credentials(dante);

  describe('without credentials', () => {
    let proxy: Daemon;
    beforeAll(async () => {
      proxy = await startDante({ auth: false });
    });
    afterAll(() => proxy?.stop());

    it.each(['socks4', 'socks5', 'socks5h', 'socks'])('%s: goes by name', async (scheme) => {
      const url = plain.url('/').replace('127.0.0.1', 'localhost');
      expect(await dial(url, { proxy: `${scheme}://127.0.0.1:${proxy.port}` })).toMatchObject({
        echoed: 'through?',
      });
      await proxy.logged(new RegExp(`pass\\(1\\): tcp/connect \\[.*[. ]${plain.port}`));
    });

    it('a port that refuses is not final', async () => {
      const url = `ws://127.0.0.1:${await freePort()}/`;
      const { error, dials } = await dial(url, { proxy: `socks5://127.0.0.1:${proxy.port}` });
      expect(error).toMatchObject({
        code: 'ERR_RECKER_SOCKS_CONNECTION_REFUSED',
        hop: 'proxy',
        final: false,
      });
      expect(dials).toBe(2);
    });
  });
});

needs(
  'squid',
  'haproxy',
  'openssl',
  squidHelper,
)('squid behind TLS: an https: proxy', () => {
  let inner: Daemon;
  let proxy: Daemon;
  beforeAll(async () => {
    inner = await startSquid({ auth: true });
    proxy = await startHaproxy({
      pair: certificates.server,
      clientCa: certificates.ca,
      upstream: inner.port,
      raw: true,
    });
  });
  afterAll(async () => {
    await proxy?.stop();
    await inner?.stop();
  });

  const { cert, key } = { cert: () => certificates.client.cert, key: () => certificates.client.key };
  const url = () => `https://${USER}:${PASSWORD}@127.0.0.1:${proxy.port}`;

  it('takes a client certificate on its hop alone', async () => {
    const outcome = await dial(secure.url('/'), {
      tls: { ca: certificates.ca.cert },
      proxy: { url: url(), proxyTls: { ca: certificates.ca.cert, cert: cert(), key: key() } },
    });
    expect(outcome).toMatchObject({ echoed: 'through?' });
    await inner.logged(squid.granted(secure.port));
    await proxy.logged(/tls~ upstream\/one/);
  });

  it.each([
    ['unknown authority', () => ({ cert: cert(), key: key() }), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'wrong name',
      () => ({ ca: certificates.ca.cert, servername: 'other.test' }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'no client certificate',
      () => ({ ca: certificates.ca.cert }),
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    ],
  ])('%s: final, at the hop of the proxy', async (_, proxyTls, code) => {
    const { error, dials } = await dial(plain.url('/'), { proxy: { url: url(), proxyTls: proxyTls() } });
    expect(error).toMatchObject({ name: 'ConnectionError', code, hop: 'proxy' });
    expect(dials).toBe(1);
  });

  it('verifies the server behind a proxy that verifies', async () => {
    const proxyTls = { ca: certificates.ca.cert, cert: cert(), key: key() };
    const { error, dials } = await dial(secure.url('/'), { proxy: { url: url(), proxyTls } });
    expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', hop: 'server' });
    expect(dials).toBe(1);
    const requestTls = { ca: certificates.ca.cert };
    expect(
      await dial(secure.url('/'), {
        tls: { ca: certificates.otherCa.cert },
        proxy: { url: url(), proxyTls, requestTls },
      }),
    ).toMatchObject({ echoed: 'through?' });
  });
});
