/**
 * The transport's side of the port: how connections are made, and what a transport implements and reports.
 *
 * A transport has no policy, no retry and no timer.
 */
import type { ReckerError } from './errors.js';
import type { ResponseHeaders } from './responseHeaders.js';

/**
 * The features that a transport may support, beyond a URL and subprotocols. Most are named as the option that needs
 * them.
 */
export const TRANSPORT_FEATURES = Object.freeze([
  'headers',
  'proxy',
  'dispatcher',
  'tls',
  'lookup',
  'family',
  'localAddress',
  'perMessageDeflate',
  'maxPayload',
  'maxFrameSize',
  'ping',
  'pause',
] as const);

/** One of {@link TRANSPORT_FEATURES}. */
export type TransportFeature = (typeof TRANSPORT_FEATURES)[number];

/** An address, as `dns.lookup` returns it. */
export interface LookedUpAddress {
  /** The IP address. */
  readonly address: string;
  /** 4 or 6. Default: by the address. */
  readonly family?: number | undefined;
}

/** How names are resolved: a function as `net.connect()` takes it, e.g. `dns.lookup`. Must call `callback` once. */
export type LookupFunction = {
  bivariant(
    hostname: string,
    options: { readonly all: true; readonly family: number; readonly hints: number },
    callback: (error: Error | null, address?: string | readonly LookedUpAddress[], family?: number) => void,
  ): unknown;
}['bivariant'];

/** How the addresses of a host name are found and dialled. */
export interface AddressSettings {
  /** Resolves names, in place of `dns.lookup`. */
  readonly lookup: LookupFunction | undefined;
  /** 4 or 6: addresses of that family only. 0: of both. */
  readonly family: 0 | 4 | 6;
  /** The address of this machine to connect from. Undefined: the system's choice. */
  readonly localAddress: string | undefined;
}

/** The argument of a dial. All properties are own ones, and frozen. */
export interface DialRequest {
  /** A `ws:` or `wss:` URL, without fragment and without user info, which is sent as the header `Authorization`. */
  readonly url: string;
  /** The subprotocols to offer, the preferred one first. */
  readonly protocols: readonly string[];
  /** The headers of the handshake, beside those that the protocol needs. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether to offer permessage-deflate (RFC 7692), or the options of `ws` for it. */
  readonly perMessageDeflate: boolean | Readonly<Record<string, unknown>>;
  /** The size in bytes above which an incoming message ends the connection with 1009. */
  readonly maxPayload: number;
  /**
   * The largest payload of an outgoing frame in bytes: larger messages leave in several frames. Undefined: no limit.
   */
  readonly maxFrameSize?: number | undefined;
  /** The limit in ms of a closing timer that the transport may have. The chart has the deadline that counts. */
  readonly closeTimeout: number;
  /** The option `tls`, checked. */
  readonly tls: Readonly<Record<string, unknown>> | undefined;
  /** The option `proxy`, checked. */
  readonly proxy: unknown;
  /** The option `dispatcher`: an undici `Dispatcher`. */
  readonly dispatcher: unknown;
  /** Milliseconds until the deadline of this dial; `Infinity` where it has none. For waits that must end before it. */
  readonly timeLeft?: () => number;
  /** The same object for all dials of a client: a key for what a transport keeps from one dial to the next. */
  readonly client?: object;
  /** The options `lookup`, `family` and `localAddress`, where at least one is given. */
  readonly addresses?: AddressSettings | undefined;
}

/**
 * Receives what a transport reports. Each method is called at most as often as its comment says, and none after
 * `destroy()`.
 */
