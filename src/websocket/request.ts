/**
 * What is dialled: the arguments of the constructor, over the options that are bound to the class. Must not dial.
 */
import {
  createClient,
  type HeadersInput,
  isPlain,
  type Provider,
  ReckerWebSocket,
  type TLSOptions,
  type WebSocketOptions,
} from '../api/index.js';
import { ConfigurationError } from '../port/index.js';
import { domException, URL } from './globals.js';

/** RFC 9110 §5.6.2: what a subprotocol consists of. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Members of the third argument that are options of the same name. */
const SAME_NAMES = [
  'dispatcher',
  'family',
  'localAddress',
  'lookup',
  'maxPayload',
  'perMessageDeflate',
] as const satisfies readonly (keyof WebSocketOptions)[];

/** Each name of the option `tls`: `satisfies` keeps the list complete. */
const TLS_NAMES = Object.keys({
  ca: 0,
  cert: 0,
  key: 0,
  passphrase: 0,
  pfx: 0,
  rejectUnauthorized: 0,
  servername: 0,
  minVersion: 0,
  maxVersion: 0,
  ciphers: 0,
  secureOptions: 0,
  alpnProtocols: 0,
  checkServerIdentity: 0,
} satisfies Record<keyof TLSOptions, 0>) as readonly (keyof TLSOptions)[];

/** The URL to dial and its origin. */
export interface Address {
  readonly href: string;
  readonly origin: string;
}

/**
 * The URL (https://websockets.spec.whatwg.org/#dom-websocket-websocket, steps 1 to 7).
 *
 * @throws SyntaxError `DOMException`, which shows no part of the URL
 */
export function readAddress(given: unknown): Address {
  const text = `${given}`;
  const { href: page } = (globalThis as { readonly location?: { readonly href?: unknown } }).location ?? {};
  let href: string;
  try {
    href = new URL(text, typeof page === 'string' && page.startsWith('http') ? page : undefined).href;
  } catch {
    throw domException('The URL is invalid', 'SyntaxError');
  }
  href = href.replace(/^http(?=s?:)/, 'ws');
  if (!/^wss?:/.test(href)) throw domException('The URL must begin with ws: or wss:', 'SyntaxError');
  if (href.includes('#')) throw domException('The URL must have no fragment', 'SyntaxError');
  return { href, origin: new URL(href).origin };
}

/**
 * The subprotocols: a string, or strings of an iterable.
 *
 * @throws SyntaxError `DOMException` for one that is no token, or comes twice
 */
function readProtocols(given: unknown): readonly string[] {
  const isList =
    typeof given === 'object' && given !== null && (given as Partial<Iterable<unknown>>)[Symbol.iterator];
  const protocols = isList ? Array.from(given as Iterable<unknown>, (each) => `${each}`) : [`${given}`];
  if (!protocols.every((each) => TOKEN.test(each))) {
    throw domException('A subprotocol holds a character that HTTP forbids, or is empty', 'SyntaxError');
  }
  if (new Set(protocols.map((each) => each.toLowerCase())).size < protocols.length) {
    throw domException('A subprotocol comes twice', 'SyntaxError');
  }
  return protocols;
}

/** @throws ConfigurationError for what {@link readProtocols} refuses */
function checkProtocols(given: unknown): void {
  try {
    readProtocols(given);
  } catch (error) {
    throw new ConfigurationError('protocols', (error as Error).message);
  }
}

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null;

/** Makes the clients of a class: options that are bound to it, under those of a call. */
export class Dialler {
  readonly reconnects: boolean;
  readonly #bound: WebSocketOptions;
  readonly #client: ReturnType<typeof createClient>;

  /** @throws ConfigurationError for options that can never work */
  constructor(bound: WebSocketOptions = {}) {
    this.#client = createClient({ websocket: bound });
    this.#bound = { ...bound };
    this.reconnects = bound.reconnect === true;
    const { protocols } = bound;
    if (protocols !== undefined && typeof protocols !== 'function') checkProtocols(protocols);
    // What the transport cannot do is refused when a client is made.
    const { signal: _signal, inspect: _inspect, autoConnect: _autoConnect, ...rest } = this.#bound;
    new ReckerWebSocket('ws://localhost/', rest);
  }

  /** @throws SyntaxError for subprotocols, and ConfigurationError for `init` */
  make(href: string, protocols: unknown, init: unknown): ReckerWebSocket {
    const isInit =
      isObject(protocols) &&
      !Array.isArray(protocols) &&
      isPlain(protocols) &&
      !(Symbol.iterator in protocols);
    const members = isInit ? protocols : isObject(init) ? init : NOTHING;
    const own = (name: string): unknown => (Object.hasOwn(members, name) ? members[name] : undefined);
    const named = isInit || protocols === undefined ? (own('protocols') ?? []) : protocols;
    const list = readProtocols(named);
    const options: Record<string, unknown> = {};
    if (list.length > 0) options.protocols = list;
    if (members !== NOTHING) this.#read(own, options);
    return this.#client.websocket(href, Object.keys(options).length === 0 ? undefined : options);
  }

  #read(own: (name: string) => unknown, options: Record<string, unknown>): void {
    if (isObject(own('agent')) || typeof own('agent') === 'function') {
      throw new ConfigurationError(
        'agent',
        'agent is not supported, and dialling past a proxy in silence would be worse: use webSocketClass({ proxy }), or dispatcher',
      );
    }
    for (const name of SAME_NAMES) {
      if (own(name) !== undefined) options[name] = own(name);
    }
    if (own('handshakeTimeout') !== undefined) options.connectTimeout = own('handshakeTimeout');
    const tls = TLS_NAMES.filter((name) => own(name) !== undefined);
    if (tls.length > 0) {
      const given = Object.fromEntries(tls.map((name) => [name, own(name)]));
      options.tls = provided(this.#bound.tls, (bound) => ({ ...bound, ...given }));
    }
    const headers = own('headers');
    const origin = own('origin');
    if (headers === undefined && origin === undefined) return;
    const given = pairsOf(headers);
    if (given === undefined) options.headers = headers;
    else {
      const over = origin === undefined ? given : [...without(given, [['origin']]), ['Origin', origin]];
      options.headers = provided<HeadersInput>(
        this.#bound.headers,
        (bound) => [...without(pairsOf(bound) ?? [], over), ...over] as HeadersInput,
      );
    }
  }
}

const NOTHING: Members = Object.freeze({});

type Pair = readonly unknown[];

/** Headers as pairs; undefined where they are no headers. */
function pairsOf(headers: unknown): readonly Pair[] | undefined {
  if (headers === undefined) return [];
  if (!isObject(headers)) return undefined;
  const iterable = headers as unknown as Partial<Iterable<Pair>>;
  return typeof iterable[Symbol.iterator] === 'function'
    ? [...(iterable as Iterable<Pair>)]
    : isPlain(headers)
      ? Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => [name, each]))
      : undefined;
}

/** Pairs whose name is not among those of `others`. Names are compared without case. */
function without(pairs: readonly Pair[], others: readonly Pair[]): Pair[] {
  const names = new Set(others.map(([name]) => String(name).toLowerCase()));
  return pairs.filter(([name]) => !names.has(String(name).toLowerCase()));
}

/** What `change` makes of a value, or of what its provider returns for each dial. */
function provided<Value>(
  bound: Value | Provider<Value | undefined> | undefined,
  change: (bound: Value | undefined) => Value,
): Value | Provider<Value> {
  if (typeof bound !== 'function') return change(bound);
  return async (context) => change(await (bound as Provider<Value | undefined>)(context));
}
