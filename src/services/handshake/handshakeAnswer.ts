/**
 * Errors for answers to the upgrade request that are not a valid 101 (RFC 6455 §4.1).
 */
import { HandshakeError, type ResponseHeaders } from '../../port/index.js';

/** An event of the upgrade request: what followed its answer threw. `ws` no longer listens to `error` then. */
export const BROKEN = Symbol('broken');

/** What a 101 must have besides the Accept. */
const REQUIRED = ['Upgrade: websocket', 'Connection: Upgrade'] as const;

/**
 * A 101 without an upgrade: HTTP parsers treat it as an informational answer, and the dial would wait for another one.
 * The message names what is missing (RFC 6455 §4.1, points 2 and 3).
 */
export function incomplete101(headers: ResponseHeaders): HandshakeError {
  const missing = REQUIRED.filter((line) => {
    const [name = '', token = ''] = line.toLowerCase().split(': ');
    return !tokens(headers[name]).includes(token);
  });
  return new HandshakeError(
    `The server answered the upgrade with a 101 without ${missing.join(' and ') || 'a valid Upgrade and Connection'}`,
    { status: 101, headers },
  );
}

/** The message of a `HandshakeError` for an answer that refuses the upgrade. */
export function refusalText(status: number, headers: ResponseHeaders): string {
  const text = `The server answered the upgrade with ${status}`;
  return status >= 300 && status < 400 && headers.location !== undefined
    ? `${text}: redirects are not followed, error.headers.location says where to`
    : text;
}

function tokens(value: string | readonly string[] | undefined): string[] {
  return String(value ?? '')
    .toLowerCase()
    .split(',')
    .map((token) => token.trim());
}
