/**
 * The options: type, unit, sentence and default, as users read them. What is allowed, and the defaults that the code uses,
 * are in optionTable.ts; a test holds the two together.
 *
 * `scripts/options-table.ts` renders the table of docs/options.md from the doc comments of `WebSocketOptions`. A number
 * begins its comment with its unit ("Milliseconds", "Bytes", "How many"); `@default` is a value of JavaScript where the
 * table has one, with an explanation in parentheses if need be, and otherwise words.
 *
 * Optional members are written `name?: Type | undefined`, here and in every public type: `undefined` means the
 * default, also for a program that is compiled with `exactOptionalPropertyTypes`.
 */
import type { Jitter } from '../../machine/index.js';
import type {
  Failure,
  GlobalAbortSignal,
  LookupFunction,
  ReckerError,
  TransportFactory,
} from '../../port/index.js';
import type { SendData, Session, WebSocketMessage, WebSocketStats } from '../types.js';

/** The argument of a provider: the dial that it is called for. */
export interface ProviderContext {
  /** 0 for a first dial, n for the n-th after a loss. */
  readonly attempt: number;
  /** Aborts when the dial ends, for any reason. */
  readonly signal: GlobalAbortSignal;
  /** The error of the former dial or connection. */
  readonly lastFailure?: ReckerError | undefined;
}

/** A function that is called once for each dial, e.g. to get a new token. If it throws, the attempt has failed. */
export type Provider<Value> = (context: ProviderContext) => Value | Promise<Value>;

