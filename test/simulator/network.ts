/**
 * The simulated network and its server: fake connections, driven by weather and time.
 *
 * Owns: what becomes of each dial, and what the peer sends, answers and leaves. Must not know: the client, or
 * what is right and wrong.
 */
import { ConnectionError, HandshakeError } from '../../src/machine/index.js';
import { type FakeConnection, type FakeTransport, fakeTransport } from '../../src/testing/index.js';
import type { Fate } from './script.js';
import type { Time } from './time.js';

/** The server's end of one dial. */
export interface Peer {
  readonly connection: FakeConnection;
  readonly fate: Fate;
  latency: number;
  isFrozen: boolean;
  /** It has sent a Close, or was sent one for a breach of the protocol. */
  isDone: boolean;
  /** The code of its Close. */
  closeCode: number | undefined;
  /** When the client received something of it. */
  heardAt: number;
  isPongDue: boolean;
  pongs: number;
  isCloseAnswered: boolean;
  readonly inbox: string[];
  /** Bytes that its kernel took while it had room, and while it was full. */
  readonly taken: { free: number; full: number };
  /** When its kernel was full for the first time. */
  fullAt: number | undefined;
}

export interface NetworkWatcher {
  dialled(peer: Peer, live: number): void;
  handedOver(data: unknown): void;
  trace(what: string): void;
}

/** Bytes of a frame's header, at most, for messages as short as these. */
const LONGEST_HEADER = 8;
/** ms. How long bytes may wait for their first take while a connection closes. */
const FIRST_TAKE = 20_000;

/** Seconds that a 503 asks for. */
export const RETRY_AFTER = 2;

export class Network {
  readonly transport: FakeTransport = fakeTransport();
  readonly peers: Peer[] = [];
  fate: Fate = 'accepts';
  latency = 1;
  ignoresCloses = false;
  ignoresPings = false;
  /** Messages that the client was given; each holds its number. */
  delivered = 0;
  readonly #time: Time;
  readonly #watcher: NetworkWatcher;

  constructor(time: Time, watcher: NetworkWatcher) {
    this.#time = time;
    this.#watcher = watcher;
  }

  get last(): Peer | undefined {
    return this.peers.at(-1);
  }

  /** The newest peer, where its connection is up. */
  get connected(): Peer | undefined {
    const peer = this.last;
    return peer?.connection.phase === 'open' ? peer : undefined;
  }

  get live(): number {
    let live = 0;
    for (const { connection } of this.peers) {
      if (connection.phase === 'dialling' || connection.phase === 'open') live += 1;
    }
    return live;
  }

  readonly dial: FakeTransport['dial'] = (request, observer) => {
    const connection = this.transport.dial(request, observer);
    const { send, take } = connection;
    connection.send = (data) => {
      const before = connection.bufferedAmount;
      const bytes = send.call(connection, data);
      if (connection.bufferedAmount === before) peer.taken.free += bytes + LONGEST_HEADER;
      else peer.fullAt ??= this.#time.now();
      this.#watcher.handedOver(data);
      return bytes;
    };
    connection.take = (most) => {
      const bytes = take.call(connection, most);
      peer.taken.full += bytes;
      return bytes;
    };
    const peer: Peer = {
      connection,
      fate: this.fate,
      latency: this.latency,
      isFrozen: false,
      isDone: false,
      closeCode: undefined,
      heardAt: 0,
      isPongDue: false,
      pongs: 0,
      isCloseAnswered: false,
      inbox: [],
      taken: { free: 0, full: 0 },
      fullAt: undefined,
    };
    this.peers.push(peer);
    if (peer.fate !== 'stalls') this.#time.later(peer.latency, () => this.answerDial(peer, peer.fate));
    this.#watcher.dialled(peer, this.live);
    return connection;
  };

