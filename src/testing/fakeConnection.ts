/**
 * One dial of the fake transport, and the connection it becomes.
 *
 * Owns: both ends of the port. It records what the client does; the test drives what the peer does. Must not know:
 * the chart, the api, a clock or a network. It keeps the promises of the port (once, in order, nothing after
 * `destroy()`) and throws when the test or the client breaks them; `late` bypasses these checks.
 */
import type { DialRequest, ReckerError, Transport, TransportObserver } from '../port/index.js';
import {
  type AutoAnswer,
  type EndDetails,
  type FakePhase,
  lateActions,
  type OpenDetails,
  type PeerActions,
} from './peerActions.js';

/** For microtasks: a test's fake timers do not stop these. */
const SETTLED = Promise.resolve();

interface HeldWrite {
  readonly payload: number;
  /** Bytes on the wire that are left to take, framing included. */
  left: number;
}

/**
 * A connection whose peer is the test. Made by `fakeTransport()`.
 *
 * An order of calls that no network could produce throws an `Error`: opening twice, a message before the opening,
 * anything after `destroy()`. So does a `send()` of the client outside an open connection.
 *
 * @example
 * ```ts
 * import { fakeTransport } from 'recker/testing';
 *
 * const transport = fakeTransport({ holdWrites: true });
 * function slowPeer(): number {
 *   const connection = transport.last;
 *   connection.open();
 *   connection.take(10); // the kernel takes ten bytes of what the client sent
 *   return connection.bufferedAmount; // what it has not taken yet
 * }
 * ```
 */
export class FakeConnection implements Transport, PeerActions {
  /** What the client dialled with: URL, headers, subprotocols and the rest. */
  readonly request: DialRequest;
  /** Every message that the client sent while the connection was open, in order. Bytes are copied. */
  readonly sent: (string | Uint8Array | Blob)[] = [];
  /** What the client sent after a Close of either side: it never reaches the wire, and counts in `unsentBytes`. */
  readonly lost: (string | Uint8Array | Blob)[] = [];
  /** How many Pings were sent. */
  pings = 0;
  /** How often `flush()` was called. */
  flushes = 0;
  /** Every `close()` of the client, in order. `code` is `null` for a Close frame without one. */
  readonly closes: { readonly code: number | null; readonly reason: string }[] = [];
  /** Whether the client has paused reading. */
  paused = false;
  /** How the client's question whether the peer is alive is answered. Default `'byTraffic'`. */
  autoAnswer: AutoAnswer = 'byTraffic';
  /** The same actions without checks, and without an effect on this record: events of a broken transport. */
  readonly late: PeerActions;

  readonly #observer: TransportObserver;
  readonly #held: HeldWrite[] = [];
  #phase: FakePhase = 'dialling';
  #holdWrites = false;
  #takenBytes = 0;
  #lostBytes = 0;
  #pongsDue = 0;
  #received = 0;
  #mark = 0;
  #questions = 0;
  #peerClose: { readonly code: number; readonly reason: string } | undefined;
  #peerErred = false;

  constructor(request: DialRequest, observer: TransportObserver) {
    this.request = request;
    this.#observer = observer;
    this.late = lateActions(observer);
  }

  /** How far the connection has come. */
  get phase(): FakePhase {
    return this.#phase;
  }

  /** Whether the client has destroyed it. */
  get destroyed(): boolean {
    return this.#phase === 'destroyed';
  }

  /** Whether the client's question whether the peer is alive is still unanswered. */
  get asked(): boolean {
    return this.#questions > 0;
  }

  fill(bytes = 1): void {
    this.#require('fill()', 'open');
    this.#holdWrites = true;
    this.#held.push({ payload: 0, left: bytes });
    // With 0 the client assumes that the kernel's buffer holds nothing: the first take counts.
    this.#observer.filled(0);
  }

  /**
   * True: what is sent stays in `bufferedAmount` until `take()`, as if the kernel's buffer were full. False, the
   * default: it is taken at once. Setting it to false takes what was held.
   */
  get holdWrites(): boolean {
    return this.#holdWrites;
  }

  set holdWrites(hold: boolean) {
    this.#holdWrites = hold;
    if (!hold) this.take();
  }

