/**
 * How much of a URL, an object or an inspection event may be shown: names and shapes, never user info, query
 * values, header values, credentials or message data.
 */

/** What stands in the place of a secret. */
export const REDACTED = '***';

/**
 * A URL without user info and fragment, its query's values replaced.
 *
 * @example
 * redactUrl('wss://me:secret@example.com/room?token=abc'); // 'wss://example.com/room?token=***'
 */
export function redactUrl(url: string): string {
  if (!URL.canParse(url)) return url === '' ? '' : REDACTED;
  const { protocol, host, pathname, search } = new URL(url);
  const query = search
    .slice(1)
    .split('&')
    .filter((each) => each !== '')
    .map((each) => (each.includes('=') ? `${each.slice(0, each.indexOf('='))}=${REDACTED}` : REDACTED));
  return `${protocol}//${host}${pathname}${query.length > 0 ? `?${query.join('&')}` : ''}`;
}
