/**
 * Resolves a name without one of libuv's threads: by the hosts file, else by A and AAAA queries (`dns.Resolver`,
 * which is c-ares). Used in addition to a lookup that is slow.
 *
 * Addresses that it finds are used. That it finds none means nothing, because the system's lookup knows more: search
 * domains, mDNS, directories.
 */
import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import { withoutPrototype } from '../../../port/index.js';
import { fixedAddresses } from './hostsFile.js';

/** Receives addresses. The last call has `isLast`. */
type Answer = (addresses: readonly string[], isLast: boolean) => void;

/**
 * Milliseconds until a query is repeated, and how often it is sent. A server that drops AAAA queries then delays only a
 * dial whose A addresses have all failed, by 3 s.
 */
const SETTINGS = withoutPrototype({ timeout: 1000, tries: 2, maxTimeout: undefined });

/** One for all queries in progress. Made again for later ones, because the machine may use other servers then. */
let resolver: Resolver | undefined;
let borrowers = 0;

export class ServerQuery {
  readonly #name: string;
  readonly #family: number;
  #answer: Answer | undefined;
  /** How many queries are in progress. */
  #pending = 0;
  #resolver: Resolver | undefined;

  /** @param family 4 or 6: addresses of that family only. 0: both */
  constructor(name: string, family: number, answer: Answer) {
    this.#name = name;
    this.#family = family;
    this.#answer = answer;
  }

  /** May answer before it returns. */
  start(): void {
    let fixed: readonly string[] | undefined;
    try {
      fixed = fixedAddresses(this.#name);
    } catch {
      // No descriptor left, or no permission. Without that file the answer of a DNS server may be wrong.
    }
    if (fixed?.length === 0 && isServersName(this.#name)) this.#ask();
    else this.#end(fixed?.filter((each) => this.#family === 0 || isIP(each) === this.#family) ?? []);
  }

  /** Ends it. `answer` is not called afterwards. Idempotent. */
  stop(): void {
    this.#answer = undefined;
    if (this.#resolver === undefined) return;
    this.#resolver = undefined;
    borrowers -= 1;
    if (borrowers > 0) return;
    resolver?.cancel();
    resolver = undefined;
  }

  #ask(): void {
    resolver ??= new Resolver(SETTINGS);
    borrowers += 1;
    const asked = resolver;
    this.#resolver = asked;
    const types = [6, 4].filter((each) => this.#family === 0 || this.#family === each);
    this.#pending = types.length;
    const onAnswer = (cause: Error | null, addresses?: readonly string[]): void => {
      this.#pending -= 1;
      const found = cause === null ? (addresses ?? []) : [];
      if (this.#pending === 0) this.#end(found);
      else if (found.length > 0) this.#answer?.(found, false);
    };
    for (const type of types) {
      if (type === 6) asked.resolve6(this.#name, onAnswer);
      else asked.resolve4(this.#name, onAnswer);
    }
  }

  #end(found: readonly string[]): void {
    const answer = this.#answer;
    this.stop();
    answer?.(found, true);
  }
}

/** Whether DNS servers know it: not a name of one label, which may need a search domain, and not a name of mDNS. */
function isServersName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  return labels.length > 1 && labels.at(-1) !== 'local';
}
