/**
 * A name's addresses without one of libuv's threads: from the hosts file, else by A and AAAA queries
 * (`dns.Resolver`, which is c-ares). Used beside a lookup that is slow.
 *
 * What it finds counts; that it finds nothing says nothing, since the system's lookup knows more: search
 * domains, mDNS, directories.
 */
import { Resolver } from 'node:dns';
import { isIP } from 'node:net';
import { withoutPrototype } from '../../../port/index.js';
import { fixedAddresses } from './hostsFile.js';

/** Called with what was found, at the latest with nothing more to come. */
type Answer = (addresses: readonly string[], isLast: boolean) => void;

/**
 * Milliseconds until a query is repeated, and how often it is sent. A server that drops AAAA queries then holds a
 * dial whose A addresses have all failed for 3 s, and no other.
 */
const SETTINGS = withoutPrototype({ timeout: 1000, tries: 2, maxTimeout: undefined });

/** One for all queries under way. A later one is made anew, since the machine may have moved to other servers. */
let resolver: Resolver | undefined;
let borrowers = 0;

export class ServerQuery {
  readonly #name: string;
  readonly #family: number;
  #answer: Answer | undefined;
  /** How many queries are under way. */
  #pending = 0;
  #resolver: Resolver | undefined;

  /** @param family 4 or 6 for the addresses of that family alone, 0 for both */
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
      // No descriptor left, or no permission. Without that file a DNS server's answer may be the wrong one.
    }
    if (fixed?.length === 0 && isServersName(this.#name)) this.#ask();
    else this.#end(fixed?.filter((each) => this.#family === 0 || isIP(each) === this.#family) ?? []);
  }

  /** Nothing is answered afterwards. Idempotent. */
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

/** Whether DNS servers are those who know it: not a name of one label, which may mean a search domain's, nor mDNS's. */
function isServersName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  return labels.length > 1 && labels.at(-1) !== 'local';
}
