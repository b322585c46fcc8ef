/**
 * Host and port of a URL, in the form that sockets need.
 */
import { isIPv6 } from 'node:net';

/** The server of a dial. */
export interface Target {
  /** A name or an address, without the brackets of IPv6. */
  readonly host: string;
  readonly port: number;
  /** Whether the connection to it uses TLS. */
  readonly secure: boolean;
}

/** The URL that was asked for last, and its server: a dial asks twice, and the next one often goes to the same URL. */
let lastUrl = '';
let lastTarget: Target | undefined;

/** @param url a `ws:` or `wss:` URL */
export function targetOf(url: string): Target {
  if (lastTarget === undefined || url !== lastUrl) {
    lastTarget = parsedTarget(url);
    lastUrl = url;
  }
  return lastTarget;
}

function parsedTarget(url: string): Target {
  const { hostname, port, protocol } = new URL(url);
  const secure = protocol === 'wss:';
  return { host: bare(hostname), port: port === '' ? (secure ? 443 : 80) : Number(port), secure };
}

/** `host:port` (RFC 3986 §3.2): IPv6 has brackets. */
export function authority({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

/** A URL's host without the brackets of IPv6. */
export function bare(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
