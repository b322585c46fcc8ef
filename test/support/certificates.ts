/**
 * Certificates made on the spot with openssl: no private key is ever in the repository.
 */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { put, scratch } from './tools.js';

const run = promisify(execFile);

/** A certificate with its key, both PEM, and the files that hold them. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
  readonly certPath: string;
  readonly keyPath: string;
  /** Certificate and key in one file, as haproxy wants them. */
  readonly bothPath: string;
}

/** What the tests of TLS need. */
export interface Certificates {
  /** The authority that signed `server`, `wrongName` and `client`. */
  readonly ca: Pair;
  /** An authority that signed nothing here. */
  readonly otherCa: Pair;
  /** For 127.0.0.1, ::1 and localhost. */
  readonly server: Pair;
  /** For `elsewhere.test` only. */
  readonly wrongName: Pair;
  /** For clients. */
  readonly client: Pair;
  remove(): Promise<void>;
}

export async function makeCertificates(): Promise<Certificates> {
  const folder = await scratch();
  const [ca, otherCa] = await Promise.all([authority(folder, 'ca'), authority(folder, 'otherCa')]);
  const [server, wrongName, client] = await Promise.all([
    signed(folder, 'server', ca, 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'),
    signed(folder, 'wrongName', ca, 'subjectAltName=DNS:elsewhere.test'),
    signed(folder, 'client', ca, 'extendedKeyUsage=clientAuth'),
  ]);
  return {
    ca,
    otherCa,
    server,
    wrongName,
    client,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

async function authority(folder: string, name: string): Promise<Pair> {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  await run('openssl', [
    'req',
    '-x509',
    ...KEY,
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  return pair(folder, name);
}

async function signed(folder: string, name: string, ca: Pair, extension: string): Promise<Pair> {
  const path = (end: string): string => join(folder, `${name}.${end}`);
  await run('openssl', ['req', ...KEY, '-subj', `/CN=${name}`, '-keyout', path('key'), '-out', path('csr')]);
  const extensions = await put(folder, `${name}.ext`, extension);
  const by = ['-CA', ca.certPath, '-CAkey', ca.keyPath, '-set_serial', String(process.hrtime.bigint())];
  await run('openssl', [
    ...['x509', '-req', '-days', '2', '-in', path('csr'), '-out', path('crt'), '-extfile', extensions],
    ...by,
  ]);
  return pair(folder, name);
}

async function pair(folder: string, name: string): Promise<Pair> {
  const [certPath, keyPath] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const [cert, key] = await Promise.all([readFile(certPath, 'utf8'), readFile(keyPath, 'utf8')]);
  return { cert, key, certPath, keyPath, bothPath: await put(folder, `${name}.pem`, `${cert}\n${key}`) };
}
