/**
 * Suggestions for misspelled names: the nearest name within two edits (Levenshtein's distance).
 */

const MOST_EDITS = 2;

/** The name among `names` that is at most two edits away from `given`, and the nearest of them. */
export function nearest(given: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let edits = MOST_EDITS + 1;
  for (const name of names) {
    const distance = Math.abs(name.length - given.length) > MOST_EDITS ? edits : distanceOf(given, name);
    if (distance < edits) {
      edits = distance;
      best = name;
    }
  }
  return best;
}

/** Names of options in other WebSocket clients, and the option here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  __proto__: null as never,
  agent: 'dispatcher or proxy',
  handshakeTimeout: 'connectTimeout',
  connectionTimeout: 'connectTimeout',
  maxRetries: 'maxReconnectAttempts',
  minReconnectionDelay: 'reconnectDelay',
  maxReconnectionDelay: 'maxReconnectDelay',
  maxEnqueuedMessages: 'sendQueue',
  startClosed: 'autoConnect',
  rejectUnauthorized: 'tls',
  ca: 'tls',
  cert: 'tls',
  key: 'tls',
  origin: 'headers',
  pingInterval: 'heartbeatInterval',
};

/** As `didYouMean()`, for the options of a connection. It also knows the names in other clients. */
export function optionMeant(given: string, names: Iterable<string>): string {
  const name = ELSEWHERE[given];
  return name === undefined ? didYouMean(given, names) : ` (use ${name})`;
}

/** E.g. ` (did you mean reconnectDelay?)`; `''` where no name is near. */
export function didYouMean(given: string, names: Iterable<string>): string {
  const name = nearest(given, names);
  return name === undefined ? '' : ` (did you mean ${name}?)`;
}

/**
 * As `didYouMean()`, for the scheme of a URL. Without two slashes there is no suggestion: what precedes the first colon may
 * then be a user name.
 *
 * @param schemes with their colon, e.g. `wss:`
 */
export function schemeMeant(url: string, schemes: Iterable<string>): string {
  const [, given] = /^([a-z][a-z0-9+.-]*:)\/\//i.exec(url.trim()) ?? [];
  const scheme = given === undefined ? undefined : nearest(given.toLowerCase(), schemes);
  return scheme === undefined || scheme === given?.toLowerCase() ? '' : ` (did you mean ${scheme}//?)`;
}

function distanceOf(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const replaced = (above[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1);
      line.push(Math.min(replaced, (above[column] as number) + 1, (line[column - 1] as number) + 1));
    }
    above = line;
  }
  return above[other.length] as number;
}
