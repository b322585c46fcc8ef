/**
 * Whether bytes on their way out move: the marks of one connection.
 *
 * Owns what a take is and what the kernel may still hold. Pure: the caller says what time it is. Must not know a socket, or
 * what follows a stall.
 *
 * A kernel that is full takes more only when the peer has acknowledged something, so a take proves that the peer is
 * there. What the kernel takes while it has room proves nothing.
 */
import type { SendProgress } from '../port/index.js';

/** Bytes. Linux lets a connection have 4 MiB in its sender's and 6 MiB in its receiver's kernel, and some is on the wire. */
const MOST_HELD = 16_777_216;

/**
 * ms. Kernels let their buffers grow while they fill: takes that follow each other as quickly say how much is held,
 * and only a longer gap says at what pace the lumps come.
 */
const GROWING = 50;
const SETTLED = 1000;

/** The marks of one connection, made when its kernel is full for the first time. */
export class ProgressMarks {
  #isFull = false;
  /** The latest take, or the moment at which the kernel became full. */
  #since = 0;
  #fullSince = 0;
  #heardAt: number;
  /** Whether that moment is of something received since the socket was asked the last time. */
  #hasHeard = false;
  #longestGap = 0;
  /** What the kernel took before it was first full: so much it can hold. */
  #capacity: number;
  #hasTaken = false;
  /** What it took after that, and in which time. */
  #bytes = 0;
  #time = 0;
  /** What was known of the takes when the socket was asked the last time. */
  #beforeQuestion = { longestGap: 0, bytes: 0, time: 0 };

  /** @param capacity bytes that the kernel took before it was full */
  constructor(now: number, capacity: number) {
    this.#heardAt = now;
    this.#capacity = Math.min(capacity, MOST_HELD);
    this.fill(now);
  }

  /** The kernel takes no more. */
  fill(now: number): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#since = now;
    this.#fullSince = now;
  }

  /** The kernel took `bytes` after it was full. @param waiting whether others still wait */
  take(now: number, bytes: number, waiting: boolean): void {
    if (this.#isFull && bytes > 0) {
      const gap = Math.max(0, now - this.#since);
      this.#since = now;
      const mayGrow = this.#capacity > 0 && !this.#hasTaken;
      if (mayGrow && gap < GROWING) {
        this.#capacity = Math.min(this.#capacity + bytes, MOST_HELD);
      } else {
        this.#time += gap;
        this.#bytes += bytes;
        this.#hasTaken ||= !mayGrow || gap >= SETTLED;
        if (this.#hasTaken) this.#longestGap = Math.max(this.#longestGap, gap);
      }
    }
    this.#isFull &&= waiting;
  }

  /** Something whole was received: a message or a Pong. */
  received(now: number): void {
    this.#heardAt = now;
    this.#hasHeard = true;
  }

  /** The socket is asked what it has received. */
  question(): void {
    this.#beforeQuestion = { longestGap: this.#longestGap, bytes: this.#bytes, time: this.#time };
  }

  /** The answer: where bytes came, and no message with its own moment, they count as received now. */
  answer(now: number, alive: boolean): void {
    if (alive && !this.#hasHeard) this.#heardAt = now;
    this.#hasHeard = false;
  }

  /** The process was stopped: the time since the last mark says nothing, and neither does a gap seen on waking. */
  forgetSilence(now: number): void {
    const { longestGap, bytes, time } = this.#beforeQuestion;
    this.#longestGap = longestGap;
    this.#bytes = bytes;
    this.#time = time;
    this.#since = now;
    this.#heardAt = now;
  }

  /** Whether bytes have waited without a break since `then`: what was sent before it may not have left. */
  waitsSince(then: number): boolean {
    return this.#isFull && this.#fullSince <= then;
  }

  read(now: number): SendProgress {
    return {
      waiting: this.#isFull,
      takenAgo: now - this.#since,
      heardAgo: now - this.#heardAt,
      hasTaken: this.#hasTaken,
      longestGap: this.#longestGap,
      allowance: this.#bytes > 0 ? (this.#capacity * this.#time) / this.#bytes : 0,
    };
  }
}
