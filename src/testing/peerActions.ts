/**
 * What the peer of a fake connection can do, and the words for it.
 *
 * Must not know: when each is possible (fakeConnection.ts).
 */
import type { ReckerError, ResponseHeaders, TransportObserver } from '../port/index.js';

/**
 * How the question whether the peer is alive is answered.
 * - `'byTraffic'`: alive where a message or a Pong arrived since the last Ping, else dead. In a microtask.
 * - `'alive'`, `'dead'`: always so. In a microtask.
 * - `'manual'`: the test calls `answer()`.
 */
export type AutoAnswer = 'byTraffic' | 'alive' | 'dead' | 'manual';

/**
 * `dialling` until `open()` or `fail()`, `ended` after `fail()` or `end()`, `destroyed` once the client has destroyed
 * it.
 */
export type FakePhase = 'dialling' | 'open' | 'ended' | 'destroyed';

/** The argument of `open()`. All optional. */
export interface OpenDetails {
  /** The subprotocol that the server chose. Default `''`: none. */
  readonly protocol?: string | undefined;
  /** The value of the answer's `Sec-WebSocket-Extensions`. Default `''`: none. */
  readonly extensions?: string | undefined;
  /** The headers of the 101, with names in lower case. Default: none. */
  readonly headers?: ResponseHeaders | undefined;
}

/** The argument of `end()`. All optional; each default follows from what the peer did before. */
export interface EndDetails {
  /** The close code that is reported. Default: that of `peerClose()`, else 1006. */
  readonly code?: number | undefined;
  /** The close reason that is reported. Default: that of `peerClose()`, else `''`. */
  readonly reason?: string | undefined;
  /** Whether the closing handshake was completed. Default: true after `peerClose()`, else false. */
  readonly wasClean?: boolean | undefined;
  /** What went wrong. Default: none. */
  readonly error?: ReckerError | undefined;
}

/** What the network and the peer do to a connection. Each method throws an `Error` where no network could do it. */
export interface PeerActions {
  /** The upgrade succeeds: the client opens. Once, while `phase` is `dialling`. */
  open(details?: OpenDetails): void;
  /**
   * The dial fails. Once, while `phase` is `dialling`.
   *
   * @param sentCode the code of the Close that the client sent, where it refused the server's answer. Default: none
   */
  fail(error: ReckerError, sentCode?: number): void;
  /**
   * A message arrives. While the client has paused reading, too: it counts as read before.
   *
   * @param data text as a string, binary as bytes
   */
  message(data: string | Uint8Array): void;
  /**
   * A Pong arrives: it answers one Ping and all older ones.
   *
   * @param newer how many newer Pings still wait for theirs. Default 0: it answers the newest
   */
  pong(newer?: number): void;
  /**
   * The peer's Close arrives. The connection stays until `end()`.
   *
   * @param code default 1005: the Close has no code
   * @param reason default `''`
   */
  peerClose(code?: number, reason?: string): void;
  /** The peer breaks the protocol, and the client sends a Close with `sentCode`. The connection stays until `end()`. */
  peerErr(error: ReckerError, sentCode: number): void;
  /** The connection ends. Once, after `open()`. Bytes that were held are lost. */
  end(details?: EndDetails): void;
  /**
   * Answers the client's question whether the peer is alive. Needs `autoAnswer: 'manual'`, and a question: see
   * `asked`.
   */
  answer(alive: boolean): void;
  /**
   * The kernel's buffer is full from here on: writes are held, as with `holdWrites`.
   *
   * @param bytes how many bytes of earlier messages wait, too. Default 1
   */
  fill(bytes?: number): void;
}

/** The actions without checks: each reaches the client, whatever came before. */
export function lateActions(observer: TransportObserver): PeerActions {
  return {
    open: ({ protocol = '', extensions = '', headers } = {}) =>
      observer.opened(protocol, extensions, headers),
    fail: (error, sentCode) => observer.failed(error, sentCode),
    message: (data) => observer.message(data, typeof data !== 'string'),
    pong: (newer = 0) => observer.ponged(newer),
    peerClose: (code = 1005, reason = '') => observer.peerClosed(code, reason),
    peerErr: (error, sentCode) => observer.peerErred(error, sentCode),
    end: ({ code = 1006, reason = '', wasClean = false, error } = {}) =>
      observer.closed(code, reason, wasClean, error),
    answer: (alive) => observer.answered(alive),
    fill: () => observer.filled(0),
  };
}
