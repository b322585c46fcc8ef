/**
 * Host and port out of a URL, in the form that sockets want them.
 */
import { isIPv6 } from 'node:net';

/** Where a dial ends. */
export interface Target {
  /** A name or an address, without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** Whether TLS is spoken with it. */
  readonly secure: boolean;
}

/** @param url a `ws:` or `wss:` URL */
export function targetOf(url: string): Target {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === 'wss:';
  return { host: bare(hostname), port: port === '' ? (secure ? 443 : 80) : Number(port), secure };
}

/** `host:port` as RFC 3986 §3.2 writes it, i.e. with brackets around IPv6. */
export function authority({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** A URL's host without the brackets of IPv6. */
export function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