export interface TransportObserver {
  /**
   * The upgrade succeeded. Once.
   *
   * @param headers of the 101, where the transport can read them
   */
  opened(protocol: string, extensions: string, headers?: ResponseHeaders): void;
  /**
   * The dial failed. Once, instead of `opened`.
   *
   * @param sentCode the code of the Close that was sent, where the server's answer was refused with one
   */
  failed(error: ReckerError, sentCode?: number): void;
  /**
   * A whole message arrived.
   *
   * @param data text as a string, binary as bytes
   * @param bytes the length of the payload. Default: it is computed
   */
  message(data: string | Uint8Array, isBinary: boolean, bytes?: number): void;
  /**
   * A Pong arrived. It answers its own Ping and all older ones.
   *
   * @param newer how many newer Pings still wait for theirs. Default: 0
   */
  ponged(newer?: number): void;
  /** The answer to `askLiveness()`: whether anything arrived. */
  answered(alive: boolean): void;
  /**
   * The kernel takes no more, and bytes wait in the process. Never within a call of the client.
   *
   * @param before how many bytes the kernel has taken on this connection so far
   */
  filled(before: number): void;
  /**
   * Bytes left for the kernel: `bufferedAmount` may have fallen.
   *
   * @param bytes how many of them the kernel took after `filled()`. Default: 0
   * @param waiting whether others still wait. Default: false
   */
  taken(bytes?: number, waiting?: boolean): void;
  /** The peer's Close arrived; the connection has not ended yet. Once. */
  peerClosed(code: number, reason: string): void;
  /** The peer broke the protocol, and a Close with `sentCode` was sent. Once. */
  peerErred(error: ReckerError, sentCode: number): void;
  /** The connection has ended. Once, after `opened`. The code is 1006 where no Close came. */
  closed(code: number, reason: string, wasClean: boolean, error?: ReckerError): void;
}

/** One dial and the connection it becomes. */
export interface Transport {
  /** False once messages can no longer leave, also where the end of the connection is not reported yet. */
  readonly isWritable: boolean;
  /** Bytes handed to `send()` that the kernel has not taken yet, framing included. */
  readonly bufferedAmount: number;
  /** As `bufferedAmount`, but of the payload only, and kept when the connection ends: what was lost with it. */
  readonly unsentBytes: number;
  /**
   * Sends one message. Only called between `opened` and the end. The caller may reuse the bytes when it has returned.
   *
   * @returns the length of the payload in bytes
   */
  send(data: string | Uint8Array): number;
  /** Writes what was sent to the socket now, instead of at the end of the tick. */
  flush(): void;
  /** Sends a Ping frame (RFC 6455 §5.5.2). */
  ping(): void;
  /** Sets the mark of `askLiveness()`: how much has been received so far. */
  mark(): void;
  /**
   * Asks whether anything arrived since `mark()` or the last question. The answer is `observer.answered()`, after what
   * the kernel holds was read.
   */
  askLiveness(): void;
  /**
   * Starts the closing handshake. The Close leaves within the call, as far as the kernel takes it.
   *
   * @param code `null` for a Close frame without a code and a reason
   */
  close(code: number | null, reason: string): void;
  /** Stops reading the socket, so that the peer's writes stall. */
  pause(): void;
  /** Reads the socket again. */
  resume(): void;
  /** Destroys everything that the dial opened, at once. Nothing is reported afterwards. Idempotent. */
  destroy(): void;
}

/** Makes connections: the option `transport`, for tests and other runtimes. */
export interface TransportFactory {
  /** The transport's name in messages and in the inspector, e.g. `ws`. */
  readonly name: string;
  /** Which options it supports. Another one is a `ConfigurationError` when the client is made. */
  readonly supports: readonly TransportFeature[];
  /** Whether `close()` accepts a code, of those that RFC 6455 §7.4 allows. Default: all. */
  canCloseWith?: ((code: number) => boolean) | undefined;
  /** Called when a client is made, with its options: loads what dials will need. Must not throw. */
  prepare?(options: { readonly proxy: unknown }): void;
  /** Starts one dial. Must not throw: a failure is reported by `observer.failed()`, after this call has returned. */
  dial(request: DialRequest, observer: TransportObserver): Transport;
}
