/**
 * One relayed connection: two sockets and two lanes of bytes between them.
 *
 * Owns: both sockets, the bytes in flight, and how the end of one side reaches the other. Must not know: the listening
 * port or other connections. The faults are an object shared with the relay; `update()` applies a change of them.
 */
import { connect, type Socket } from 'node:net';
import { resetSocket } from './sockets.js';

/** What is wrong with the network at the moment. Shared by all connections of a relay; the counters are sums. */
export interface LinkFaults {
  /** `hold` stops reading; `drop` reads and discards. */
  frozen: false | 'hold' | 'drop';
  /** Milliseconds each way. */
  delay: number;
  /** Towards the client: `bytes` at a time, with `every` milliseconds between them. */
  drip: { readonly bytes: number; readonly every: number } | undefined;
  /** Bytes written to clients. */
  toClient: number;
  /** Bytes written to the target. */
  toServer: number;
}

/** Bytes held in a lane above which its source is not read: the peer's writes then stall. */
const LANE_LIMIT = 4 * 1024 * 1024;

/** One connection through the relay. */
export class RelayLink {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #faults: LinkFaults;
  readonly #up: Lane;
  readonly #down: Lane;
  /** What a socket did while frozen: it passes at the thaw. */
  #owed: (() => void)[] = [];

