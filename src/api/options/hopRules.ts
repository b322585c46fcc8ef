/**
 * Checks the options `tls`, `proxy`, `dispatcher` and `perMessageDeflate`. Shows no value, since each may be a secret.
 */
import { type ProxyClaims, parseUrl, proxyContradiction } from '../../port/index.js';
import { isObject, schemeMeant } from '../values/index.js';
import { headersProblem, readHeaders } from './headers/index.js';
import { type Members, membersProblem, type Read } from './memberRules.js';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? undefined : 'a string');
const flag = (value: unknown): string | undefined =>
  typeof value === 'boolean' ? undefined : 'true or false';
const isPem = (value: unknown): boolean => typeof value === 'string' || ArrayBuffer.isView(value);
const pem = (value: unknown): string | undefined =>
  isPem(value) || (Array.isArray(value) && value.every(isPem))
    ? undefined
    : 'PEM text or bytes, or a list of them';
const tlsVersion = (value: unknown): string | undefined =>
  ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'].includes(value as string)
    ? undefined
    : "one of 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'";
const texts = (value: unknown): string | undefined =>
  Array.isArray(value) && value.every((each) => typeof each === 'string') ? undefined : 'a list of strings';

const TLS_MEMBERS: Members = {
  ca: pem,
  cert: pem,
  key: pem,
  passphrase: text,
  pfx: (value) => (isPem(value) ? undefined : 'PKCS#12 bytes'),
  rejectUnauthorized: flag,
  servername: text,
  minVersion: tlsVersion,
  maxVersion: tlsVersion,
  ciphers: text,
  secureOptions: (value) => (Number.isSafeInteger(value) ? undefined : 'a whole number'),
  alpnProtocols: texts,
  checkServerIdentity: (value) => (typeof value === 'function' ? undefined : 'a function'),
};

/** Returns what TLS settings must be, where they are not. */
export const tlsProblem = (value: unknown): string | undefined => membersProblem(value, TLS_MEMBERS);

const PROXY_PROTOCOLS = ['http:', 'https:', 'socks:', 'socks4:', 'socks4a:', 'socks5:', 'socks5h:'];

function proxyUrlProblem(value: unknown): string | undefined {
  const allowed = `a URL of ${PROXY_PROTOCOLS.join(', ')}`;
  const url = typeof value === 'string' ? parseUrl(value) : undefined;
  if (url === undefined) return allowed;
  const { protocol, hostname } = url;
  if (PROXY_PROTOCOLS.includes(protocol)) return hostname === '' ? allowed : undefined;
  return `${allowed}${schemeMeant(value as string, PROXY_PROTOCOLS)}`;
}

const PROXY_MEMBERS: Members = {
  url: proxyUrlProblem,
  auth: (value) => membersProblem(value, { username: text, password: text }),
  token: (value) => (typeof value === 'string' ? headersProblem({ token: value }) : 'a string'),
  headers: headersProblem,
  bypass: (value) => (text(value) === undefined ? undefined : texts(value)),
  requestTls: tlsProblem,
  proxyTls: tlsProblem,
};

/** Returns what the option `proxy` must be, where it is not. */
export function proxyProblem(value: unknown): string | undefined {
  if (value === 'env') return undefined;
  if (typeof value === 'string') {
    const problem = proxyUrlProblem(value);
    if (problem === undefined) return proxyContradiction({ url: value });
    return `'env', ${problem}, or an object with such a url`;
  }
  const problem = membersProblem(value, PROXY_MEMBERS);
  if (problem !== undefined) return problem;
  if (!Object.hasOwn(value as object, 'url')) return 'an object with a url';
  return proxyContradiction(value as ProxyClaims);
}

/** The option `proxy` with its headers as a record. */
export function readProxy(value: unknown): Read {
  let used = value;
  if (isObject(value) && Object.hasOwn(value, 'headers') && value.headers !== undefined) {
    const { headers, problem } = readHeaders(value.headers);
    if (problem !== undefined) return { problem: `an object in which headers is ${problem}` };
    used = Object.assign(Object.create(Object.getPrototypeOf(value)), value, { headers });
  }
  return { value: used, problem: proxyProblem(used) };
}

/** Returns what the option `dispatcher` must be, where it is not. */
export const dispatcherProblem = (value: unknown): string | undefined =>
  isObject(value) && typeof value.dispatch === 'function'
    ? undefined
    : 'an undici Dispatcher (7.30.2 or newer)';

/** Returns what the option `perMessageDeflate` must be, where it is not. */
export const deflateProblem = (value: unknown): string | undefined =>
  typeof value === 'boolean' || (isObject(value) && !Object.hasOwn(value, '__proto__'))
    ? undefined
    : "true, false, or ws's options";
