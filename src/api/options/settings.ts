/**
 * From checked options to what the parts need: the chart's policy, the dial's settings, the queues' bounds.
 */

import { type ConnectionPolicy, DEFAULT_POLICY } from '../../machine/index.js';
import {
  type AddressSettings,
  ConfigurationError,
  type DialRequest,
  type GlobalURL,
  MAX_DELAY,
  type TransportFactory,
} from '../../port/index.js';
import { defaultTransport } from '../platform.js';
import { readProvided } from './checkOptions.js';
import { checkHeaders, checkProtocols, mergeHeaders } from './handshakeRules.js';
import type { Overflow, Provider, ReceiveQueueOptions, WebSocketOptions } from './options.js';
import { OPTION_TABLE, type OptionRule, settled } from './optionTable.js';
import { resolveUrl, splitCredentials } from './urls.js';

/** What of a dial may be given by a provider. */
type ProvidedPart = 'url' | 'protocols' | 'headers' | 'tls' | 'proxy';

/** Everything about a dial that stays the same from one to the next. */
export interface DialSettings extends Omit<DialRequest, ProvidedPart | 'timeLeft' | 'client'> {
  readonly factory: TransportFactory;
  readonly url: Constant<Target>;
  readonly protocols: Constant<readonly string[]>;
  readonly headers: Constant<Readonly<Record<string, string>>>;
  readonly tls: Constant<DialRequest['tls']>;
  readonly proxy: Constant<unknown>;
}

/** A value, or the user's function that makes one for each dial, and what is made of that. */
export type Constant<Value> =
  | { readonly value: Value }
  | { readonly provider: Provider<unknown>; readonly check: (given: unknown) => Value };

/** What is dialled. */
export interface Target {
  /** Without user info: that is in the headers. */
  readonly href: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The bounds of the send queue; infinite where there is none. */
export interface QueueBounds {
  readonly maxBytes: number;
  readonly maxMessages: number;
  readonly overflow: Overflow;
}

/** The bounds at which reading pauses; it resumes below half of them. */
export type ReceiveBounds = { readonly [Name in keyof ReceiveQueueOptions]-?: number };

/** What `createClient` knows beyond the options of one connection. */
export interface ClientDefaults {
  readonly parseUrl: (given: unknown) => URL;
  /** The client's own headers for a URL: none where it is not theirs. */
  readonly headersFor: (url: URL) => Readonly<Record<string, string>>;
}

/** A URL together with what its client knows. Made here alone, so that it cannot be handed in from outside. */
export class BoundUrl {
  constructor(
    readonly url: string | GlobalURL | Provider<string | GlobalURL>,
    readonly defaults: ClientDefaults,
  ) {}
}

const STANDALONE: ClientDefaults = { parseUrl: (given) => resolveUrl(given), headersFor: () => ({}) };

/** The numbers of the options, over the defaults. */
export function policyOf(options: WebSocketOptions, factory: TransportFactory): ConnectionPolicy {
  const policy = freshPolicy(options, factory);
  const isSame = POLICY_NAMES.every((name) => policy[name] === newestPolicy[name]);
  if (!isSame) newestPolicy = policy;
  return newestPolicy;
}

const POLICY_NAMES = Object.keys(DEFAULT_POLICY) as readonly (keyof ConnectionPolicy)[];

/** Those that are options by the same name. */
const OPTION_NAMES = POLICY_NAMES.filter((name) => name !== 'prepares');

/** Clients are mostly made alike: those that follow each other share one policy, for memory. */
let newestPolicy = DEFAULT_POLICY;

function freshPolicy(options: WebSocketOptions, factory: TransportFactory): ConnectionPolicy {
  const policy: Record<string, unknown> = { prepares: options.prepare !== undefined };
  for (const name of OPTION_NAMES) policy[name] = settled(options, name);
  // Without Ping frames and a message in their place there is nothing to send.
  if (!factory.supports.includes('ping') && options.heartbeatMessage === undefined)
    policy.heartbeatInterval = 0;
  return Object.freeze(policy) as unknown as ConnectionPolicy;
}

/**
 * What each dial of a client has in common.
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
    closeTimeout: MAX_DELAY,
    tls: constant(options.tls, (given) => readProvided('tls', given) as DialRequest['tls'], LEFT_OUT),
    proxy: constant(options.proxy, (given) => readProvided('proxy', given), LEFT_OUT),
    dispatcher: options.dispatcher,
    addresses: addressSettings(options),
  };
}

/** Undefined where none of its options is given, as for most clients. */
function addressSettings(options: WebSocketOptions): AddressSettings | undefined {
  const { lookup, family, localAddress } = options;
  if (lookup === undefined && family === undefined && localAddress === undefined) return undefined;
  return Object.freeze({ lookup, family: settled(options, 'family'), localAddress });
}

/** Credentials in a URL travel as a header; the option `headers` wins over them, and over the client's own. */
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

/** What the options come to that are left out: shared, for memory. */
const NO_PROTOCOLS = Object.freeze({ value: checkProtocols(undefined) });
const LEFT_OUT = Object.freeze({ value: undefined });
const NO_OWN_HEADERS = Object.freeze({ value: checkHeaders(undefined) });

function constant<Value>(
  given: unknown,
  check: (given: unknown) => Value,
  leftOut: Constant<Value>,
): Constant<Value> {
  if (given === undefined) return leftOut;
  return typeof given === 'function'
    ? { provider: given as Provider<unknown>, check }
    : { value: check(given) };
}

/** What a transport cannot do is refused by name, never silently left out. */
function refuseUnsupported(options: WebSocketOptions, factory: TransportFactory): void {
  for (const [name, value] of Object.entries(options)) {
    const { needs }: OptionRule = OPTION_TABLE[name as keyof WebSocketOptions];
    if (needs === undefined || value === false || factory.supports.includes(needs)) continue;
    // What arrives while `prepare` runs has bounds without pausing, too.
    if (name === 'receiveQueue' && options.prepare !== undefined) continue;
    throw new ConfigurationError(name, `${name} is not possible with the transport ${factory.name}`);
  }
  // The default is no wish: without Ping frames there is then no heartbeat.
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
