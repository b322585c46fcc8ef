/**
 * Looks names up. For each name, family and function at most one lookup is in progress: every dial that needs it
 * joins it, also after the dial that began it has ended.
 *
 * Owns the lookups in progress. Keeps no answer: the next dial looks the name up again.
 */

import dns, { ADDRCONFIG, lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { isError, type LookedUpAddress, type LookupFunction } from '../../../port/index.js';
import { clearIoTimeout, type IoTimer, ioTimeout } from '../../node/index.js';
import { isHeldUp, leavePlace, type Placed, stopWaiting, takePlace } from './lookupPlaces.js';
import { ServerQuery } from './serverQuery.js';

/** Receives addresses. */
export interface Seeker {
  /** More addresses were found. May be called several times; the last time with `isComplete`. */
  found(addresses: readonly string[], isComplete: boolean): void;
  /** There are no addresses. Once, instead of that last time. */
  failed(cause: Error): void;
}

/** Milliseconds after which a lookup is slow. Not from RFC 8305, which has no lookup of both families at once. */
const SLOW_AFTER = 250;

/** The hints of Node's own lookups without a family (`lookupAndConnect()` in lib/net.js). */
const HINTS = process.platform === 'win32' ? 0 : ADDRCONFIG;

type Table = Map<string, Lookup>;

const systemLookups: Table = new Map();
const otherLookups = new WeakMap<LookupFunction, Table>();

/**
 * The lookup of `name` that is in progress, or a new one.
 *
 * @param given the option `lookup`
 */
export function lookupOf(name: string, family: number, given: LookupFunction | undefined): Lookup {
  const key = `${family} ${name}`;
  // A function that replaces that of the module is called, as Node's own sockets would do.
  const custom = given ?? (dns.lookup === systemLookup ? undefined : (dns.lookup as LookupFunction));
  const table = custom === undefined ? systemLookups : tableOf(custom);
  let lookup = table.get(key);
  if (lookup === undefined) {
    const forget = (): void => void table.delete(key);
    lookup =
      custom === undefined
        ? new SystemLookup(name, family, forget)
        : new CustomLookup(name, family, forget, custom);
    table.set(key, lookup);
  }
  return lookup;
}

function tableOf(custom: LookupFunction): Table {
  let table = otherLookups.get(custom);
  if (table === undefined) {
    table = new Map();
    otherLookups.set(custom, table);
  }
  return table;
}

/** One lookup in progress. */
export abstract class Lookup {
  protected readonly name: string;
  protected readonly family: number;
  protected readonly seekers = new Set<Seeker>();
  /** Removes it from the lookups in progress. */
  protected readonly forget: () => void;
  #hasBegun = false;

  constructor(name: string, family: number, forget: () => void) {
    this.name = name;
    this.family = family;
    this.forget = forget;
  }

  /** Adds a seeker, which may be called before this returns. The first one begins the lookup. */
  join(seeker: Seeker): void {
    this.seekers.add(seeker);
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.begin();
  }

  /** Removes a seeker. It is not called afterwards. */
  leave(seeker: Seeker): void {
    this.seekers.delete(seeker);
  }

  protected abstract begin(): void;

  /** Calls `how` with the options that Node's sockets use, as own properties. */
  protected ask(how: LookupFunction, answer: Parameters<LookupFunction>[2]): unknown {
    const { family } = this;
    const unset = { verbatim: undefined, order: undefined };
    return how(this.name, { ...unset, all: true, family, hints: family === 0 ? HINTS : 0 }, answer);
  }

  /** The lookup has ended. */
  protected end(cause: unknown, given: unknown): void {
    this.forget();
    const result = cause ? asError(cause) : addressesOf(given, this.name, this.family);
    for (const seeker of this.takeSeekers()) {
      if (isError(result)) seeker.failed(result);
      else seeker.found(result, true);
    }
  }

  protected takeSeekers(): readonly Seeker[] {
    const seekers = [...this.seekers];
    this.seekers.clear();
    return seekers;
  }
}

/** A lookup by the user's function. No DNS server is used in addition: it need not know the name. */
class CustomLookup extends Lookup {
  readonly #how: LookupFunction;
  #hasEnded = false;

  constructor(name: string, family: number, forget: () => void, how: LookupFunction) {
    super(name, family, forget);
    this.#how = how;
  }

  protected override begin(): void {
    try {
      const returned = this.ask(this.#how, (cause, given) => this.#endOnce(cause, given));
      // An `async` function throws by rejecting.
      const { then } = (returned ?? {}) as PromiseLike<unknown>;
      if (typeof then === 'function')
        then.call(returned, undefined, (cause: unknown) => this.#endOnce(cause));
    } catch (cause) {
      this.#endOnce(cause);
    }
  }

  #endOnce(cause: unknown, given?: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.end(cause ?? (given === undefined ? new Error('The lookup returned no address') : undefined), given);
  }
}

/** A lookup by the system, on one of libuv's threads; once it is slow, by DNS servers, too. */
class SystemLookup extends Lookup implements Placed {
  isSlow = false;
  #timer: IoTimer | undefined;
  #query: ServerQuery | undefined;
  /** What the query has found so far. */
  #known: readonly string[] = [];

  override join(seeker: Seeker): void {
    super.join(seeker);
    if (!this.isSlow) return;
    if (this.#query === undefined) this.#queryServers();
    else if (this.#known.length > 0) seeker.found(this.#known, false);
  }

  override leave(seeker: Seeker): void {
    super.leave(seeker);
    this.#stopIfUnwanted();
  }

  protected override begin(): void {
    takePlace(this);
    if (this.seekers.size === 0) return;
    if (isHeldUp(this)) this.#becomeSlow();
    else this.#timer = ioTimeout(() => this.#becomeSlow(), SLOW_AFTER);
  }

  run(): void {
    try {
      this.ask(systemLookup as LookupFunction, (cause, given) => this.#onAnswer(cause, given));
    } catch (cause) {
      this.#onAnswer(cause);
    }
  }

  #onAnswer(cause: unknown, given?: unknown): void {
    leavePlace(this);
    clearIoTimeout(this.#timer);
    this.#query?.stop();
    if (cause && this.#known.length > 0) {
      this.forget();
      for (const seeker of this.takeSeekers()) seeker.found([], true);
    } else this.end(cause, given);
  }

  #becomeSlow(): void {
    this.isSlow = true;
    if (this.seekers.size > 0) this.#queryServers();
  }

  #queryServers(): void {
    this.#known = [];
    const query = new ServerQuery(this.name, this.family, (found, isLast) => this.#onServers(found, isLast));
    this.#query = query;
    query.start();
  }

  #onServers(found: readonly string[], isLast: boolean): void {
    this.#known = [...this.#known, ...found];
    if (isLast) this.#query = undefined;
    const isComplete = isLast && this.#known.length > 0;
    if (found.length === 0 && !isComplete) return;
    for (const seeker of isComplete ? this.takeSeekers() : [...this.seekers]) seeker.found(found, isComplete);
    this.#stopIfUnwanted();
  }

  /** Without seekers no query is needed, nor a thread that has not begun. A lookup that runs can be joined. */
  #stopIfUnwanted(): void {
    if (this.seekers.size > 0) return;
    this.#query?.stop();
    this.#query = undefined;
    if (!stopWaiting(this)) return;
    clearIoTimeout(this.#timer);
    this.forget();
  }
}

function asError(cause: unknown): Error {
  return isError(cause) ? cause : new Error('The lookup failed', { cause });
}

/** The addresses in the result of a lookup, or the error where it is invalid. */
function addressesOf(given: unknown, name: string, family: number): readonly string[] | Error {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const addresses: string[] = [];
  for (const each of list) {
    const address = typeof each === 'string' ? each : (each as LookedUpAddress | null | undefined)?.address;
    const found = typeof address === 'string' ? isIP(address) : 0;
    if (found === 0) {
      return Object.assign(new Error(`The lookup of ${name} returned something that is not an IP address`), {
        code: 'ERR_INVALID_IP_ADDRESS',
      });
    }
    if (family === 0 || found === family) addresses.push(address as string);
  }
  if (addresses.length > 0) return addresses;
  return Object.assign(
    new Error(`The lookup of ${name} returned no address${family === 0 ? '' : ` of IPv${family}`}`),
    {
      code: 'ENOTFOUND',
    },
  );
}
