/**
 * The one interface through which a day sees a client. An adapter is a thin translation: it uses its library as
 * that library's own documentation shows, with the options that serve best, and adds nothing of its own.
 */

/** What a client reported to its user. */
export type Kind = 'open' | 'message' | 'close' | 'error' | 'refused' | 'over';

/**
 * One report. `refused`: a message that will not be sent, named by the client. `over`: the client says that it has
 * given up, or that no dial will follow.
 */
export interface Happening {
  readonly kind: Kind;
  /** ms since the session was made. */
  readonly at: number;
  /** Of a message: text as a string, bytes as a Buffer. */
  readonly data?: unknown;
  /** Of a close. */
  readonly code?: number;
  readonly reason?: string;
  /** Of a close: bytes that the client says were lost with the connection. */
  readonly unsentBytes?: number;
  /** Of an error, where the client has it: the HTTP status of a refused handshake, as a property or in the text. */
  readonly status?: number;
  readonly message?: string;
}

/** What became of a message, as far as the client says. */
export interface Sent {
  /**
   * `accepted`: the call returned, and the client says no more. `waiting`: it will say later. `sent`: reported as
   * handed to the socket. `refused`: reported as not sent: a throw, a callback with an error, a rejection.
   */
  fate: 'accepted' | 'waiting' | 'sent' | 'refused';
  error?: string;
}

/** All in ms. The same for every client, in that client's own options; what it has no option for is left out. */
export interface Settings {
  /** How often a Ping is sent, where the client or its documentation has a heartbeat; its timeout is half of that. Default 1000. */
  readonly heartbeat?: number;
  /** Default 2000. */
  readonly connectTimeout?: number;
  /** The first delay of a reconnection. Default 200. */
  readonly reconnectDelay?: number;
  /** The longest delay. Default 1000. */
  readonly maxReconnectDelay?: number;
  /** How long a Close may stay unanswered. Default 2000. */
  readonly closeTimeout?: number;
  /** Handshake headers, where `has.headers`. */
  readonly headers?: unknown;
  readonly protocols?: readonly string[];
  /** Where `offers` has 'url': gives the URL of each dial, in place of the fixed one. */
  readonly urlOf?: () => string;
  /** Where `offers` has 'stableAfter': how long a connection must last before the delays begin anew. */
  readonly stableAfter?: number;
  /** Where `offers` has 'jitter': the library's own random delays. */
  readonly jitter?: boolean;
  /** Where `offers` has 'maxQueued': how many messages may wait at most. */
  readonly maxQueued?: number;
  /** Where `offers` has 'maxAttempts': how many dials may fail before it gives up. */
  readonly maxAttempts?: number;
  /** Where `offers` has 'maxPayload': the largest message that is taken, in bytes. */
  readonly maxPayload?: number;
  /** Offers permessage-deflate, where that is an option. */
  readonly compression?: boolean;
  /** Where `offers` has 'proxy': the URL of an HTTP proxy. */
  readonly proxy?: string;
}

/** What some libraries have an option for. */
export type Offer = 'url' | 'stableAfter' | 'jitter' | 'maxQueued' | 'maxAttempts' | 'maxPayload' | 'proxy';

export const DEFAULTS = {
  heartbeat: 1000,
  connectTimeout: 2000,
  reconnectDelay: 200,
  maxReconnectDelay: 1000,
};

export type Listener = (happening: Happening) => void;

/** A client at work: it dials at once, again after each loss and each failed dial, until `close()`. */
export interface Session {
  /** Everything that was reported so far. */
  readonly events: readonly Happening[];
  /** Whether the client says that it is open. */
  readonly isOpen: boolean;
  /** Adds a listener to the library itself, behind the session's own: what it throws, the library gets. */
  on(kind: 'open' | 'message' | 'close' | 'error', listener: Listener): void;
  send(data: string | Uint8Array): Sent;
  /** Ends for good, as the documentation says: with the reconnection loop, where that is the user's. */
  close(code?: number, reason?: string): void;
  /** Destroys the connection at once and ends for good, where the library has a call for that. */
  terminate?(): void;
  /** A second call to connect, where the library has such a call. */
  connect?(): void;
  /** Dials at once, also after it has given up, where the library has a call for that. */
  reconnect?(): void;
  /** Takes messages one at a time and waits for `each`, as the documentation shows, where it shows how. */
  readSlowly?(each: () => Promise<void>): void;
  /** `bufferedAmount`. */
  readonly bufferedAmount: number;
}

export interface Client {
  readonly name: ClientName;
  /** What it or its documented recipe has. A day may answer `notOffered()` for what is missing by design. */
  readonly has: {
    readonly heartbeat: boolean;
    readonly queue: boolean;
    readonly headers: boolean;
    /** Backs off by itself: the loop is the library's, not the user's. */
    readonly reconnect: boolean;
  };
  readonly offers?: readonly Offer[];
  open(url: string, settings?: Settings): Session;
}

export const clientNames = [
  'recker',
  'ws',
  'partysocket',
  'reconnecting-websocket',
  'websocket-ts',
  'recker@1',
  'undici',
  'native',
] as const;

export type ClientName = (typeof clientNames)[number];