  /** @param gone called once, when both sockets are closed */
  constructor(
    client: Socket,
    target: { readonly host: string; readonly port: number },
    faults: LinkFaults,
    gone: () => void,
  ) {
    this.#client = client;
    this.#faults = faults;
    this.#server = connect({ ...target, allowHalfOpen: true, noDelay: true });
    this.#up = new Lane(client, this.#server, faults, (bytes) => {
      faults.toServer += bytes;
    });
    this.#down = new Lane(this.#server, client, faults, (bytes) => {
      faults.toClient += bytes;
    });
    this.#down.dripping = true;

    let open = 2;
    for (const [socket, other] of [
      [client, this.#server],
      [this.#server, client],
    ] as const) {
      // An RST, or a target that cannot be reached: the other side is reset, too.
      socket.on('error', () => this.#pass(() => resetSocket(other)));
      socket.on('close', () => {
        open -= 1;
        if (open === 0) gone();
        // After both FINs nothing is left to do. In every other case the other side must not stay open.
        else this.#pass(() => this.#afterClose(socket, other));
      });
    }
    this.update();
  }

  /** Acts on changed faults. */
  update(): void {
    if (this.#faults.frozen === false) for (const pass of this.#owed.splice(0)) pass();
    this.#up.update();
    this.#down.update();
  }

  reset(): void {
    this.#stop();
    resetSocket(this.#client);
    resetSocket(this.#server);
  }

  destroy(): void {
    this.#stop();
    this.#client.destroy();
    this.#server.destroy();
  }

  halfClose(): void {
    this.#down.abandon();
    this.#client.end();
  }

  cutAfter(bytes: number): void {
    this.#down.cutAfter(bytes, () => this.destroy());
  }

  #afterClose(closed: Socket, other: Socket): void {
    // A lane may still hold the last bytes and the FIN of the side that closed: let it finish.
    const lane = closed === this.#client ? this.#up : this.#down;
    if (lane.finishing) lane.onceFinished(() => other.destroy());
    else other.destroy();
  }

  #pass(action: () => void): void {
    if (this.#faults.frozen === false) action();
    else this.#owed.push(action);
  }

  #stop(): void {
    this.#owed = [];
    this.#up.abandon();
    this.#down.abandon();
  }
}

interface Item {
  /** Undefined: the end of the stream. */
  bytes: Buffer | undefined;
  /** When it arrived, in milliseconds. */
  readonly at: number;
}

/** One direction. Bytes come in from one socket, wait as long as the faults say, and go out to the other. */
class Lane {
  /** Whether `drip` applies to this direction. */
  dripping = false;

  readonly #from: Socket;
  readonly #to: Socket;
  readonly #faults: LinkFaults;
  readonly #count: (bytes: number) => void;
  readonly #items: Item[] = [];
  #held = 0;
  #timer: NodeJS.Timeout | undefined;
  /** When bytes were last written, in milliseconds: the drip counts from it. */
  #wroteAt = 0;
  #blocked = false;
  #ended = false;
  #finished = false;
  #abandoned = false;
  #whenFinished: (() => void) | undefined;
  #cut: { left: number; readonly then: () => void } | undefined;

  constructor(from: Socket, to: Socket, faults: LinkFaults, count: (bytes: number) => void) {
    this.#from = from;
    this.#to = to;
    this.#faults = faults;
    this.#count = count;
    from.on('data', (bytes: Buffer) => {
      if (this.#abandoned || this.#faults.frozen === 'drop') return;
      this.#items.push({ bytes, at: performance.now() });
      this.#held += bytes.length;
      this.update();
    });
    from.on('end', () => {
      this.#ended = true;
      if (this.#abandoned) return;
      this.#items.push({ bytes: undefined, at: performance.now() });
      this.update();
    });
    to.on('drain', () => {
      this.#blocked = false;
      this.update();
    });
  }

  /** The source has ended and its FIN has not been passed on yet. */
  get finishing(): boolean {
    return this.#ended && !this.#finished && !this.#abandoned;
  }

  /** Calls back when the FIN has been passed on. */
  onceFinished(then: () => void): void {
    this.#whenFinished = then;
  }

  /** Passes nothing more. What arrives is discarded, so that the source does not stall. */
  abandon(): void {
    this.#abandoned = true;
    this.#items.length = 0;
    this.#held = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#from.resume();
  }

  cutAfter(bytes: number, then: () => void): void {
    this.#cut = { left: bytes, then };
    if (bytes === 0) then();
  }

  /** Reads or pauses, and writes what is due. Called after every change. */
  update(): void {
    if (this.#abandoned) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#faults.frozen === 'drop') this.#drop();
    this.#write();
    if (this.#faults.frozen === 'hold' || this.#held > LANE_LIMIT) this.#from.pause();
    else this.#from.resume();
  }

  /** Discards what is in flight; the end of the stream still passes at the thaw. */
  #drop(): void {
    const ends = this.#items.filter(({ bytes }) => bytes === undefined);
    this.#items.splice(0, this.#items.length, ...ends);
    this.#held = 0;
  }

  #write(): void {
    while (this.#faults.frozen === false && !this.#blocked && !this.#abandoned) {
      const item = this.#items[0];
      if (item === undefined) return;
      const drip = this.dripping ? this.#faults.drip : undefined;
      const dripDue = drip === undefined ? 0 : this.#wroteAt + drip.every;
      const wait = Math.max(item.at + this.#faults.delay, dripDue) - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.update(), Math.ceil(wait));
        return;
      }
      this.#passOn(item, drip?.bytes);
    }
  }

  #passOn(item: Item, most = Number.POSITIVE_INFINITY): void {
    if (item.bytes === undefined) {
      this.#items.shift();
      this.#finished = true;
      this.#to.end(() => this.#whenFinished?.());
      return;
    }
    const limit = Math.min(most, this.#cut?.left ?? most, item.bytes.length);
    const part = item.bytes.subarray(0, limit);
    if (part.length === item.bytes.length) this.#items.shift();
    else item.bytes = item.bytes.subarray(limit);
    this.#held -= part.length;
    this.#wroteAt = performance.now();
    this.#count(part.length);
    const cut = this.#cut;
    if (cut !== undefined) {
      cut.left -= part.length;
      if (cut.left === 0) {
        // The kernel must have taken them before the socket is destroyed.
        this.#blocked = true;
        this.#to.write(part, () => cut.then());
        return;
      }
    }
    this.#blocked = !this.#to.write(part);
  }
}
