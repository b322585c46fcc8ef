/**
 * Answers to the upgrade request that are no valid 101, as errors. Knows RFC 6455 §4.1; decides nothing.
 */
import { HandshakeError, type ResponseHeaders } from '../../port/index.js';

/** Event of an upgrade request that was answered, where what follows threw: `ws` listens to its errors no longer. */
export const BROKEN = Symbol('broken');

/** What a 101 must have beside the Accept, for its lack alone to be named. */
const REQUIRED = ['Upgrade: websocket', 'Connection: Upgrade'] as const;

/**
 * A 101 that upgrades nothing: HTTP parsers take it for an informational answer, and the dial would wait for another
 * one. Names what is missing (RFC 6455 §4.1, points 2 and 3).
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

/** What a `HandshakeError` says of an answer that refuses the upgrade. */
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
