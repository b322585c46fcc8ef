/**
 * What must happen in time, checked on the graph of all states: each of its edges was a step of the real class.
 *
 * From every state one way is followed, on which the world is fair, or silent. It must lead where the contract says, in a bounded
 * number of steps.
 */
import type { ConnectionState } from '../../src/index.js';
import type { Configuration } from './configurations.js';
import { type Exploration, type Finding, type Found, pathTo } from './explore.js';

/** The first of these that is possible is what happens next. The server is willing, and `prepare` ends. */
const FAIR = [
  'the dial opens',
  'prepare resolves',
  'the connection ends',
  'the socket answers: alive',
  'a timer fires',
  'a unit passes',
];
/** Nothing comes from the network any more. */
const SILENT = ['the socket answers: silent', 'a timer fires', 'a unit passes'];
const MOST_STEPS = 40;

/** RFC 6455 §7.4.1; and the code that was sent after a breach of the protocol. */
const FINAL_CODES = /;(1002|1008);/;

const stateOf = (path: string): ConnectionState => {
  const words = path.split('.');
  return (words[0] === 'session' ? words[1] : words[0]) as ConnectionState;
};

const AT_REST: ReadonlySet<ConnectionState> = new Set(['idle', 'closed', 'exhausted']);
const CLOSED: ReadonlySet<ConnectionState> = new Set(['closed']);

/** What was followed, and what was wrong. */
export interface Liveness {
  readonly ways: number;
  readonly longest: number;
  readonly findings: readonly Finding[];
}

export function checkLiveness({ states, configuration }: Exploration): Liveness {
  const checking = new Checking(states, configuration);
  for (const index of states.keys()) checking.check(index);
  return checking;
}

class Checking implements Liveness {
  ways = 0;
  longest = 0;
  readonly findings: Finding[] = [];
  readonly #states: readonly Found[];
  readonly #configuration: Configuration;

  constructor(states: readonly Found[], configuration: Configuration) {
    this.#states = states;
    this.#configuration = configuration;
  }

  check(index: number): void {
    const found = this.#at(index);
    const state = stateOf(found.path);
    if (!AT_REST.has(state)) {
      const goals = this.#goalsOf(found, state);
      this.#follow(index, FAIR, [], goals, `a fair world leads to ${[...goals].join(' or ')}`);
      const stays = state === 'open' && !this.#configuration.heartbeat;
      if (!stays) {
        // Where there is no heartbeat, a connection that opened before may stay.
        this.#follow(index, SILENT, [], AT_REST, 'silence is noticed, and ends');
      }
    }
    this.#follow(index, SILENT, ['close()'], CLOSED, 'close() ends in silence');
    this.#follow(index, FAIR, ['close()'], CLOSED, 'close() ends');
  }

  #at(index: number): Found {
    return this.#states[index] as Found;
  }

  /** Where a fair world leads. A connection that is closing may be the last one. */
  #goalsOf({ path, key }: Found, state: ConnectionState): ReadonlySet<ConnectionState> {
    if (state !== 'closing') return new Set(['open']);
    const { reconnect, maxReconnectAttempts } = this.#configuration;
    switch (path) {
      case 'session.closing.byUs':
      case 'session.closing.forGood':
        return new Set(['closed']);
      case 'session.closing.byPeer': {
        if (!reconnect || FINAL_CODES.test(key)) return new Set(['closed']);
        const used = Number(/\|(\d+);(true|false);(true|false);/.exec(key)?.[1]);
        // Whether the connection has lasted long enough decides, too.
        return used < maxReconnectAttempts ? new Set(['open']) : new Set(['open', 'exhausted']);
      }
      default:
        return new Set(['open']);
    }
  }

  #follow(
    from: number,
    order: readonly string[],
    first: readonly string[],
    goals: ReadonlySet<ConnectionState>,
    what: string,
  ): void {
    const taken: string[] = [];
    let at = from;
    const left = [...first];
    for (;;) {
      const { path, next, todo } = this.#at(at);
      if (left.length === 0 && goals.has(stateOf(path))) break;
      // Where the search was stopped before, nobody knows what follows.
      if (todo.length > 0) return;
      const step = left.shift() ?? order.find((each) => next.has(each));
      const reached = step === undefined ? undefined : next.get(step);
      if (step === undefined || reached === undefined || taken.length > MOST_STEPS) {
        this.#report(from, taken, goals, `${what}: but it stays in ${path}`);
        return;
      }
      taken.push(step);
      at = reached;
    }
    this.ways += 1;
    this.longest = Math.max(this.longest, taken.length);
  }

  #report(from: number, taken: readonly string[], goals: ReadonlySet<ConnectionState>, what: string): void {
    this.findings.push({
      configuration: this.#configuration.name,
      steps: [...pathTo(this.#states, from), ...taken],
      what,
      goal: [...goals],
    });
  }
}
