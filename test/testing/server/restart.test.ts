/** A restart by a command, and servers behind TLS. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionError } from '../../../src/index.js';
import { checkServer, FaultServer, type ServerReport } from '../../../src/testing/index.js';
import { type Certificates, makeCertificates } from '../../support/certificates.js';
import { needs } from '../../support/tools.js';
import { FaultyServer } from './faultyServer.js';

const QUICK = { halfOpenTimeout: 0, timeout: 1000, connectionsPerSecond: 1000, clients: 20 } as const;

const resultOf = ({ checks }: ServerReport, id: string) => {
  const { result, got } = checks.find((each) => each.id === id) ?? expect.unreachable();
  return `${result}: ${got}`;
};

describe('a restart by a command', () => {
  /** What a command line can reach: it restarts the server. */
  const control = createServer((_request, response) => {
    void server.restart(1012, 200).then(() => response.end());
  });
  let server: FaultyServer;
  let command: string;

  beforeAll(async () => {
    server = await FaultyServer.start();
    control.listen(0, '127.0.0.1');
    await once(control, 'listening');
    const { port } = control.address() as { readonly port: number };
    command = `"${process.execPath}" -e "fetch('http://127.0.0.1:${port}/').then((answer) => answer.text())"`;
  });
  afterAll(async () => {
    control.close();
    await server.stop();
  });

  it('says how the connections ended, and when the clients were back', async () => {
    const report = await checkServer(server.url, { ...QUICK, only: ['restart/'], restart: command });
    expect(resultOf(report, 'restart/announced')).toBe('pass: Close 1012: 20');
    expect(resultOf(report, 'restart/back')).toMatch(
      /^pass: 20 of 20 are back, the last one after \d+\.\d s$/,
    );
    expect(resultOf(report, 'restart/retry-after')).toBe('n/a: no client was answered 503 or 429');
  });

  it.each([
    ['exit 3', 'the restart command failed: exit code 3'],
    ['true', 'no connection ended: the server was not restarted, or keeps its connections'],
  ])('%s: not applicable, and why', async (restart, why) => {
    const report = await checkServer(server.url, { ...QUICK, only: ['restart/'], restart });
    expect(resultOf(report, 'restart/back')).toBe(`n/a: ${why}`);
    expect(report.ok).toBe(true);
  });
});

needs('openssl')('wss:', () => {
  let certificates: Certificates;
  let server: FaultServer;
  beforeAll(async () => {
    certificates = await makeCertificates();
    server = await FaultServer.start({ tls: certificates.server });
    server.echo();
  });
  afterAll(async () => {
    await server.stop();
    await certificates.remove();
  });

  it('is examined with the right authority, or with none', async () => {
    for (const tls of [{ ca: certificates.ca.cert }, { rejectUnauthorized: false }]) {
      const report = await checkServer(server.url(), {
        ...QUICK,
        tls,
        only: ['ping/', 'close/', 'messages/'],
      });
      expect(report.checks.filter(({ result }) => result === 'fail')).toEqual([]);
      expect(report.passed).toBe(report.checks.length);
    }
  });

  it('a certificate that does not verify: out of reach, with the code', async () => {
    const failure = checkServer(server.url(), { ...QUICK, tls: { ca: certificates.otherCa.cert } });
    await expect(failure).rejects.toThrow(/UNABLE_TO_VERIFY|CERT|SIGNATURE/);
    await expect(failure).rejects.toBeInstanceOf(ConnectionError);
  });
});
