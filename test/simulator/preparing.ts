/**
 * The function of the option `prepare` in a simulation: it sends, waits for messages, gives up, fails, calls the client, or
 * never ends, as its seed says.
 *
 * Owns: what such functions do, and the accounts of the messages that they take.
 */
import { type ReckerWebSocket, type Session, SessionError, type WebSocketMessage } from '../../src/index.js';
import { ignore } from '../../src/port/index.js';
import { broken } from '../support/invariants.js';
import type { Random } from '../support/random.js';
import type { Time } from './time.js';

/** One call of the function. */
interface Run {
  readonly session: Session;
  /** How many calls of `next()` wait. */
  waiting: number;
}

/** What a session sends has this before it: no message of the queue has. */
export const OF_SESSION = 'session ';

export interface PreparingWatcher {
  readonly client: ReckerWebSocket;
  /** What the function does to the client. */
  call(what: 'close' | 'reconnect' | 'terminate'): void;
  /** Keeps what `act` finds to be wrong. */
  guard(act: () => void): void;
  trace(what: string): void;
}

export class Preparing {
  /** Messages that `next()` gave. */
  readonly taken = new Set<number>();
  /** From here on it succeeds at once. */
  isHealed = false;
  readonly #random: Random;
  readonly #time: Time;
  readonly #watcher: PreparingWatcher;
  #run: Run | undefined;
  /** Those in which a call of `next()` waits. */
  readonly #waiting = new Set<Run>();

  constructor(random: Random, time: Time, watcher: PreparingWatcher) {
    this.#random = random;
    this.#time = time;
    this.#watcher = watcher;
  }

  /** Whether a call of `next()` waits in the session that is being prepared. */
  get isWaiting(): boolean {
    return this.#watcher.client.state === 'preparing' && (this.#run?.waiting ?? 0) > 0;
  }

  /** Nothing waits in a session that is over. */
  check(): void {
    const { state } = this.#watcher.client;
    for (const run of this.#waiting)
      if (run !== this.#run || state !== 'preparing') broken(`a session's next() waits in ${state}`);
  }

  readonly prepare = (session: Session): void | Promise<void> => {
    const { client, guard, trace } = this.#watcher;
    guard(() => {
      if (client.state !== 'preparing') broken(`prepare is called in ${client.state}`);
      if (this.#run?.session.signal.aborted === false) broken('two sessions run at once');
    });
    const run: Run = { session, waiting: 0 };
    this.#run = run;
    if (this.isHealed) return;
    const manner = this.#random.weighted({ returns: 2, throws: 1, goes: 8, 'goes on alone': 1 });
    trace(`  prepare ${manner}`);
    if (manner === 'returns') return;
    if (manner === 'throws') throw this.#failure();
    const going = this.#go(run);
    if (manner === 'goes') return going;
    going.catch(() => {});
  };

  async #go(run: Run): Promise<void> {
    const random = this.#random;
    for (let step = random.pick([1, 2, 4, 8]); step > 0; step -= 1) await this.#step(run);
  }

  async #step(run: Run): Promise<void> {
    const random = this.#random;
    const what = random.weighted({
      send: 4,
      next: 4,
      'next that fits': 2,
      'two at once': 1,
      'next, and give up': 1,
      'next that throws': 0.5,
      wait: 4,
      throw: 0.7,
      'end it': 0.2,
      never: 0.4,
      call: 0.5,
    });
    this.#watcher.trace(`  prepare: ${what}`);
    switch (what) {
      case 'send':
        this.#send(run, `${OF_SESSION}${random.int(9)}`);
        return;
      case 'next':
        return this.#next(run);
      case 'next that fits':
        return this.#next(run, ({ data }) => Number(data) % 3 === 0);
      case 'two at once': {
        const [one, other] = [this.#next(run), this.#next(run, ({ data }) => Number(data) % 2 === 0)];
        await one.catch(() => {});
        return other;
      }
      case 'next, and give up': {
        const abort = new AbortController();
        this.#time.later(random.pick([0, 30, 400]), () => abort.abort());
        return this.#next(run, undefined, abort.signal).catch(() => {});
      }
      case 'next that throws':
        return this.#next(run, () => {
          throw new Error('where');
        }).catch(() => {});
      case 'wait':
        return new Promise((resolve) => this.#time.later(random.pick([0, 1, 30, 400, 5000]), resolve));
      case 'throw':
        throw this.#failure();
      case 'end it':
        throw new SessionError('final', { final: true });
      case 'never':
        return new Promise(() => {});
      case 'call':
        // One that goes on alone must not end the client that is held to be open.
        if (!this.isHealed) this.#watcher.call(random.pick(['close', 'reconnect', 'terminate']));
    }
  }

  #send(run: Run, text: string): void {
    const { state } = this.#watcher.client;
    const isOver = run !== this.#run || (state !== 'preparing' && state !== 'open');
    if (isOver) {
      const accepted = () => this.#watcher.guard(() => broken('a session that is over took a message'));
      run.session.send(text).then(accepted, ignore);
    } else if (state === 'preparing') void run.session.send(text);
  }

  async #next(run: Run, where?: (message: WebSocketMessage) => boolean, signal?: AbortSignal): Promise<void> {
    run.waiting += 1;
    this.#waiting.add(run);
    try {
      const { data } = await run.session.next(where, { signal });
      this.taken.add(Number(data));
    } finally {
      run.waiting -= 1;
      if (run.waiting === 0) this.#waiting.delete(run);
    }
  }

  #failure(): Error {
    return this.#random.chance(0.5) ? new SessionError('refused') : new Error('prepare threw');
  }
}
