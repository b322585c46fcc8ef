/**
 * A client that is replayed: its options, and how each move is made.
 *
 * Must not know: any client. The maker of clients is handed in.
 */
import { type Failure, ignore, type ReckerError } from '../../port/index.js';
import type { RecordedPolicy } from '../../recording/index.js';
import type { PathClient, PathClientOptions } from '../fakePathDriver.js';
import { type FakeTransport, fakeTransport } from '../fakeTransport.js';
import { turn, VirtualClock } from '../virtualClock.js';
import { timesOf } from './cues.js';
import type { Move } from './plan.js';
import { HEARTBEAT, HEARTBEAT_REPLY, perform, prepareFor, type Stage, type Surroundings } from './stage.js';

/** The options to make the client of a replay with: the recorded policy, and what replays the rest. */
export interface ReplayClientOptions extends PathClientOptions {
  /** Returns the numbers with which the back-off has its recorded delays. */
  readonly random: () => number;
  /** Where the recorded client had one: returns what it must have returned. */
  readonly shouldReconnect?: ((failure: Failure) => boolean | number) | undefined;
  /** Where the recorded client had one: a text in its place. */
  readonly heartbeatMessage?: string | undefined;
  /** Where the recorded client had a `heartbeatMessage`: accepts the answer that the replay sends. */
  readonly isHeartbeatReply?: ((message: { readonly data: unknown }) => boolean) | undefined;
}

/** What a client has that emits events. */
interface Listened {
  on(event: 'error', listener: () => void): unknown;
}

/** What settles a `prepare`. */
interface Preparing {
  resolve(): void;
  reject(error: ReckerError): void;
}

export class LiveStage<Client extends PathClient> implements Stage {
  readonly client: Client;
  readonly transport: FakeTransport;
  readonly clock: VirtualClock;
  readonly surroundings: Surroundings;
  readonly hasHeartbeatMessage: boolean;
  readonly #controller: AbortController;
  readonly #preparing: Preparing[];

  /** Makes the client. */
  static async of<Client extends PathClient>(
    recorded: RecordedPolicy,
    make: (options: ReplayClientOptions) => Client | Promise<Client>,
  ): Promise<LiveStage<Client>> {
    const { prepare, heartbeatMessage = false, shouldReconnect = false } = recorded;
    const clock = new VirtualClock();
    const transport = fakeTransport({ autoAnswer: 'manual' });
    const surroundings: Surroundings = { chance: 0, decision: true, slept: 0 };
    const controller = new AbortController();
    const preparing: Preparing[] = [];
    const client = await make({
      ...timesOf(recorded),
      ...(prepare
        ? { prepare: () => new Promise((resolve, reject) => preparing.push({ resolve, reject })) }
        : {}),
      ...(shouldReconnect ? { shouldReconnect: () => surroundings.decision } : {}),
      ...(heartbeatMessage
        ? {
            heartbeatMessage: HEARTBEAT,
            isHeartbeatReply: ({ data }: { readonly data: unknown }) => data === HEARTBEAT_REPLY,
          }
        : {}),
      transport,
      clock: {
        setTimeout: clock.setTimeout,
        clearTimeout: clock.clearTimeout,
        now: () => clock.now() + surroundings.slept,
      },
      random: () => surroundings.chance,
      signal: controller.signal,
    });
    // Errors are part of what is replayed: nobody needs a warning of them.
    (client as Partial<Listened>).on?.('error', ignore);
    return new LiveStage(client, {
      transport,
      clock,
      surroundings,
      controller,
      preparing,
      hasHeartbeatMessage: heartbeatMessage,
    });
  }

  private constructor(
    client: Client,
    made: Pick<Stage, 'transport' | 'clock' | 'surroundings' | 'hasHeartbeatMessage'> & {
      readonly controller: AbortController;
      readonly preparing: Preparing[];
    },
  ) {
    this.client = client;
    this.transport = made.transport;
    this.clock = made.clock;
    this.surroundings = made.surroundings;
    this.hasHeartbeatMessage = made.hasHeartbeatMessage;
    this.#controller = made.controller;
    this.#preparing = made.preparing;
  }

  abort(): void {
    this.#controller.abort();
  }

  prepared(error?: ReckerError): void {
    const preparing = this.#preparing.at(-1);
    if (preparing === undefined) throw new Error('prepare was not called');
    if (error === undefined) preparing.resolve();
    else preparing.reject(error);
  }

  offline(act: () => void): void {
    const known = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
    Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
    try {
      act();
    } finally {
      if (known === undefined) Reflect.deleteProperty(globalThis, 'navigator');
      else Object.defineProperty(globalThis, 'navigator', known);
    }
  }

  /** Makes one move, and lets promises run. @throws Error where it cannot be made */
  async move({ cue, wait, sleep }: Move): Promise<void> {
    const { surroundings } = this;
    prepareFor(cue, this);
    const act = () => {
      if (cue.act.do === 'delay') {
        surroundings.slept += sleep;
        this.#passDelay(wait);
      } else {
        this.#passTime(wait);
        surroundings.slept += sleep;
        perform(cue.act, this);
      }
    };
    await turn();
    if (cue.isOffline) this.offline(act);
    else act();
    await turn();
  }

  #passDelay(wait: number): void {
    const { clock } = this;
    const [next] = clock.pending;
    const due = next === undefined ? undefined : next.at - clock.now();
    // Sums of fractions of a millisecond may differ in their last digit.
    if (due === undefined || Math.abs(due - wait) > 0.001)
      throw new Error(
        `a delay was due in ${wait} ms, and ${due === undefined ? 'none is pending' : `is in ${due} ms`}`,
      );
    clock.next();
  }

  #passTime(wait: number): void {
    const { clock } = this;
    const due = clock.pending[0]?.at ?? Number.POSITIVE_INFINITY;
    if (due <= clock.now() + wait && wait > 0)
      throw new Error(`a delay passes in ${due - clock.now()} ms that did not pass in ${wait} ms`);
    if (wait > 0) clock.advance(wait);
  }

  finish(): void {
    this.#controller.abort();
  }
}
