/**
 * The port between the chart and the network: what the chart may ask of a socket, and what a socket tells it.
 *
 * Two layers meet here. The chart's side is `SocketPort` (commands) and `SocketFact` (events); it sees no
 * message. The transport's side is `TransportFactory`, `Transport` and `TransportObserver`; everything that
 * moves bytes implements those. The api joins the two. No policy, no retry and no timer belongs to either.
 */
import type { Hop, ReckerError, ResponseHeaders } from './errors.js';
import type { SendProgress } from './sendProgress.js';

/** How a dial or a connection ended. */
export interface Loss {
  /** The peer's close code; 1005 where its Close held none, 1006 where no Close came (RFC 6455 §7.1.5). */
  readonly code: number;
  /** The peer's close reason. */
  readonly reason: string;
  /** True where both sides sent a Close and the connection then ended (RFC 6455 §7.1.4). */
  readonly wasClean: boolean;
  /** The code of the Close that this side sent on its own account, e.g. 1002 for a protocol error of the peer. */
  readonly sentCode?: number | undefined;
  /** What went wrong, where something did. */
  readonly error?: ReckerError | undefined;
}

/** What a socket tells the chart. Facts are past tense. */
export type SocketFact =
  | { readonly type: 'socket.opened' }
  | { readonly type: 'socket.failed'; readonly loss: Loss }
  | { readonly type: 'socket.peerClosed'; readonly code: number; readonly reason: string }
  | { readonly type: 'socket.peerErred'; readonly sentCode: number; readonly error: ReckerError }
  | { readonly type: 'socket.closed'; readonly loss: Loss }
  /** The newest heartbeat was answered: by its Pong (RFC 6455 §5.5.3), or by a message that stands for one. */
  | { readonly type: 'socket.ponged' }
  /** Bytes begin to wait, since the kernel takes no more. */
  | { readonly type: 'socket.filled'; readonly sending: SendProgress }
  /**
   * The answer to `askLiveness()`: whether anything was received since the mark, and, where the kernel was ever
   * full on this connection, how the bytes on their way out move.
   */
  | { readonly type: 'socket.answered'; readonly alive: boolean; readonly sending?: SendProgress };

/** What the chart may ask of the one socket it invokes. No method throws. */
export interface SocketPort {
  /** Sends a heartbeat and marks what has been received so far. */
  ping(): void;
  /** Sends another heartbeat, and leaves the mark where it is. */
  pingAgain(): void;
  /** Asks whether anything came since the last `ping()`; answered by `socket.answered`, never in the same tick's timers. */
  askLiveness(): void;
  /** The process was stopped for a while: the time for which nothing moved is forgotten. Default: there is no such time. */
  forgetSilence?(): void;
  /** Starts the closing handshake (RFC 6455 §7.1.2). */
  close(code: number, reason: string): void;
  /** Ends everything that the dial opened, now. Nothing is told afterwards. */
  destroy(): void;
}

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

/** What `shouldReconnect` is asked about. */
export interface Failure {
  /** Reconnection attempts used so far: 0 for the loss of a first or an established connection. */
  readonly attempt: number;
  /** What ended it, where there was an error. */
  readonly error?: ReckerError | undefined;
  /** The close code; 1006 where no Close came. */
  readonly code: number;
  /** The code of the Close that the client sent because the peer broke the protocol. */
  readonly sentCode?: number | undefined;
  /** The peer's reason; `''` where no Close came. */
  readonly reason: string;
  /** Whether the peer's Close came and ours left. */
  readonly wasClean: boolean;
  /** The HTTP status where the handshake was answered otherwise than with a valid 101. */
  readonly status?: number | undefined;
  /** Of that answer, with names in small letters. */
  readonly headers?: ResponseHeaders | undefined;
  /** Where it failed, if known. */
  readonly hop?: Hop | undefined;
  /** How long the connection had been open, in milliseconds; 0 for a dial that failed. */
  readonly uptime: number;
  /** Whether the client has been open since `connect()`, whatever the address was. */
  readonly hasBeenOpen: boolean;
}
