/**
 * What must be true of a client at any moment, whatever its user and its network do.
 *
 * Owns: the rules, each written once, for the generated paths and for the simulator. Must not know: how the
 * client is driven. The driver reports each command before it is given, each dial, each event that a
 * listener heard, and the facts after each step.
 */
import type { ConnectionState } from '../../src/machine/index.js';

/** The promises of the client's options that the rules need. */
export interface Promised {
  /** Left out where the api above the chart is not there. */
  readonly autoConnect?: boolean;
  readonly reconnect: boolean;
  /** 0 = never give up. */
  readonly maxReconnectAttempts: number;
  readonly maxReconnectDelay: number;
}

/** What is true between two steps, when everything announced was delivered. */
export interface Facts {
  readonly state: ConnectionState;
  /** Left out where what is looked at has none, as the bare chart. */
  readonly readyState?: number;
  /** Sockets that are dialling or connected. */
  readonly live: number;
  /** Timers that are armed. */
  readonly timers: number;
}

export type Command = 'connect' | 'reconnect' | 'terminate' | 'close' | 'abort';

/** By hand, from the contract. */
export const READY_STATE: Readonly<Record<ConnectionState, number>> = {
  idle: 3,
  connecting: 0,
  preparing: 0,
  open: 1,
  closing: 2,
  backoff: 3,
  reconnecting: 0,
  exhausted: 3,
  closed: 3,
};

const IN_SESSION: ReadonlySet<ConnectionState> = new Set([
  'connecting',
  'reconnecting',
  'preparing',
  'open',
  'closing',
]);
/** Where a `close()` or `terminate()` announces an end although there is no connection. */
const ENDS_WITHOUT_A_CONNECTION: ReadonlySet<ConnectionState> = new Set(['idle', 'backoff', 'exhausted']);

export class InvariantBroken extends Error {
  override readonly name = 'InvariantBroken';
}

export function broken(what: string): never {
  throw new InvariantBroken(what);
}

export class Invariants {
  /** A delay may be longer than the cap where a server or the user's decision asked for it: set it then. */
  delayFloor = 0;
  readonly #promised: Promised;
  #state: ConnectionState = 'idle';
  #dials = 0;
  #closes = 0;
  #endsWithoutConnection = 0;
  #hasOpened = true;
  #mayDial: boolean;
  #isAborted = false;
  /** Dials since somebody asked for one, or since the attempts were counted anew. */
  #attempts = -1;
  /** What the surroundings reported may begin the next dial, whose failure then uses up no attempt. */
  #isHastened = false;
  /** Whether the newest dial is among the attempts. */
  #isCounted = false;

  constructor(promised: Promised) {
    this.#promised = promised;
    this.#mayDial = promised.autoConnect === true;
  }

  get dials(): number {
    return this.#dials;
  }

  /** What of the history decides whether something is broken later. */
  get key(): string {
    return [this.#mayDial, this.#attempts, this.#isHastened].join();
  }

  /** Before a call takes effect. */
  called(command: Command, state: ConnectionState): void {
    if (this.#isAborted) return;
    if (command !== 'connect') this.#isHastened = false;
    // Joins the dial that is to come.
    if (command === 'connect' && state === 'backoff') return;
    if (command === 'connect' || command === 'reconnect') {
      this.#mayDial = true;
      this.#attempts = -1;
      return;
    }
    this.#mayDial = false;
    if (command === 'abort') this.#isAborted = true;
    else if (ENDS_WITHOUT_A_CONNECTION.has(state)) this.#endsWithoutConnection += 1;
  }

  /** Before a report of the runtime takes effect. */
  reported(state: ConnectionState): void {
    if (state === 'backoff') this.#isHastened = true;
  }

  /** The newest dial failed while the runtime had no network: it uses up no attempt. */
  failedOffline(): void {
    if (this.#isCounted && this.#attempts > 0) this.#attempts -= 1;
    this.#isCounted = false;
  }

  /** A socket is made. @param live how many there are now, this one included */
  dialled(live: number): void {
    this.#dials += 1;
    this.#isCounted = !this.#isHastened;
    if (this.#isCounted) this.#attempts += 1;
    this.#isHastened = false;
    this.#hasOpened = false;
    if (live > 1) broken(`there are ${live} sockets`);
    if (!this.#mayDial) broken('it dials after close() or an abort, and nobody called connect()');
    // Without the option, a loss is the end of it until the next call.
    this.#mayDial = this.#promised.reconnect;
    const { maxReconnectAttempts } = this.#promised;
    if (maxReconnectAttempts > 0 && this.#attempts > maxReconnectAttempts) {
      broken(`dial ${this.#attempts} since the last call or opening, of at most ${maxReconnectAttempts}`);
    }
  }

  heard(event: string, args: readonly unknown[]): void {
    const { maxReconnectAttempts, maxReconnectDelay } = this.#promised;
    const attemptsAtMost = maxReconnectAttempts || Number.POSITIVE_INFINITY;
    switch (event) {
      case 'open': {
        const { attempt } = args[0] as { readonly attempt: number };
        if (this.#hasOpened) broken('a second open for one dial');
        if (attempt > attemptsAtMost) broken(`open reports attempt ${attempt} of ${attemptsAtMost}`);
        this.#hasOpened = true;
        this.#attempts = 0;
        return;
      }
      case 'close':
        this.#closes += 1;
        return;
      case 'reconnecting': {
        const [attempt, delay] = args as [number, number];
        if (!(attempt >= 1 && attempt <= attemptsAtMost)) broken(`attempt ${attempt} of ${attemptsAtMost}`);
        const longest = Math.max(maxReconnectDelay, this.delayFloor);
        if (!(delay >= 0 && delay <= longest)) broken(`a delay of ${delay} ms, above the cap of ${longest}`);
        return;
      }
      case 'state': {
        const [state, previous] = args as [ConnectionState, ConnectionState];
        if (previous !== this.#state) broken(`state came from ${previous}, and before it was ${this.#state}`);
        if (state === previous) broken(`state announces ${state} again`);
        this.#state = state;
      }
    }
  }

  /** After a step. */
  settled({ state, readyState, live, timers }: Facts): void {
    if (state !== this.#state) broken(`it is ${state}, and was announced as ${this.#state}`);
    if (readyState !== undefined && readyState !== READY_STATE[state]) {
      broken(`readyState ${readyState} in ${state}`);
    }
    const sockets = IN_SESSION.has(state) ? 1 : 0;
    if (live !== sockets) broken(`${live} sockets in ${state}`);
    const ends = this.#dials - live + this.#endsWithoutConnection;
    if (this.#closes !== ends) broken(`${this.#closes} close events for ${ends} ends`);
    if ((state === 'closed' || state === 'exhausted') && timers > 0)
      broken(`${timers} timers left in ${state}`);
    if (state === 'backoff' && timers !== 1) broken(`${timers} timers in backoff`);
    if (this.#isAborted && state !== 'closed') broken(`${state} after an abort`);
  }
}
