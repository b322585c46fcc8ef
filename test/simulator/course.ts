/**
 * What must follow a loss, and when: whether another dial comes, its number, its delay, and its moment.
 *
 * Owns the rules of the retry decision, drawn from the options alone. Must not know the chart. Events that a listener's call
 * made obsolete are not heard, so each number is held against what it may be at the least and at the most.
 */
import type { CloseInfo } from '../../src/api/types.js';
import type { ConnectionState } from '../../src/machine/index.js';
import { HandshakeError, SessionError } from '../../src/machine/index.js';
import { broken, type Command } from '../support/invariants.js';
import { RETRY_AFTER } from './network.js';
import type { Settings } from './script.js';
import type { Time } from './time.js';

const AT_REST: ReadonlySet<ConnectionState> = new Set(['idle', 'exhausted', 'closed']);
const ENDS: ReadonlySet<Command> = new Set(['close', 'terminate', 'abort']);

export class Course {
  readonly #settings: Settings;
  readonly #time: Time;
  /** Calls whose `close` event may still come. */
  #excuses = 0;
  #isAborted = false;
  /** What `shouldReconnect` said of the newest loss. */
  #decision: boolean | number | undefined;
  #openedAt: number | undefined;
  /** Dials since the attempts were counted anew, the first of a `connect()` not among them: no attempt has a higher number. */
  #dials = -1;
  /** The newest attempt that was announced since: the next has a higher number. */
  #announced = 0;
  /** What the surroundings reported may begin the next dial, or has begun the present one. */
  #isHastened = false;
  #wasHastened = false;
  /** When a `Retry-After` is over, by the time of day. */
  #notBefore = 0;
  /** When the next dial is due, where nobody asked for another moment since. */
  #dueAt: number | undefined;

  constructor(settings: Settings, time: Time) {
    this.#settings = settings;
    this.#time = time;
  }

  /** `shouldReconnect` was asked. */
  decided(answer: boolean | number): void {
    this.#decision = answer;
  }

  /** Before a call takes effect. @param isInside whether a listener makes it: the end before it may still be to come */
  called(command: Command, state: ConnectionState, isInside: boolean): void {
    if (this.#isAborted) return;
    const isAtRest = AT_REST.has(state);
    if (ENDS.has(command) || (isAtRest && isInside)) this.#excuses += 1;
    this.#isAborted = command === 'abort';
    // It joins what is under way.
    if (command === 'connect' && !isAtRest && state !== 'closing') return;
    this.#dueAt = undefined;
    this.#announced = 0;
    if (ENDS.has(command)) return;
    if (isAtRest) this.#dials = -1;
    else if (command === 'reconnect' && (state === 'open' || state === 'preparing')) this.#dials = -1;
  }

  /** Before a report of the runtime takes effect. */
  reported(): void {
    this.#isHastened = true;
  }

  dialled(): void {
    const late = this.#dueAt === undefined ? 0 : this.#time.elapsed - this.#dueAt;
    if (late < 0 && !this.#isHastened) broken(`it dials ${-late} ms before the dial is due`);
    if (late < 0 && this.#time.now() < this.#notBefore) broken('it dials before a Retry-After is over');
    if (late > 0) broken(`it dials ${late} ms after the dial was due`);
    // The announcement of this attempt may have been dropped.
    if (this.#hasLasted) this.#announced = 0;
    this.#dials += 1;
    this.#openedAt = undefined;
    this.#dueAt = undefined;
    this.#wasHastened = this.#isHastened;
    this.#isHastened = false;
  }

  opened({ attempt }: { readonly attempt: number }): void {
    if (attempt > Math.max(0, this.#dials)) broken(`open reports attempt ${attempt} after ${this.#dials}`);
    this.#openedAt = this.#time.now();
    this.#excuses = 0;
  }

  /** @param isOffline whether the runtime has no network: what then fails uses up no attempt */
  lost({ error, willReconnect }: CloseInfo, isOffline: boolean): void {
    const { status } = error instanceof HandshakeError ? error : {};
    this.#notBefore = status === 503 ? this.#time.now() + RETRY_AFTER * 1000 : 0;
    if (willReconnect) return;
    if (!this.#settings.reconnect || this.#isAborted || this.#hasReason(error, isOffline)) return;
    if (this.#excuses > 0) this.#excuses -= 1;
    else broken('it gives up, although attempts are left and nothing is final');
  }

  #hasReason(error: Error | undefined, isOffline: boolean): boolean {
    const { maxReconnectAttempts } = this.#settings;
    if (this.#decision === false || (error instanceof SessionError && error.final)) return true;
    const attempts = this.#hasLasted ? 0 : this.#dials;
    const isSpared = isOffline && this.#openedAt === undefined;
    return !isSpared && maxReconnectAttempts > 0 && attempts >= maxReconnectAttempts;
  }

  get #hasLasted(): boolean {
    return this.#openedAt !== undefined && this.#time.now() - this.#openedAt >= this.#settings.minUptime;
  }

  waits(attempt: number, delay: number, info: CloseInfo | undefined, isOffline: boolean): void {
    if (this.#hasLasted) {
      this.#dials = 0;
      this.#announced = 0;
    }
    const isSpared = isOffline || this.#isHastened || this.#wasHastened;
    if (attempt > Math.max(0, this.#dials) + 1) broken(`attempt ${attempt} after ${this.#dials} dials`);
    const least = isSpared ? this.#announced : this.#announced + 1;
    if (attempt < least) broken(`attempt ${attempt} after attempt ${this.#announced}`);
    if (!isSpared) this.#checkDelay(attempt, delay, info?.error);
    this.#announced = attempt;
    this.#dueAt = this.#time.elapsed + delay;
  }

  #checkDelay(attempt: number, delay: number, error: Error | undefined): void {
    const { reconnectDelay, maxReconnectDelay, reconnectJitter } = this.#settings;
    const decided = typeof this.#decision === 'number' ? this.#decision : undefined;
    const whole = Math.min(maxReconnectDelay, reconnectDelay * 2 ** (attempt - 1));
    const isAsked = error instanceof HandshakeError && error.status === 503;
    const atLeast = isAsked ? RETRY_AFTER * 1000 : 0;
    const certain = { none: whole, equal: whole / 2, full: 0 }[reconnectJitter];
    const shortest = decided ?? Math.max(certain, atLeast);
    const longest = decided ?? Math.max(certain, atLeast) + whole - certain;
    if (delay < Math.floor(shortest) || delay > Math.ceil(longest))
      broken(`attempt ${attempt} waits ${delay} ms, not ${shortest} to ${longest} ms`);
  }
}
