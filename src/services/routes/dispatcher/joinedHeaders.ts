/**
 * Headers in the form of Node's `message.headers`, from those of undici, which are a list for a name that came more
 * than once. Pure.
 */
import type { ResponseHeaders } from '../../../port/index.js';

/** Only the first of these counts (https://nodejs.org/api/http.html#messageheaders). */
const SINGLE: ReadonlySet<string> = new Set([
  ...['age', 'authorization', 'content-length', 'content-type', 'etag', 'expires', 'from', 'host'],
  ...['if-modified-since', 'if-unmodified-since', 'last-modified', 'location', 'max-forwards'],
  ...['proxy-authorization', 'referer', 'retry-after', 'server', 'user-agent'],
]);

/** One value for each name, a list for `set-cookie` only. What is neither a text nor a list of texts is left out. */
export function joinedHeaders(given: Readonly<Record<string, unknown>> | undefined | null): ResponseHeaders {
  const joined: Record<string, string | string[]> = Object.create(null);
  for (const [key, value] of Object.entries(given ?? {})) {
    const name = key.toLowerCase();
    const values = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
    const [first] = values;
    if (first === undefined) continue;
    if (name === 'set-cookie') joined[name] = values;
    else if (SINGLE.has(name)) joined[name] = first;
    else joined[name] = values.join(name === 'cookie' ? '; ' : ', ');
  }
  return joined;
}
