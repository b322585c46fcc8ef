/**
 * The factory for connections that share a base URL, headers and options.
 */
import { ConfigurationError, type GlobalURL, type ParsedUrl, withoutPrototype } from '../port/index.js';
import {
  checkHeaders,
  checkOptions,
  type HeadersInput,
  mergeOptions,
  NO_OPTIONS,
  OPTION_TABLE,
  originOf,
  type Provider,
  parseBaseUrl,
  resolveUrl,
  type WebSocketOptions,
} from './options/index.js';
import { clientOf, type ReckerWebSocket } from './ReckerWebSocket.js';
import { didYouMean } from './values/index.js';

/** Options of `createClient()`. */
export interface ClientOptions {
  /** Base for paths; `http(s)` becomes `ws(s)`. @default none: full URLs, and paths against the page's `location` */
  baseUrl?: string | GlobalURL | undefined;
  /** Headers of each handshake with the origin of `baseUrl`, or of each handshake if there is no `baseUrl`. @default none */
  headers?: HeadersInput | undefined;
  /** Options of each connection. The options of `websocket()` override them. @default none */
  websocket?: WebSocketOptions | undefined;
}

/** What `createClient()` returns. */
export interface Client {
  /**
   * Makes a WebSocket. It connects a microtask later, unless `autoConnect` is false.
   *
   * @param url a path, resolved against `baseUrl`; a full `ws:` or `wss:` URL; or a function that returns one for each dial
   * @throws ConfigurationError for a URL or option that can never work
   */
  websocket(
    url: string | GlobalURL | Provider<string | GlobalURL>,
    options?: WebSocketOptions,
  ): ReckerWebSocket;
  /** The same as `websocket`. */
  ws(url: string | GlobalURL | Provider<string | GlobalURL>, options?: WebSocketOptions): ReckerWebSocket;
}

/**
 * Makes a client for connections that share a base URL, headers and options.
 *
 * @example
 * import { createClient } from 'recker';
 *
 * const client = createClient({ baseUrl: 'https://api.example.com' });
 * const ws = client.websocket('/chat');
 * ws.on('message', (message) => console.log('Received:', message.data));
 * ws.send('Hello, server!');
 *
 * @throws ConfigurationError for an option that can never work
 */
export function createClient(options: ClientOptions = {}): Client {
  const { baseUrl, headers, websocket: common } = ownOptions(options);
  const base = baseUrl === undefined ? undefined : parseBaseUrl(baseUrl);
  const ownHeaders = checkHeaders(headers);
  // Shared by all connections that are made without options of their own.
  const defaults = Object.freeze(mergeOptions({ autoConnect: true }, checkOptions(common)));
  const parseUrl = (given: unknown) => resolveUrl(given, base);
  // Credentials are sent to their own origin only, however a URL is written.
  const headersFor = (url: ParsedUrl) =>
    base === undefined || originOf(url) === originOf(base) ? ownHeaders : {};

  const bound = { parseUrl, headersFor };

  const websocket: Client['websocket'] = (url, given) => {
    const own = checkOptions(given);
    return clientOf(url, own === NO_OPTIONS ? defaults : mergeOptions(defaults, own), bound);
  };
  return { websocket, ws: websocket };
}

const CLIENT_OPTIONS = ['baseUrl', 'headers', 'websocket'];

/** The own members; an unknown one is refused. */
function ownOptions(options: ClientOptions): ClientOptions {
  if (typeof options !== 'object' || options === null) {
    throw new ConfigurationError('options', 'createClient() takes an object of baseUrl, headers, websocket');
  }
  for (const name of Reflect.ownKeys(options)) {
    if (typeof name !== 'string' || !CLIENT_OPTIONS.includes(name)) {
      throw new ConfigurationError(
        String(name),
        `Unknown option ${String(name)}${hint(name)}; the options are ${CLIENT_OPTIONS.join(', ')}`,
      );
    }
  }
  return withoutPrototype(options);
}

function hint(name: string | symbol): string {
  if (Object.hasOwn(OPTION_TABLE, name)) return ` (put it into websocket: { ${String(name)} })`;
  return didYouMean(String(name), CLIENT_OPTIONS);
}
