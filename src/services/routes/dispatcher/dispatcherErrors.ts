/**
 * Converts the errors of a dial through a dispatcher, those of undici and of interceptors, into this library's.
 * Recognizes them by their shape, because the user's copy of undici may be any.
 */

import { ConfigurationError, HandshakeError, isError } from '../../../port/index.js';
import { codeOf, connectionError } from '../../failures/index.js';
import { MAX_BODY, refusalText } from '../../handshake/index.js';
import { wallTime } from '../../runtime/index.js';
import { joinedHeaders } from './joinedHeaders.js';

/** Whether undici refuses a handler of another version, e.g. `invalid onError method`. */
export function isHandlerComplaint(cause: unknown): boolean {
  return isError(cause) && /^invalid on[A-Z]\w* method$/.test(cause.message);
}

export function outdated(): ConfigurationError {
  return new ConfigurationError(
    'dispatcher',
    'dispatcher must be of undici 7.30.2 or newer: this one takes the handlers of undici 6 or older, ' +
      "as Node 20's own does",
  );
}

/** An error of the dispatcher as this library's, with the hop where that is known. */
export function explainDispatcher(cause: Error): Error {
  const code = codeOf(cause) ?? '';
  // The second one is that of a ProxyAgent with `proxyTunnel: false`.
  const refused = /^Proxy (?:response \((\d{3})\) !== 200|Authentication Required \(407\))/.exec(
    cause.message,
  );
  if (refused !== null) {
    const status = Number(refused[1] ?? 407);
    return new HandshakeError(
      `The proxy answered CONNECT with ${status}`,
      { status, hop: 'proxy' },
      { cause },
    );
  }
  const status = statusOf(cause);
  if (status !== undefined) return interceptedAnswer(cause, status);
  if (code === 'UND_ERR_PRX_TLS' && isError(cause.cause)) return connectionError(cause.cause, 'proxy');
  if (code.startsWith('UND_ERR_SOCKS5')) {
    return connectionError(cause, 'proxy', code.startsWith('UND_ERR_SOCKS5_AUTH'));
  }
  // A dispatcher that was closed remains closed.
  return connectionError(cause, undefined, code === 'UND_ERR_CLOSED' || code === 'UND_ERR_DESTROYED');
}

/** An error that an interceptor made of an answer: undici's `ResponseError`, `RequestRetryError` and the like. */
interface Intercepted extends Error {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

function statusOf({ statusCode }: Intercepted): number | undefined {
  return Number.isInteger(statusCode) && Number(statusCode) >= 100 && Number(statusCode) <= 599
    ? Number(statusCode)
    : undefined;
}

function interceptedAnswer(cause: Intercepted, status: number): HandshakeError {
  const { headers, body } = cause;
  // As with a HandshakeError: the headers may contain cookies.
  for (const name of ['headers', 'body'] as const) {
    if (Object.hasOwn(cause, name)) Object.defineProperty(cause, name, { enumerable: false });
  }
  const joined = joinedHeaders(headers);
  return new HandshakeError(
    refusalText(status, joined ?? {}),
    {
      status,
      headers: joined,
      body: textOf(body).slice(0, MAX_BODY),
      receivedAt: wallTime(),
    },
    { cause },
  );
}

/** undici's interceptor parses JSON; others may give anything. */
function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (ArrayBuffer.isView(body)) {
    return Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, MAX_BODY)).toString();
  }
  try {
    return JSON.stringify(body) ?? '';
  } catch {
    return '';
  }
}