/** Timers and time of a client. XState's `SimulatedClock` with a `now()` fits, too. */
export interface Clock {
  /** Calls `callback` after `milliseconds`. */
  setTimeout(callback: () => void, milliseconds: number): unknown;
  /** Stops a timer that `setTimeout()` returned. Does nothing for one that has fired. */
  clearTimeout(id: unknown): void;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Headers: a record, a `Headers`, a `Map`, or another iterable of pairs. */
export type HeadersInput =
  | Readonly<Record<string, string>>
  | Iterable<readonly [name: string, value: string]>
  /** A `Headers` where the `lib` of the program does not declare it as iterable. */
  | { get(name: string): string | null; forEach(visit: (value: string, name: string) => void): void };

/** Anything that dispatches as undici's `Dispatcher` does; structural, so that any supported version of undici fits. */
export interface DispatcherLike {
  /** Starts a request; `handler` receives its outcome. */
  dispatch(options: unknown, handler: unknown): boolean;
}

/** The members of an inspection event that are typed here; XState's `InspectionEvent` fits. */
export interface InspectionEventLike {
  /** E.g. `@xstate.snapshot`. */
  readonly type: string;
  /** The session id of the client's chart: the same for all its events. */
  readonly rootId: string;
}

/** Reads the counters of a client; `undefined` once the client was garbage-collected. */
export type LookAtClient = () => { readonly url: string; readonly stats: WebSocketStats } | undefined;

/** What an inspector may know of a client's options: what its chart does not show. */
export interface ClientTraits {
  /** The option `clock`. */
  readonly clock: { now(): number } | undefined;
  /** Whether the option `shouldReconnect` is given. */
  readonly shouldReconnect: boolean;
  /** Whether the option `heartbeatMessage` is given. */
  readonly heartbeatMessage: boolean;
}

/** An inspector, as XState's `inspect` takes it: a function or an observer. */
export type Inspect =
  | { bivariant(event: InspectionEventLike): void }['bivariant']
  | {
      next?: { bivariant(event: InspectionEventLike): void }['bivariant'] | undefined;
      /**
       * Not in XState: called once for each client, before its first event. The live view and the recorder read counters
       * through it.
       */
      watch?: ((rootId: string, look: LookAtClient, traits: ClientTraits) => void) | undefined;
    };

/** TLS settings, with the names and values of Node's `tls.connect()`. */
export interface TLSOptions {
  /** Trusted certificate authorities, PEM. Replaces the well-known ones. */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** The client's certificate chain, PEM. */
  cert?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** The client's private key, PEM. */
  key?: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Of the private key. */
  passphrase?: string | undefined;
  /** The client's certificate and key as PKCS#12. */
  pfx?: string | Uint8Array | undefined;
  /** Whether the dial fails if the certificate cannot be verified. @default true */
  rejectUnauthorized?: boolean | undefined;
  /** The name for SNI and verification. @default the host of the URL, without a trailing dot */
  servername?: string | undefined;
  /** The oldest TLS version that is accepted. @default Node's */
  minVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** The newest TLS version that is accepted. @default Node's */
  maxVersion?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** OpenSSL cipher list. @default Node's */
  ciphers?: string | undefined;
  /** OpenSSL options, a sum of `crypto.constants.SSL_OP_…`. @default Node's */
  secureOptions?: number | undefined;
  /** Protocols to offer by ALPN (RFC 7301); an empty list offers none. @default ['http/1.1'] */
  alpnProtocols?: readonly string[] | undefined;
  /** Replaces Node's check that the certificate belongs to the host. */
  checkServerIdentity?: ((host: string, certificate: never) => Error | undefined) | undefined;
}

/** A proxy, and how it is used. */
export interface ProxyOptions {
  /** `http:`, `https:`, `socks:`, `socks4:`, `socks4a:`, `socks5:` or `socks5h:`. */
  url: string;
  /** Credentials; they replace those in `url`. */
  auth?: { username: string; password: string } | undefined;
  /** The value of `Proxy-Authorization`, e.g. `Bearer …`. */
  token?: string | undefined;
  /** Headers of the CONNECT request. */
  headers?: HeadersInput | undefined;
  /** Hosts to dial directly: `host`, `host:port`, `*.suffix` or CIDR. */
  bypass?: string | readonly string[] | undefined;
  /** TLS of the server; replaces the option `tls`. */
  requestTls?: TLSOptions | undefined;
  /** TLS of the proxy. */
  proxyTls?: TLSOptions | undefined;
}

/** What happens to a message that does not fit into the send queue. */
export type Overflow = 'reject' | 'drop-oldest';

/** Bounds of the messages that wait in the client. */
export interface SendQueueOptions {
  /** Bytes: the payload, and 400 for each message, which is what holding it costs. @default 67108864 (64 MiB) */
  maxBytes?: number | undefined;
  /** Messages; 0 = a message that cannot be sent now is refused, as with `sendQueue: false`. @default Infinity */
  maxMessages?: number | undefined;
  /** Refuse the new message, or drop the oldest ones. @default 'reject' */
  overflow?: Overflow | undefined;
}

/** Bounds of the unread messages of an iterator or `pipeTo`. */
export interface ReceiveQueueOptions {
  /** Bytes: the payload, and 400 for each message. @default 1048576 (1 MiB) */
  maxBytes?: number | undefined;
  /** Messages; 0 is the same as 1. @default 1024 */
  maxMessages?: number | undefined;
}

/** The options. Each is checked when the client is made; `undefined` means the default. */
export interface WebSocketOptions {
  /** Subprotocols in order of preference (RFC 6455 §1.9). @default none */
  protocols?: string | readonly string[] | Provider<string | readonly string[] | undefined> | undefined;
  /** Headers of the opening handshake. @default none */
  headers?: HeadersInput | Provider<HeadersInput | undefined> | undefined;
  /** Dial through this undici dispatcher (Agent, Pool, ProxyAgent, composed …). @default none */
  dispatcher?: DispatcherLike | undefined;
  /**
   * Dial through this proxy. `'env'` reads HTTPS_PROXY, ALL_PROXY and NO_PROXY in upper or lower case, and http_proxy in
   * lower case only, as curl does. undici's forms of NO_PROXY are read, too. @default none
   */
  proxy?: string | ProxyOptions | Provider<string | ProxyOptions | undefined> | undefined;
  /** TLS of the server. @default Node's, ALPN `http/1.1` */
  tls?: TLSOptions | Provider<TLSOptions | undefined> | undefined;
  /**
   * Resolves the name of the server, or of the proxy, e.g. `dns.lookup` or a function that caches. Dials of the same name
   * with the same function share one call, so it must call back. @default Node's
   */
  lookup?: LookupFunction | undefined;
  /** Dial only IPv4 addresses (4) or only IPv6 addresses (6); 0 = both. @default 0 */
  family?: 0 | 4 | 6 | undefined;
  /** The IP address of this machine to connect from. Only addresses of its family are dialled. @default none */
  localAddress?: string | undefined;
  /** Offer permessage-deflate (RFC 7692): true, or the options of `ws`. @default false */
  perMessageDeflate?: boolean | Record<string, unknown> | undefined;
  /** Reconnect after every loss that the client did not ask for. @default false */
  reconnect?: boolean | undefined;
  /** Milliseconds before attempt 1. Attempt n waits `reconnectDelay * 2^(n-1)`, up to `maxReconnectDelay`. @default 1000 */
  reconnectDelay?: number | undefined;
  /** Milliseconds that the delay before an attempt is at most. @default 30000 */
  maxReconnectDelay?: number | undefined;
  /** How much of the delay is random: nothing, half of it, or all of it. The names are those of AWS. @default 'none' */
  reconnectJitter?: Jitter | undefined;
  /**
   * How many dials may follow a loss; 0 = never give up. With `minUptime` 0, only dials that fail one after another
   * count. @default 5
   */
  maxReconnectAttempts?: number | undefined;
  /**
   * Milliseconds that a connection must last before the attempts are counted from 1 again; 0 = they are at `open`. With
   * 0, a server that accepts and then closes is dialled after `reconnectDelay`, without end. @default 0
   */
  minUptime?: number | undefined;
  /** Decides whether to reconnect after a loss. A number is the delay, in milliseconds. @default defaultShouldReconnect */
  shouldReconnect?: ((failure: Failure) => boolean | number) | undefined;
  /** Milliseconds between Pings; 0 = no heartbeat. @default 30000 */
  heartbeatInterval?: number | undefined;
  /** Milliseconds that a Ping may stay unanswered. Any byte received counts as an answer. @default 10000 */
  heartbeatTimeout?: number | undefined;
  /** Milliseconds for providers, DNS, TCP, proxy, TLS and upgrade together; 0 = no limit. @default 10000 */
  connectTimeout?: number | undefined;
  /**
   * What has to happen on each new connection before it counts as open: log in, subscribe, resume. The connection is open
   * when the function returns, or its promise resolves; what it throws is a failed attempt. @default none
   */
  prepare?: ((session: Session) => void | Promise<void>) | undefined;
  /** Milliseconds that `prepare` may take. No heartbeat runs yet, so this is what finds a dead link. @default 10000 */
  prepareTimeout?: number | undefined;
  /**
   * Milliseconds to wait for the peer's Close before the socket is destroyed; 0 = the Close is sent, and
   * the peer's is not waited for. @default 5000
   */
  closeTimeout?: number | undefined;
  /** Make every `send()` wait for the drain. @default false */
  awaitDrain?: boolean | undefined;
  /** Bytes; drained means that `bufferedAmount` is at or below this number. @default 16384 */
  highWaterMark?: number | undefined;
  /** Bytes that the socket has and the kernel has not taken; above it messages wait in the client. @default 1048576 (1 MiB) */
  maxInFlight?: number | undefined;
  /**
   * Bounds of the messages that wait in the client. `maxBytes` counts the payload and 400 bytes for each message. With
   * `false`, or `maxMessages` 0, a message that cannot be sent now is refused.
   * @default { maxBytes: 67108864, maxMessages: Infinity, overflow: 'reject' }
   */
  sendQueue?: SendQueueOptions | false | undefined;
  /**
   * Bounds of the unread messages at which an iterator or `pipeTo()` stops reading the socket, and of those that arrive
   * while `prepare` runs. `maxBytes` counts as in `sendQueue`. `maxMessages` 0 is the same as 1.
   * @default { maxBytes: 1048576, maxMessages: 1024 }
   */
  receiveQueue?: ReceiveQueueOptions | undefined;
  /** Bytes; a larger incoming message (after inflating) closes the connection with 1009. @default 104857600 (100 MiB) */
  maxPayload?: number | undefined;
  /**
   * Bytes; a larger message is sent in several frames, each with at most this payload (RFC 6455 §5.4). AWS API Gateway
   * takes 32 KB. With compression, it holds for 64 bytes and more. @default none
   */
  maxFrameSize?: number | undefined;
  /** When it aborts, the client ends for good. @default none */
  signal?: GlobalAbortSignal | undefined;
  /** Gets every state change, with secrets redacted. It takes what XState's `inspect` takes. @default none */
  inspect?: Inspect | undefined;
  /** How connections are made, for tests and other runtimes. @default `ws` in Node, the native WebSocket in browsers */
  transport?: TransportFactory | undefined;
  /** Timers and time, e.g. virtual ones in tests. @default the platform's */
  clock?: Clock | undefined;
  /** Returns a number from 0 to below 1, for the jitter. @default Math.random */
  random?: (() => number) | undefined;
  /** A message to send as heartbeat, in place of a Ping frame. @default none */
  heartbeatMessage?: SendData | (() => SendData) | undefined;
  /** Returns whether a message answers `heartbeatMessage`. @default any message does */
  isHeartbeatReply?: ((message: WebSocketMessage) => boolean) | undefined;
  /** Connect a microtask after the client is made; else the first use connects. @default false (true in `client.websocket()`) */
  autoConnect?: boolean | undefined;
}