  answerDial(peer: Peer, fate: Fate): void {
    const { connection } = peer;
    if (connection.phase !== 'dialling') return;
    this.#watcher.trace(`network: the server ${fate}`);
    switch (fate) {
      case 'refuses':
        connection.fail(new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' }));
        break;
      case 'answers 503':
        connection.fail(
          new HandshakeError('503', { status: 503, headers: { 'retry-after': `${RETRY_AFTER}` } }),
        );
        break;
      case 'answers 401':
        connection.fail(new HandshakeError('401', { status: 401 }));
        break;
      case 'drops at once':
        connection.open();
        this.drop();
        break;
      default:
        peer.heardAt = this.#time.now();
        connection.open();
    }
  }

  drop(): void {
    const { connection } = this.last ?? {};
    if (connection?.phase === 'open') connection.end();
    else if (connection?.phase === 'dialling') {
      connection.fail(new ConnectionError('read ECONNRESET', { code: 'ECONNRESET' }));
    }
  }

  peerCloses(code: number, thenEnds: boolean): void {
    const peer = this.connected;
    if (peer === undefined || peer.isDone || peer.isFrozen) return;
    peer.isDone = true;
    peer.closeCode = code;
    peer.connection.peerClose(code, code === 1005 ? '' : 'bye');
    if (thenEnds) this.#time.later(peer.latency, () => this.#end(peer));
  }

  garbage(): void {
    const peer = this.connected;
    if (peer === undefined || peer.isDone || peer.isFrozen) return;
    peer.isDone = true;
    peer.connection.peerErr(new ConnectionError('Invalid frame', { code: 'WS_ERR_INVALID_OPCODE' }), 1002);
    this.#time.later(peer.latency + 5, () => this.#end(peer));
  }

  #end(peer: Peer): void {
    if (peer.connection.phase !== 'open' || peer.isFrozen) return;
    this.#watcher.trace('network: the connection ends');
    peer.connection.end();
  }

  peerSends(count: number): void {
    const peer = this.connected;
    if (peer === undefined || peer.isDone) return;
    for (let sent = 0; sent < count; sent += 1) peer.inbox.push('message');
    this.poll();
  }

  holdWrites(holds: boolean): void {
    this.transport.holdWrites = holds;
    if (this.last !== undefined && (holds || !this.last.isFrozen)) this.last.connection.holdWrites = holds;
  }

  /** A full kernel takes more only when the peer acknowledges: never from a dead one. */
  take(bytes: number): void {
    if (this.connected?.isFrozen !== true) this.connected?.connection.take(bytes);
  }

  /** Whatever the server does by itself: pass messages on, answer Pings and Closes. */
  poll(): void {
    const peer = this.connected;
    if (peer === undefined || peer.isFrozen) return;
    const { connection } = peer;
    while (peer.inbox.length > 0 && !connection.paused && !peer.isDone && connection.phase === 'open') {
      peer.inbox.pop();
      peer.heardAt = this.#time.now();
      connection.message(`${this.delivered++}`);
    }
    if (connection.pings > peer.pongs && !peer.isPongDue && !peer.isDone && !this.ignoresPings) {
      peer.isPongDue = true;
      this.#time.later(peer.latency, () => this.#pong(peer));
    }
    if (connection.closes.length > 0 && !peer.isCloseAnswered && !this.ignoresCloses) {
      peer.isCloseAnswered = true;
      this.#time.later(peer.latency, () => this.#answerClose(peer));
    }
  }

  #pong(peer: Peer): void {
    const { connection } = peer;
    peer.isPongDue = false;
    if (connection.phase !== 'open' || peer.isFrozen || peer.isDone) return;
    peer.pongs = connection.pings;
    peer.heardAt = this.#time.now();
    connection.pong();
  }

  #answerClose(peer: Peer): void {
    const { connection } = peer;
    peer.isCloseAnswered = false;
    if (connection.phase !== 'open' || peer.isFrozen || this.ignoresCloses) return;
    peer.isCloseAnswered = true;
    const [close] = connection.closes;
    // A Close without a code is returned as 1005.
    peer.closeCode ??= close?.code ?? 1005;
    connection.end({ ...close, code: peer.closeCode, wasClean: true });
  }

  /**
   * By how much bytes that waited for the kernel extend a deadline, at most (docs/reconnection.md): twice the longest gap
   * between takes, then what the kernel may still hold divided by the rate seen.
   */
  get longestUpload(): number {
    const { taken, fullAt } = this.last ?? {};
    if (taken === undefined || fullAt === undefined) return 0;
    const time = this.#time.now() - fullAt;
    const allowance = taken.full > 0 ? ((taken.free + taken.full) * time) / taken.full : 0;
    return Math.max(FIRST_TAKE, 2 * time) + allowance;
  }

  /**
   * From here on every dial opens, and the peer does what it should. A half-open connection stays dead, where
   * the client has a heartbeat to find that out.
   */
  heal(hasHeartbeat: boolean, hasConnectTimeout: boolean): void {
    this.fate = 'accepts';
    this.latency = 1;
    this.ignoresCloses = false;
    this.ignoresPings = false;
    const peer = this.last;
    if (peer !== undefined && !hasHeartbeat) peer.isFrozen = false;
    this.holdWrites(false);
    if (peer === undefined) return;
    peer.latency = 1;
    if (peer.fate === 'stalls' && !hasConnectTimeout) this.answerDial(peer, 'accepts');
  }
}
