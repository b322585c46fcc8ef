/**
 * Access to the live view: the checks that every request must pass, and the headers of every answer.
 *
 * The server listens on loopback only, but every web page in the user's browser can reach that. So a request must name
 * this server as its Host (a name that an attacker re-binds to 127.0.0.1 does not), must not come from a page of another
 * origin, and must contain the random token in its path.
 */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The page may load its own files and its own stream, and nothing else. No inline script, no frame around it. */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = Object.freeze({
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
});

/** The part of the path after the token, e.g. `app.js`; `undefined` where the request must be refused. */
export function admitted(request: IncomingMessage, port: number, token: string): URL | undefined {
  const { method, url = '', headers } = request;
  if (method !== 'GET') return undefined;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { host, origin } = headers;
  if (host === undefined || !hosts.includes(host)) return undefined;
  if (origin !== undefined && origin !== `http://${host}`) return undefined;
  // The source of a request without Origin (https://w3c.github.io/webappsec-fetch-metadata/).
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return undefined;
  const [, given = '', ...rest] = url.split('?', 1)[0]?.split('/') ?? [];
  if (!isEqual(given, token) || rest.length !== 1) return undefined;
  return new URL(`http://${host}/${rest[0]}${url.slice(url.split('?', 1)[0]?.length)}`);
}

/** In constant time. */
function isEqual(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}
