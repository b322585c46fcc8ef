/**
 * TLS as the terminators that stand before real servers speak it: who is trusted, under which name, and who is
 * let in.
 */
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocketOptions } from '../../src/index.js';
import { tlsOptions } from '../../src/services/routes/tls/tlsOptions.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { listenOn } from '../../src/testing/sockets.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { startHaproxy, startNginx, type TerminatorOptions } from '../support/daemons.js';
import { dial } from '../support/dial.js';
import { type Daemon, needs } from '../support/tools.js';

let certificates: Certificates;
let server: FaultServer;

beforeAll(async () => {
  certificates = await makeCertificates();
  server = await FaultServer.start();
  server.echo();
});

afterAll(async () => {
  await Promise.all([server?.stop(), certificates?.remove()]);
});

interface Terminator {
  readonly start: (options: TerminatorOptions) => Promise<Daemon>;
  /** Shows in its log for a connection that was let through. */
  readonly granted: RegExp;
  /** A client without the certificate that is asked for. */
  readonly missing: Readonly<Record<string, unknown>>;
}

function terminates({ start, granted, missing }: Terminator): void {
  const open = new Map<string, Daemon>();
  beforeAll(async () => {
    const { server: good, wrongName, ca } = certificates;
    const upstream = server.port;
    open.set('good', await start({ pair: good, upstream }));
    open.set('wrongName', await start({ pair: wrongName, upstream }));
    open.set('asking', await start({ pair: good, upstream, clientCa: ca }));
  });
  afterAll(() => Promise.all([...open.values()].map((each) => each.stop())));

  const at = (name: string, tls: NonNullable<WebSocketOptions['tls']>) =>
    dial(`wss://127.0.0.1:${open.get(name)?.port}/`, { tls });
  const trusting = () => ({ ca: certificates.ca.cert });
  const known = () => ({ ...trusting(), cert: certificates.client.cert, key: certificates.client.key });

  it('a good certificate opens, and its log shows the route', async () => {
    expect(await at('good', trusting())).toMatchObject({ echoed: 'through?' });
    await open.get('good')?.logged(granted);
  });

  it.each([
    ['an unknown authority', 'good', () => ({}), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'another authority',
      'good',
      () => ({ ca: certificates.otherCa.cert }),
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    ['a wrong name', 'wrongName', trusting, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s is final, and reported once', async (_, name, tls, code) => {
    const handshakes = server.seen.handshakes.length;
    const { error, dials } = await at(name, tls());
    expect(error).toMatchObject({ name: 'ConnectionError', code, hop: 'server' });
    expect(dials).toBe(1);
    expect(server.seen.handshakes.length).toBe(handshakes);
  });

  it('`servername` names whom to expect', async () => {
    expect(await at('wrongName', { ...trusting(), servername: 'elsewhere.test' })).toMatchObject({
      echoed: 'through?',
    });
  });

  it('`checkServerIdentity` replaces the check of the name; `rejectUnauthorized: false` ends all checks', async () => {
    const asked: string[] = [];
    const checkServerIdentity = (host: string): undefined => {
      asked.push(host);
    };
    expect(await at('wrongName', { ...trusting(), checkServerIdentity })).toMatchObject({
      echoed: 'through?',
    });
    expect(asked).toEqual(['127.0.0.1']);
    expect(await at('wrongName', { rejectUnauthorized: false })).toMatchObject({ echoed: 'through?' });
  });

  it('a client certificate that is asked for and given opens', async () => {
    expect(await at('asking', known())).toMatchObject({ echoed: 'through?' });
  });

  it('one that is asked for and missing is final', async () => {
    const { error, dials } = await at('asking', trusting());
    expect(error).toMatchObject({ ...missing, hop: 'server' });
    expect(dials).toBe(1);
  });

  it('an encrypted key takes its passphrase; without it the dial fails for good', async () => {
    const { createPrivateKey } = await import('node:crypto');
    const key = createPrivateKey(certificates.client.key)
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pass-4711' })
      .toString();
    expect(await at('asking', { ...known(), key, passphrase: 'pass-4711' })).toMatchObject({
      echoed: 'through?',
    });
    const { error, dials } = await at('asking', { ...known(), key, passphrase: 'wrong' });
    expect(error?.name).toBe('ConnectionError');
    expect(String(error?.stack)).not.toContain('pass-4711');
    expect(dials).toBe(1);
  });
}

needs('nginx', 'openssl')('nginx', () => {
  terminates({ start: startNginx, granted: /"GET \/ HTTP\/1\.1" 101/, missing: { status: 400 } });
});

needs('haproxy', 'openssl')('haproxy', () => {
  terminates({
    start: startHaproxy,
    granted: /upstream\/one .* 101 /,
    missing: { code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', final: true },
  });
});

needs('openssl')('what goes over the wire', () => {
  it('versions and ALPN are as asked for', async () => {
    const seen: string[] = [];
    const { cert, key } = certificates.server;
    const target = createTlsServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (socket: TLSSocket) => {
      seen.push(`${socket.getProtocol()} ${socket.alpnProtocol} ${socket.getCipher().standardName}`);
      socket.destroy();
    });
    const port = await listenOn(target, 0);
    const ca = certificates.ca.cert;
    const ciphers = 'ECDHE-ECDSA-AES256-GCM-SHA384';
    await dial(`wss://127.0.0.1:${port}/`, {
      reconnect: false,
      tls: { ca, maxVersion: 'TLSv1.2', ciphers, alpnProtocols: ['http/1.1'] },
    });
    await dial(`wss://127.0.0.1:${port}/`, { reconnect: false, tls: { ca, minVersion: 'TLSv1.3' } });
    await new Promise((resolve) => target.close(resolve));
    expect(seen[0]).toBe('TLSv1.2 http/1.1 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384');
    expect(seen[1]).toMatch(/^TLSv1\.3 http\/1\.1 /);
  });
});

describe('the mapping', () => {
  it('verifies whatever the environment says', () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    expect(tlsOptions({ host: 'a.test', port: 1 }).rejectUnauthorized).toBe(true);
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  });

  it('takes nothing from a polluted prototype', async () => {
    const names = [
      'rejectUnauthorized',
      'checkServerIdentity',
      'ca',
      'socket',
      'secureContext',
      'servername',
    ];
    try {
      for (const name of names)
        Object.defineProperty(Object.prototype, name, { value: false, configurable: true });
      const options = tlsOptions({ host: 'a.test', port: 1 });
      for (const name of names) expect(Object.hasOwn(options, name), name).toBe(true);
      expect(options.rejectUnauthorized).toBe(true);
      expect(typeof options.checkServerIdentity).toBe('function');
    } finally {
      for (const name of names) Reflect.deleteProperty(Object.prototype, name);
    }
  });

  it('sends no server name for an address (RFC 6066 §3)', () => {
    expect(tlsOptions({ host: '127.0.0.1', port: 1 }).servername).toBe('');
    expect(tlsOptions({ host: '::1', port: 1 }).servername).toBe('');
    expect(tlsOptions({ host: 'a.test', port: 1 }).servername).toBe('a.test');
  });
});
