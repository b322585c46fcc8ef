/**
 * Dials the addresses of one name (RFC 8305, "Happy Eyeballs Version 2"). The first known address starts the first
 * attempt. Each next one begins 250 ms later, or as soon as an attempt has failed. The first to connect wins, and the
 * others are destroyed.
 *
 * Owns the attempts until one has won, and the order of the addresses. Must not know what an attempt does.
 */
import { AsyncResource } from 'node:async_hooks';
import { isIP, type Socket } from 'node:net';
import { type AddressSettings, ConfigurationError } from '../../../port/index.js';
import { clearIoTimeout, type IoTimer, ioNow, ioTimeout, nextTick } from '../../node/index.js';
import type { TlsPeer } from '../tls/index.js';
import { failedAt, forgetFailure, hasFailures, recordFailure } from './failedAddresses.js';
import { type Lookup, lookupOf, type Seeker } from './lookup.js';

/** Milliseconds between the beginnings of two attempts (RFC 8305 §5, "Connection Attempt Delay"). */
const ATTEMPT_DELAY = 250;

/** An attempt without an answer for this many milliseconds is silent. */
const SILENT_AFTER = ATTEMPT_DELAY;

/** Errors for want of resources of this machine: not failures of the address. */
const OWN_FAULTS: ReadonlySet<unknown> = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']);

/** The settings without any option. All members are own ones: a missing one would be looked up on the prototype. */
export const NO_SETTINGS: AddressSettings = Object.freeze({
  lookup: undefined,
  family: 0,
  localAddress: undefined,
});

/** What an attempt has opened. */
export interface Ended {
  destroy(): void;
}

/** Begins one attempt. Reports to `attempt`, after it has returned. A throw ends the whole race. */
export type Begin = (address: string, attempt: Attempt) => Ended;

/** Receives the outcome: an error, or the socket of the winner. */
type Done = (cause: Error | null, socket?: Socket) => void;

/** One address being dialled. */
export class Attempt {
  readonly address: string;
  readonly began = ioNow();
  held: Ended | undefined;
  #race: Race | undefined;

  constructor(address: string, race: Race) {
    this.address = address;
    this.#race = race;
  }

  get isSilent(): boolean {
    // A timer of 250 ms may fire slightly early by this clock.
    return ioNow() - this.began >= SILENT_AFTER - 5;
  }

  won(socket: Socket): void {
    const race = this.#race;
    this.#race = undefined;
    race?.onWon(this, socket);
  }

  /** @param isFinal true where no other address can succeed */
  failed(cause: Error, isFinal = false): void {
    const race = this.#race;
    this.#race = undefined;
    race?.onFailed(this, cause, isFinal);
  }

  destroy(): void {
    this.#race = undefined;
    this.held?.destroy();
  }
}

export class Race implements Seeker {
  readonly #peer: TlsPeer;
  readonly #settings: AddressSettings;
  /** Part of the key of a failure: an address fails directly, or through a proxy. */
  readonly #via: string;
  #begin: Begin | undefined;
  #done: Done | undefined;
  /** The lookup, until it is complete. */
  #lookup: Lookup | undefined;
  /**
   * Lookups are shared. Their result is used in the async context of this dial, not of the one that began the lookup.
   */
  #context: AsyncResource | undefined;
  #known: string[] = [];
  #untried: string[] = [];
  #running: Attempt[] = [];
  #errors: Error[] = [];
  /** Set while the next attempt is not due. */
  #timer: IoTimer | undefined;
  #lastFamily = 0;
  #winner: Attempt | undefined;

  /**
   * @param done called once, unless the race is destroyed before
   * @param via the proxy, where the addresses are dialled through one
   */
  constructor(peer: TlsPeer, settings: AddressSettings, begin: Begin, done: Done, via = '') {
    this.#peer = peer;
    this.#settings = settings;
    this.#begin = begin;
    this.#done = done;
    this.#via = via;
  }

  /** May call `done` before it returns. */
  start(): void {
    const { host } = this.#peer;
    const { lookup, family, localAddress = '' } = this.#settings;
    const literal = isIP(host);
    const local = isIP(localAddress);
    if (literal !== 0) {
      if (local !== 0 && local !== literal) this.#fail(unreachable(localAddress, host));
      else this.found([host], true);
      return;
    }
    this.#context = new AsyncResource('ReckerLookup');
    this.#lookup = lookupOf(host, family === 0 ? local : family, lookup);
    this.#lookup.join(this);
  }

