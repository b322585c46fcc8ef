/**
 * Looks names up: one lookup for each name, family and function under way at a time, joined by every dial that
 * needs it, also once the dial that began it is gone.
 *
 * Owns which lookups are under way. Keeps no answer: the next dial after it asks anew.
 */

import dns, { ADDRCONFIG, lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { isError, type LookedUpAddress, type LookupFunction } from '../../../port/index.js';
import { clearIoTimeout, type IoTimer, ioTimeout } from '../../node/index.js';
import { isHeldUp, leavePlace, type Placed, stopWaiting, takePlace } from './lookupPlaces.js';
import { ServerQuery } from './serverQuery.js';

/** Who waits for addresses. */
export interface Seeker {
  /** More addresses. May be called several times; for the last time with `isComplete`. */
  found(addresses: readonly string[], isComplete: boolean): void;
  /** Once, instead of that last time: there are no addresses. */
  failed(cause: Error): void;
}

/** Milliseconds after which a lookup is slow. RFC 8305 has no such figure: it knows no lookup of both families at once. */
const SLOW_AFTER = 250;

/** As Node itself asks, where no family is given (`lookupAndConnect()` in lib/net.js). */
const HINTS = process.platform === 'win32' ? 0 : ADDRCONFIG;

type Table = Map<string, Lookup>;

const systemLookups: Table = new Map();
const otherLookups = new WeakMap<LookupFunction, Table>();

/**
 * The lookup of `name` that is under way, or a new one.
 *
 * @param given the option `lookup`
 */
export function lookupOf(name: string, family: number, given: LookupFunction | undefined): Lookup {
  const key = `${family} ${name}`;
  // Something that replaces the function of the module means to be asked, as Node's own sockets would ask it.
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

/** One lookup under way. */
export abstract class Lookup {
  protected readonly name: string;
  protected readonly family: number;
  protected readonly seekers = new Set<Seeker>();
  /** Takes it out of what is under way. */
  protected readonly forget: () => void;
  #hasBegun = false;

  constructor(name: string, family: number, forget: () => void) {
    this.name = name;
    this.family = family;
    this.forget = forget;
  }

  /** `seeker` may be called before this returns. The first one begins it. */
  join(seeker: Seeker): void {
    this.seekers.add(seeker);
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.begin();
  }

  /** `seeker` is called no more. */
  leave(seeker: Seeker): void {
    this.seekers.delete(seeker);
  }

  protected abstract begin(): void;

  /** What Node's sockets pass to a lookup, and nothing of any prototype. */
  protected ask(how: LookupFunction, answer: Parameters<LookupFunction>[2]): unknown {
    const { family } = this;
    const unset = { verbatim: undefined, order: undefined };
    return how(this.name, { ...unset, all: true, family, hints: family === 0 ? HINTS : 0 }, answer);
  }

  /** The whole answer. */
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

/** By a function of the user's. It is asked alone: what it knows, no DNS server need know. */
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
      // An `async` function has no other place for what it throws.
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
    this.end(cause ?? (given === undefined ? new Error('The lookup gave no address') : undefined), given);
  }
}

/** By the system, on one of libuv's threads; once that is slow, by DNS servers, too. */
class SystemLookup extends Lookup implements Placed {
  isSlow = false;
  #timer: IoTimer | undefined;
  #query: ServerQuery | undefined;
  /** What the query has found so far. */
  #known: readonly string[] = [];

  override join(seeker: Seeker): void {
    super.join(seeker);
    if (!this.isSlow) return;
    if (this.#query === undefined) this.#askServers();
    else if (this.#known.length > 0) seeker.found(this.#known, false);
  }

  override leave(seeker: Seeker): void {
    super.leave(seeker);
    this.#restIfUnwanted();
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
    if (this.seekers.size > 0) this.#askServers();
  }

  #askServers(): void {
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
    this.#restIfUnwanted();
  }

  /** Nobody waits: no query need run, and where no thread has begun none will. One that runs can be joined. */
  #restIfUnwanted(): void {
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

/** The addresses in what a lookup gave, or what is wrong with it. */
function addressesOf(given: unknown, name: string, family: number): readonly string[] | Error {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const addresses: string[] = [];
  for (const each of list) {
    const address = typeof each === 'string' ? each : (each as LookedUpAddress | null | undefined)?.address;
    const found = typeof address === 'string' ? isIP(address) : 0;
    if (found === 0) {
      return Object.assign(new Error(`The lookup of ${name} gave what is no IP address`), {
        code: 'ERR_INVALID_IP_ADDRESS',
      });
    }
    if (family === 0 || found === family) addresses.push(address as string);
  }
  if (addresses.length > 0) return addresses;
  return Object.assign(
    new Error(`The lookup of ${name} gave no address${family === 0 ? '' : ` of IPv${family}`}`),
    {
      code: 'ENOTFOUND',
    },
  );
}
