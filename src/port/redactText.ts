/**
 * How much of a URL or of another's message may be shown. Pure.
 */
import { tryRead } from './own.js';
import { parseUrl } from './url.js';

/** Replaces a secret. */
export const REDACTED = '***';

/**
 * A URL without user info and fragment, and with the values of its query replaced.
 *
 * @example
 * redactUrl('wss://me:secret@example.com/room?token=abc'); // 'wss://example.com/room?token=***'
 */
export function redactUrl(url: string): string {
  const parsed = parseUrl(url);
  if (parsed === undefined) return url === '' ? '' : REDACTED;
  const { protocol, host, pathname, search } = parsed;
  const query = search
    .slice(1)
    .split('&')
    .filter((each) => each !== '')
    .map((each) => (each.includes('=') ? `${each.slice(0, each.indexOf('='))}=${REDACTED}` : REDACTED));
  return `${protocol}//${host}${pathname}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}

const MAX_TEXT = 300;
const URLS = /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi;
const CREDENTIALS = /\b(basic|bearer|digest|negotiate)\s+[^\s,;]+/gi;
const ASSIGNMENTS = /\b(token|secret|password|passwd|passphrase|api[-_]?key)(\s*[=:]\s*)[^\s,;&]+/gi;
const PARAMETERS = /([?&][^=\s&]+)=[^&\s]+/g;

/** Removes what may be a secret from a message that may quote an agent, a proxy or a peer. */
export function redactText(text: string): string {
  return text
    .slice(0, MAX_TEXT)
    .replace(URLS, (url) => redactUrl(url))
    .replace(CREDENTIALS, `$1 ${REDACTED}`)
    .replace(ASSIGNMENTS, `$1$2${REDACTED}`)
    .replace(PARAMETERS, `$1=${REDACTED}`);
}

/**
 * The message of an error that wraps another. It ends with the other's message, redacted, because a log line shows no
 * more.
 */
export function withCause(message: string, cause: unknown): string {
  const why =
    typeof cause === 'string' ? cause : tryRead(() => (cause as { readonly message?: unknown }).message);
  return typeof why === 'string' && why !== '' ? `${message}: ${redactText(why)}` : message;
}
