/**
 * The transport's side of the port: how connections are made, and what whoever moves bytes implements and reports.
 *
 * No policy, no retry and no timer belongs here.
 */
import type { ReckerError } from './errors.js';
import type { ResponseHeaders } from './responseHeaders.js';

/** What a transport may be asked for beyond a URL and subprotocols. */
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

/** An address, as lookups give it. */
export interface LookedUpAddress {
  readonly address: string;
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

/** How the addresses of a name are found and dialled. */
export interface AddressSettings {
  readonly lookup: LookupFunction | undefined;
  /** 4 or 6: addresses of that family alone. 0: of both. */
  readonly family: 0 | 4 | 6;
  /** The address of this machine from which sockets are opened. */
  readonly localAddress: string | undefined;
}

/** Everything that one dial needs. Own, frozen properties only. */
export interface DialRequest {
  /** `ws:` or `wss:`, without user info (it travels as an `Authorization` header) and without a fragment. */
  readonly url: string;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** True, or the engine's options, where permessage-deflate (RFC 7692) is to be offered. */
  readonly perMessageDeflate: boolean | Readonly<Record<string, unknown>>;
  /** Bytes; larger messages end the connection with 1009. */
  readonly maxPayload: number;
  /** Bytes of payload that a frame may hold: larger messages leave in several. Undefined: there is no bound. */
  readonly maxFrameSize?: number | undefined;
  /** Milliseconds that the engine's own closing timer may take at the most; the chart's deadline is the one that counts. */
  readonly closeTimeout: number;
  readonly tls: Readonly<Record<string, unknown>> | undefined;
  /** The api's checked proxy settings; their shape is the transport's business. */
  readonly proxy: unknown;
  /** An undici `Dispatcher`. */
  readonly dispatcher: unknown;
  /** Milliseconds until the deadline of this dial; `Infinity` where it has none. For waits that must not outlast it. */
  readonly timeLeft?: () => number;
  /** One object for all dials of a client: the key of what a transport keeps from one dial to the next. */
  readonly client?: object;
  /** The options `lookup`, `family` and `localAddress`, where one is given. */
  readonly addresses?: AddressSettings | undefined;
}

/** How a transport reports. Each method is called at most as often as its comment says, none after `destroy()`. */
export interface TransportObserver {
  /** Once: the upgrade succeeded. `headers` are those of the 101, where the transport can read them. */
  opened(protocol: string, extensions: string, headers?: ResponseHeaders): void;
  /** Once, instead of `opened`. */
  failed(error: ReckerError, sentCode?: number): void;
  /** A whole message: text as a string, binary as bytes. `bytes` is its payload's length, where that is known. */
  message(data: string | Uint8Array, isBinary: boolean, bytes?: number): void;
  /** A Pong, which answers its own Ping and all older ones. `newer`: how many newer Pings still wait. Default: 0. */
  ponged(newer?: number): void;
  /** The answer to `askLiveness()`. */
  answered(alive: boolean): void;
  /**
   * The kernel takes no more, and bytes wait in the process. Never within a call of the client's.
   *
   * @param before how many bytes the kernel took on this connection so far
   */
  filled(before: number): void;
  /**
   * Bytes left for the kernel: `bufferedAmount` may have fallen.
   *
   * @param bytes how many of them the kernel took after `filled()`. Default: 0
   * @param waiting whether others still wait for it. Default: false
   */
  taken(bytes?: number, waiting?: boolean): void;
  /** Once: the peer's Close came; the connection is not gone yet. */
  peerClosed(code: number, reason: string): void;
  /** Once: the peer broke the protocol and a Close with `sentCode` was sent to it. */
  peerErred(error: ReckerError, sentCode: number): void;
  /** Once, after `opened`: the connection is gone. */
  closed(code: number, reason: string, wasClean: boolean, error?: ReckerError): void;
}

/** One dial and the connection it becomes. */
export interface Transport {
  /** False once messages can no longer leave, also where the end of the connection is not told yet. */
  readonly isWritable: boolean;
  /** Bytes handed to `send()` that the kernel has not taken yet, framing included. */
  readonly bufferedAmount: number;
  /** As `bufferedAmount`, but payload only and kept when the connection ends: what a loss took along. */
  readonly unsentBytes: number;
  /**
   * Hands one message over and returns its payload's length in bytes. Only called between `opened` and the
   * end. The caller may reuse the bytes after it returns.
   */
  send(data: string | Uint8Array): number;
  /** Lets what was handed over leave now, instead of at the end of the tick. */
  flush(): void;
  /** Sends a Ping frame (RFC 6455 §5.5.2). */
  ping(): void;
  /** Remembers how much has been received, as the mark for `askLiveness()`. */
  mark(): void;
  /**
   * Asks whether anything came since `mark()` or the last question; answered through the observer after what the
   * kernel holds was read.
   */
  askLiveness(): void;
  /** Starts the closing handshake. The Close leaves in this call, as far as the kernel takes it. */
  close(code: number, reason: string): void;
  /** Stops reading the socket, so that the peer feels it. */
  pause(): void;
  resume(): void;
  /** Ends everything that the dial opened, now. Idempotent. Nothing is told afterwards. */
  destroy(): void;
}

/** The seam for tests and other runtimes: how connections are made. */
export interface TransportFactory {
  /** For messages and the inspector, e.g. `ws`. */
  readonly name: string;
  /** Which options it can honour. Asking for another one is a `ConfigurationError`. */
  readonly supports: readonly TransportFeature[];
  /** Which of the codes that RFC 6455 §7.4 allows `close()` may be given here. Default: all of them. */
  canCloseWith?: ((code: number) => boolean) | undefined;
  /** Called when a client is made, with options that it was given: loads what dials will need. Must not throw. */
  prepare?(options: { readonly proxy: unknown }): void;
  /** Starts one dial. Must not throw: what fails goes to `observer.failed`, and not before this call has returned. */
  dial(request: DialRequest, observer: TransportObserver): Transport;
}