  found(addresses: readonly string[], isComplete: boolean): void {
    if (this.#begin === undefined) return;
    for (const address of addresses) {
      if (this.#known.includes(address)) continue;
      this.#known.push(address);
      this.#untried.push(address);
    }
    if (isComplete) this.#lookup = undefined;
    if (this.#timer === undefined) this.#inContext(() => this.#next());
  }

  failed(cause: Error): void {
    this.#lookup = undefined;
    // The addresses that were found before are being dialled.
    if (this.#running.length > 0 || this.#untried.length > 0) return;
    this.#inContext(() => this.#fail(this.#errors.length > 0 ? together(this.#errors) : cause));
  }

  /** The dial has opened over the winner. */
  opened(): void {
    if (this.#winner !== undefined && hasFailures()) forgetFailure(this.#key(this.#winner.address));
    this.#winner = undefined;
  }

  /** The dial has failed after the winner had connected. */
  blame(): void {
    if (this.#winner !== undefined) this.#remember(this.#winner);
    this.#winner = undefined;
  }

  /** Destroys everything. `done` is not called afterwards. Idempotent. */
  destroy(): void {
    for (const attempt of [...this.#running, ...(this.#winner === undefined ? [] : [this.#winner])]) {
      if (attempt.isSilent) this.#remember(attempt);
      attempt.destroy();
    }
    this.#winner = undefined;
    this.#free();
  }

  /** Called by attempts only. */
  onWon(winner: Attempt, socket: Socket): void {
    const done = this.#done;
    this.#running = this.#running.filter((each) => each !== winner);
    for (const loser of this.#running) {
      // It began before the winner, or had enough time.
      if (loser.isSilent) this.#remember(loser);
      loser.destroy();
    }
    this.#winner = winner;
    winner.held = undefined;
    this.#free();
    done?.(null, socket);
  }

  /** Called by attempts only. */
  onFailed(attempt: Attempt, cause: Error, isFinal: boolean): void {
    this.#running = this.#running.filter((each) => each !== attempt);
    attempt.held?.destroy();
    if (isFinal) {
      this.#fail(cause);
      return;
    }
    if (!OWN_FAULTS.has((cause as { readonly code?: unknown }).code)) this.#remember(attempt);
    this.#errors.push(cause);
    // RFC 8305 §5: after a failure the next attempt begins at once.
    clearIoTimeout(this.#timer);
    this.#timer = undefined;
    this.#next();
  }

  /** Begins the next attempt, if there is an address for it. */
  #next(): void {
    const address = this.#pick();
    if (address === undefined) {
      if (this.#running.length === 0 && this.#lookup === undefined) this.#fail(together(this.#errors));
      return;
    }
    this.#lastFamily = isIP(address);
    const attempt = new Attempt(address, this);
    try {
      attempt.held = (this.#begin as Begin)(address, attempt);
    } catch (cause) {
      this.#fail(cause as Error);
      return;
    }
    this.#running.push(attempt);
    if (this.#untried.length === 0 && this.#lookup === undefined) return;
    this.#timer = ioTimeout(() => {
      this.#timer = undefined;
      this.#next();
    }, ATTEMPT_DELAY);
  }

  /**
   * Takes the next address. Those that failed recently come last, the oldest failure first. The families alternate (RFC
   * 8305 §4).
   */
  #pick(): string | undefined {
    let best = this.#untried[0];
    if (best !== undefined && this.#untried.length > 1) {
      let bestAt = this.#failedAt(best);
      for (const address of this.#untried) {
        const at = this.#failedAt(address);
        const takesTurn =
          at === 0 && bestAt === 0 && isIP(best) === this.#lastFamily && isIP(address) !== this.#lastFamily;
        if (at < bestAt || takesTurn) [best, bestAt] = [address, at];
      }
    }
    this.#untried = this.#untried.filter((each) => each !== best);
    return best;
  }

  #failedAt(address: string): number {
    return hasFailures() ? failedAt(this.#key(address)) : 0;
  }

  /** Not for a URL with an address: it has no order. */
  #remember({ address }: Attempt): void {
    if (isIP(this.#peer.host) === 0) recordFailure(this.#key(address));
  }

  #key(address: string): string {
    return `${this.#via} ${address} ${this.#peer.port}`;
  }

  #fail(cause: Error): void {
    const done = this.#done;
    this.destroy();
    done?.(cause);
  }

  /** Frees everything that is not needed after the outcome. */
  #free(): void {
    clearIoTimeout(this.#timer);
    this.#timer = undefined;
    this.#lookup?.leave(this);
    this.#lookup = undefined;
    this.#context = undefined;
    this.#begin = undefined;
    this.#done = undefined;
    this.#running = NOTHING as never[];
    this.#untried = NOTHING as never[];
    this.#known = NOTHING as never[];
    this.#errors = NOTHING as never[];
  }

  #inContext(act: () => void): void {
    if (this.#context === undefined) act();
    else this.#context.runInAsyncScope(act);
  }
}

const NOTHING: readonly never[] = Object.freeze([]);

/** Attempts that open sockets: the first TCP connection that is open wins. */
export function socketAttempts(open: (address: string) => Socket): Begin {
  return (address, attempt) => {
    const socket = open(address);
    const fail = (cause: Error): void => attempt.failed(cause);
    socket.on('error', fail).once('connect', () => {
      attempt.won(socket);
      // By then the winner has other listeners.
      nextTick(() => socket.off('error', fail));
    });
    return socket;
  };
}

/** The errors of all attempts as one, as Node's `net.connect()` reports them. */
function together(errors: readonly Error[]): Error {
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  const { code } = (first ?? {}) as { readonly code?: string };
  return Object.assign(new AggregateError(errors), code === undefined ? {} : { code });
}

function unreachable(localAddress: string, host: string): ConfigurationError {
  return new ConfigurationError(
    'localAddress',
    `localAddress must be of the family of the address that is dialled; got IPv${isIP(localAddress)}, dialled is IPv${isIP(host)}`,
  );
}
