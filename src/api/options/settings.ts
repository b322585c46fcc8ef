/**
 * Turns checked options into the policy of the chart, the settings of a dial, and the bounds of the queues.
 */

import { type ConnectionPolicy, DEFAULT_POLICY } from '../../machine/index.js';
import {
  type AddressSettings,
  ConfigurationError,
  type DialRequest,
  type GlobalURL,
  NEVER,
  type ParsedUrl,
  type TransportFactory,
} from '../../port/index.js';
import { defaultTransport } from '../platform.js';
import { readProvided } from './checkOptions.js';
import { checkHeaders, checkProtocols, mergeHeaders } from './handshakeRules.js';
import type { Overflow, Provider, ReceiveQueueOptions, WebSocketOptions } from './options.js';
import { OPTION_TABLE, type OptionRule, settled } from './optionTable.js';
import { resolveUrl, splitCredentials } from './urls.js';

/** The parts of a dial that a provider may give. */
type ProvidedPart = 'url' | 'protocols' | 'headers' | 'tls' | 'proxy';

/** What all dials of a client have in common. */
export interface DialSettings extends Omit<DialRequest, ProvidedPart | 'timeLeft' | 'client'> {
  readonly factory: TransportFactory;
  readonly url: ValueOrProvider<Target>;
  readonly protocols: ValueOrProvider<readonly string[]>;
  readonly headers: ValueOrProvider<Readonly<Record<string, string>>>;
  readonly tls: ValueOrProvider<DialRequest['tls']>;
  readonly proxy: ValueOrProvider<unknown>;
}

/** A value, or a provider that returns one for each dial, with the check of what it returns. */
export type ValueOrProvider<Value> =
  | { readonly value: Value }
  | { readonly provider: Provider<unknown>; readonly check: (given: unknown) => Value };