  /**
   * The kernel takes held bytes, in order, framing included. The client learns of it at once.
   *
   * @param bytes how many at most. Default: all that is held now
   * @returns how many were taken
   * @throws RangeError where `bytes` is negative or NaN
   */
  take(bytes: number = this.bufferedAmount): number {
    if (!(bytes >= 0)) throw new RangeError(`take() needs 0 bytes or more, got ${bytes}`);
    let left = bytes;
    for (let write = this.#held[0]; write !== undefined && left > 0; write = this.#held[0]) {
      const part = Math.min(left, write.left);
      write.left -= part;
      left -= part;
      if (write.left > 0) break;
      this.#held.shift();
    }
    const taken = bytes - left;
    this.#takenBytes += taken;
    if (taken > 0 && this.#phase === 'open') this.#observer.taken(taken, this.#held.length > 0);
    return taken;
  }

  // What the peer does.

  open(details: OpenDetails = {}): void {
    this.#require('open()', 'dialling');
    this.#phase = 'open';
    this.#observer.opened(details.protocol ?? '', details.extensions ?? '', details.headers);
  }

  fail(error: ReckerError, sentCode?: number): void {
    this.#require('fail()', 'dialling');
    this.#phase = 'ended';
    this.#observer.failed(error, sentCode);
  }

  message(data: string | Uint8Array): void {
    this.#requireReading('message()');
    this.#received += 1;
    this.#observer.message(data, typeof data !== 'string');
  }

  pong(newer = 0): void {
    this.#requireReading('pong()');
    if (this.#pongsDue <= newer) throw impossible('pong()', 'every such Ping was answered, or none was sent');
    this.#pongsDue = newer;
    this.#received += 1;
    this.#observer.ponged(newer);
  }

  peerClose(code = 1005, reason = ''): void {
    this.#requireReading('peerClose()');
    this.#peerClose = { code, reason };
    this.#received += 1;
    this.#observer.peerClosed(code, reason);
  }

  peerErr(error: ReckerError, sentCode: number): void {
    this.#requireReading('peerErr()');
    this.#peerErred = true;
    this.#observer.peerErred(error, sentCode);
  }

  end(details: EndDetails = {}): void {
    this.#require('end()', 'open');
    this.#phase = 'ended';
    this.#loseHeld();
    const closed = this.#peerClose;
    const code = details.code ?? closed?.code ?? 1006;
    const reason = details.reason ?? closed?.reason ?? '';
    this.#observer.closed(code, reason, details.wasClean ?? closed !== undefined, details.error);
  }

  answer(alive: boolean): void {
    this.#require('answer()', 'open');
    if (this.#questions === 0) throw impossible('answer()', 'the client did not ask, or was answered');
    this.#questions -= 1;
    this.#observer.answered(alive);
  }

  // What the client does.

  get isWritable(): boolean {
    return (
      this.phase === 'open' && this.#peerClose === undefined && !this.#peerErred && this.closes.length === 0
    );
  }

  get bufferedAmount(): number {
    return this.#held.reduce((sum, { left }) => sum + left, 0);
  }

  get unsentBytes(): number {
    return this.#held.reduce((sum, { left, payload }) => sum + Math.min(left, payload), this.#lostBytes);
  }

  send(data: string | Uint8Array | Blob): number {
    this.#require('send() by the client', 'open');
    const payload = payloadBytes(data);
    // Callers may reuse their bytes, so the record needs its own. `slice()` of a Buffer would share them.
    const kept = ArrayBuffer.isView(data) ? Uint8Array.prototype.slice.call(data) : data;
    if (this.#peerClose !== undefined || this.#peerErred || this.closes.length > 0) {
      this.lost.push(kept);
      this.#lostBytes += payload;
      return payload;
    }
    this.sent.push(kept);
    const left = payload + frameHeaderBytes(payload);
    if (this.#holdWrites) this.#hold({ payload, left });
    else {
      this.#takenBytes += left;
      SETTLED.then(() => this.#phase === 'open' && this.#observer.taken());
    }
    return payload;
  }

  flush(): void {
    this.flushes += 1;
  }

  ping(): void {
    if (this.#phase !== 'open') return;
    this.pings += 1;
    this.#pongsDue += 1;
  }

  mark(): void {
    this.#mark = this.#received;
  }

  askLiveness(): void {
    if (this.#phase !== 'open') return;
    this.#questions += 1;
    if (this.autoAnswer === 'manual') return;
    SETTLED.then(() => {
      const mode = this.autoAnswer;
      if (this.#phase !== 'open' || this.#questions === 0 || mode === 'manual') return;
      this.#questions -= 1;
      const heard = this.#received > this.#mark;
      this.#mark = this.#received;
      this.#observer.answered(mode === 'byTraffic' ? heard : mode === 'alive');
    });
  }

  close(code: number | null, reason: string): void {
    this.closes.push({ code, reason });
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  destroy(): void {
    if (this.#phase === 'destroyed') return;
    this.#phase = 'destroyed';
    this.#loseHeld();
  }

  #hold(write: HeldWrite): void {
    if (this.#held.push(write) > 1) return;
    SETTLED.then(() => {
      if (this.#phase === 'open' && this.#held.length > 0) this.#observer.filled(this.#takenBytes);
    });
  }

  #loseHeld(): void {
    this.#lostBytes = this.unsentBytes;
    this.#held.length = 0;
  }

  #require(what: string, phase: FakePhase): void {
    if (this.#phase === phase) return;
    const hint = this.#phase === 'destroyed' ? '; `late` sends events of a destroyed one' : '';
    throw impossible(what, `the connection is ${this.#phase}, not ${phase}${hint}`);
  }

  #requireReading(what: string): void {
    this.#require(what, 'open');
    if (this.#peerClose !== undefined) throw impossible(what, 'the peer has sent its Close');
    if (this.#peerErred) throw impossible(what, 'the peer has broken the protocol, so it is read no further');
  }
}

function impossible(what: string, why: string): Error {
  return new Error(`${what} is impossible here: ${why}`);
}

function payloadBytes(data: string | Uint8Array | Blob): number {
  // Not by `Buffer`, which pages lack, and which bundlers would add to them.
  if (typeof data === 'string') return new Blob([data]).size;
  return data instanceof Uint8Array ? data.byteLength : data.size;
}

/** The header of a client's frame: two bytes, the longer length forms, the mask (RFC 6455 §5.2). */
function frameHeaderBytes(payload: number): number {
  return 6 + (payload > 65_535 ? 8 : payload > 125 ? 2 : 0);
}