/** Where a dial goes. */
export interface Target {
  /** Without user info, which is in the headers. */
  readonly href: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The bounds of the send queue. */
export interface QueueBounds {
  readonly maxBytes: number;
  readonly maxMessages: number;
  readonly overflow: Overflow;
}

/** The bounds at which reading pauses; it resumes below half of them. */
export type ReceiveBounds = { readonly [Name in keyof ReceiveQueueOptions]-?: number };

/** What `createClient` knows beyond the options of one connection. */
export interface ClientDefaults {
  readonly parseUrl: (given: unknown) => ParsedUrl;
  /** The headers of `createClient()` for a URL; none for URLs of another origin. */
  readonly headersFor: (url: ParsedUrl) => Readonly<Record<string, string>>;
}

/** A URL together with what `createClient()` knows. Not exported to users, so none of their values can be one. */
export class BoundUrl {
  constructor(
    readonly url: string | GlobalURL | Provider<string | GlobalURL>,
    readonly defaults: ClientDefaults,
  ) {}
}

const STANDALONE: ClientDefaults = { parseUrl: (given) => resolveUrl(given), headersFor: () => ({}) };

/** The options that the chart needs, with their defaults. */
export function policyOf(options: WebSocketOptions, factory: TransportFactory): ConnectionPolicy {
  const memberOf = (name: keyof ConnectionPolicy): unknown => {
    if (name === 'prepares') return options.prepare !== undefined;
    // Without Ping frames and without a message in their place there is no heartbeat.
    const isSilent = options.heartbeatMessage === undefined && !factory.supports.includes('ping');
    return name === 'heartbeatInterval' && isSilent ? 0 : settled(options, name);
  };
  if (!POLICY_NAMES.every((name) => newestPolicy[name] === memberOf(name))) {
    const members = POLICY_NAMES.map((name) => [name, memberOf(name)]);
    newestPolicy = Object.freeze(Object.fromEntries(members)) as unknown as ConnectionPolicy;
  }
  return newestPolicy;
}

const POLICY_NAMES = Object.keys(DEFAULT_POLICY) as readonly (keyof ConnectionPolicy)[];

/** Most clients of a program have the same policy: consecutive ones share the object, to save memory. */
let newestPolicy = DEFAULT_POLICY;

/**
 * What all dials of a client have in common.
 *
 * @throws ConfigurationError where the URL cannot be dialled, or the transport cannot do what is asked for
 */
export function dialSettings(
  given: string | GlobalURL | Provider<string | GlobalURL> | BoundUrl,
  options: WebSocketOptions,
): DialSettings {
  const { url, defaults } = given instanceof BoundUrl ? given : { url: given, defaults: STANDALONE };
  const factory = options.transport ?? defaultTransport;
  refuseUnsupported(options, factory);
  if (options.proxy !== undefined) factory.prepare?.({ proxy: options.proxy });
  const resolve = resolver(defaults, factory);
  return {
    factory,
    url: typeof url === 'function' ? { provider: url, check: resolve } : { value: resolve(url) },
    protocols: constant(options.protocols, checkProtocols, NO_PROTOCOLS),
    headers: constant(options.headers, checkHeaders, NO_OWN_HEADERS),
    perMessageDeflate: settled(options, 'perMessageDeflate'),
    maxPayload: settled(options, 'maxPayload'),
    maxFrameSize: options.maxFrameSize,
    // The chart's deadline counts, and it may be extended: the engine's own must not come before it.
    closeTimeout: NEVER,
    tls: constant(options.tls, (given) => readProvided('tls', given) as DialRequest['tls'], LEFT_OUT),
    proxy: constant(options.proxy, (given) => readProvided('proxy', given), LEFT_OUT),
    dispatcher: options.dispatcher,
    addresses: addressSettings(options),
  };
}

/** Undefined where none of these options is given, as in most clients. */
function addressSettings(options: WebSocketOptions): AddressSettings | undefined {
  const { lookup, family, localAddress } = options;
  if (lookup === undefined && family === undefined && localAddress === undefined) return undefined;
  return Object.freeze({ lookup, family: settled(options, 'family'), localAddress });
}

/** Credentials in a URL become a header. The headers of `createClient()` override it, and the option `headers` overrides both. */
function resolver(
  { parseUrl, headersFor }: ClientDefaults,
  factory: TransportFactory,
): (given: unknown) => Target {
  return (given) => {
    const url = parseUrl(given);
    const { href, authorization } = splitCredentials(url);
    const credentials = authorization === undefined ? undefined : { Authorization: authorization };
    const headers = mergeHeaders(credentials, headersFor(url));
    if (!factory.supports.includes('headers') && Object.keys(headers).length > 0) {
      const [name, what] =
        credentials === undefined ? ['headers', 'headers'] : ['url', 'user info in the url'];
      throw new ConfigurationError(name, `${what} cannot be sent with the transport ${factory.name}`);
    }
    return { href, headers };
  };
}

/** For options that are not given. All clients share them, to save memory. */
const NO_PROTOCOLS = Object.freeze({ value: checkProtocols(undefined) });
const LEFT_OUT = Object.freeze({ value: undefined });
const NO_OWN_HEADERS = Object.freeze({ value: checkHeaders(undefined) });

function constant<Value>(
  given: unknown,
  check: (given: unknown) => Value,
  leftOut: ValueOrProvider<Value>,
): ValueOrProvider<Value> {
  if (given === undefined) return leftOut;
  return typeof given === 'function'
    ? { provider: given as Provider<unknown>, check }
    : { value: check(given) };
}

/** Refuses each option that the transport cannot honour: none is silently ignored. */
function refuseUnsupported(options: WebSocketOptions, factory: TransportFactory): void {
  for (const name of Object.keys(options) as (keyof WebSocketOptions)[]) {
    const { needs }: OptionRule = OPTION_TABLE[name];
    if (needs === undefined || options[name] === false || factory.supports.includes(needs)) continue;
    // What arrives while `prepare` runs has bounds without pausing, too.
    if (name === 'receiveQueue' && options.prepare !== undefined) continue;
    throw new ConfigurationError(name, `${name} is not possible with the transport ${factory.name}`);
  }
  // Only a heartbeat that was asked for is refused: by default there is none without Ping frames.
  const { heartbeatInterval, heartbeatMessage } = options;
  const wantsPings = Boolean(heartbeatInterval) && heartbeatMessage === undefined;
  if (wantsPings && !factory.supports.includes('ping')) {
    throw new ConfigurationError(
      'heartbeatInterval',
      `heartbeatInterval needs heartbeatMessage with the transport ${factory.name}, which cannot send Ping frames`,
    );
  }
}

/** The bounds of the send queue; undefined where there is none. */
export function sendBounds({ sendQueue }: WebSocketOptions): QueueBounds | undefined {
  return sendQueue === false ? undefined : withMembers(OPTION_TABLE.sendQueue.default, sendQueue);
}

/** The bounds of each iterator. */
export function receiveBounds({ receiveQueue }: WebSocketOptions): ReceiveBounds {
  return withMembers(OPTION_TABLE.receiveQueue.default, receiveQueue);
}

/** The default members, and over them the own members of `given` that are not `undefined`. */
function withMembers<Members extends object>(byDefault: Members, given: object | undefined): Members {
  if (given === undefined) return byDefault;
  const members = Object.entries(given).filter(([, member]) => member !== undefined);
  return { ...byDefault, ...Object.fromEntries(members) };
}
