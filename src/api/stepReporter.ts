/**
 * Reports each step of the chart: events to listeners, ends to readers and to queued messages, results to callers.
 *
 * Owns the view of the present state. Must not decide what follows a loss: the chart has decided that.
 */
import type { ConnectionEmitted } from '../machine/index.js';
import type { AbortError, ResponseHeaders } from '../port/index.js';
import { type StateView, type StepListener, viewOf, wallTime } from './chart/index.js';
import { type Announcer, Ending, type PendingCalls, translate, warnOfEnd } from './events/index.js';
import type { MessageHub } from './incoming/index.js';
import type { Clock } from './options/index.js';
import type { Outbox } from './outgoing/index.js';
import type { Sessions } from './session/index.js';

/** The client as the reporter needs it. */
export interface ReporterClient {
  readonly announcer: Announcer;
  readonly calls: PendingCalls;
  readonly outbox: Outbox;
  readonly hub: MessageHub;
  /** Where there is the option `prepare`. */
  readonly sessions: Sessions | undefined;
  readonly clock: Clock;
  readonly url: string;
  /** Whether the option `reconnect` is set. */
  readonly reconnects: boolean;
  /** Payload bytes that the connection which ends has not sent. */
  readonly unsentBytes: number;
  /** Hands over what is queued, where there is a connection. */
  flush(): void;
  /** A dial or a connection has ended: its link is dropped. */
  onLinkEnded(): void;
}

export class StepReporter implements StepListener {
  view: StateView = IDLE;
  /** When the present state was entered, by the time of day. Not to measure intervals with. */
  since: number;
  /** How often `open` was reached. */
  opens = 0;
  /** How the last dial or connection ended. */
  lastEnding: Ending | undefined;
  /** Why the client ends for good, once it was aborted. */
  abortError: AbortError | undefined;
  /** The headers of the 101, until `open` is announced. */
  answerHeaders: ResponseHeaders | undefined;
  readonly #client: ReporterClient;
  /** When the last connection was lost, by the time of day: `downtime` includes the time that the machine sleeps. */
  #lostAt: number | undefined;

  constructor(client: ReporterClient) {
    this.#client = client;
    this.since = wallTime(client.clock);
  }

  onStep(tags: ReadonlySet<string>, emitted: readonly ConnectionEmitted[]): void {
    const { announcer, calls, clock, reconnects } = this.#client;
    const previous = this.view;
    const view = viewOf(tags, reconnects);
    this.view = view;
    if (view.state !== previous.state) {
      this.#client.sessions?.onState(view.state);
      announcer.enterState();
      this.since = wallTime(clock);
      if (view.state === 'connecting') calls.onConnecting();
      announcer.announce({ event: 'state', args: [view.state, previous.state] });
    }
    announcer.announceUserErrors();
    // Read before anything is settled: the promises that wait now report this end.
    const isAwaited = view.isResting && this.#isAwaited;
    let isThrown = false;
    for (const each of emitted) isThrown = this.#onEmitted(each) || isThrown;
    if (view.isResting && !(previous.isResting && emitted.length === 0)) {
      const ending = new Ending(emitted.at(-1), this.abortError);
      this.#onRest(ending);
      if (!isAwaited && !isThrown) this.#warnOfEnd(ending);
    }
  }

  /** Whether a promise, an iterator or a pipe reports how the client ends. */
  get #isAwaited(): boolean {
    const { calls, hub } = this.#client;
    return calls.isConnecting || hub.hasReaders || hub.hasPipes;
  }

  /** @returns whether one of the events is an `error` that is thrown where nothing listens */
  #onEmitted(emitted: ConnectionEmitted): boolean {
    const { announcer, calls, clock } = this.#client;
    const downtime = this.#lostAt === undefined ? 0 : Math.max(0, wallTime(clock) - this.#lostAt);
    const endsLink = emitted.type === 'lost' || emitted.type === 'terminated';
    const announcements = translate(emitted, {
      downtime,
      unsentBytes: endsLink ? this.#client.unsentBytes : 0,
      unheard: calls.isUnheard(emitted, this.#isAwaited, announcer.listeners),
      headers: this.answerHeaders,
    });
    for (const announcement of announcements) announcer.announce(announcement);
    if (emitted.type === 'preparing') this.#onPreparing(emitted);
    if (emitted.type === 'opened') this.#onOpened();
    if (emitted.type === 'lost') this.#onLost(emitted);
    if (emitted.type === 'terminated') this.#onTerminated(emitted);
    return announcements.some(({ fatal }) => fatal === true);
  }

  #onPreparing({ attempt, reconnected }: Extract<ConnectionEmitted, { type: 'preparing' }>): void {
    const headers = this.answerHeaders ?? {};
    const lastFailure = this.lastEnding?.error;
    this.#client.sessions?.begin({ attempt, reconnected, lastFailure, headers });
  }

  #onOpened(): void {
    const client = this.#client;
    this.opens += 1;
    client.calls.onOpened();
    this.answerHeaders = undefined;
    this.#lostAt = undefined;
    client.announcer.addPassing(() => {
      client.flush();
      client.calls.resolveOpen();
    });
  }

  #onLost(emitted: Extract<ConnectionEmitted, { type: 'lost' }>): void {
    const { calls, clock, hub, outbox } = this.#client;
    const { loss, stage, asked, willReconnect } = emitted;
    const ending = new Ending(emitted, this.abortError);
    this.lastEnding = ending;
    if (!asked) this.#lostAt ??= wallTime(clock);
    this.#client.onLinkEnded();
    if (stage === 'open') outbox.failDrains(ending);
    hub.lose(loss, { stage, asked, willReconnect }, ending);
    calls.resolveClosed();
  }

  #onTerminated(emitted: ConnectionEmitted): void {
    this.#client.onLinkEnded();
    this.#client.hub.terminate(new Ending(emitted, undefined));
  }

  /** Nothing more happens by itself: everything that waits is settled, in order, after the events that say why. */
  #onRest(ending: Ending): void {
    const { announcer, calls, hub, outbox } = this.#client;
    const isIterated = hub.hasReaders;
    this.#lostAt = undefined;
    outbox.failDrains(ending);
    hub.end(ending.isClean ? undefined : ending);
    for (const held of outbox.giveUp()) {
      announcer.add(() => {
        held.reject(ending.error);
        announcer.deliver({ event: 'undelivered', args: [held.data, ending.error] });
      });
    }
    calls.settle(ending, isIterated, announcer);
  }

  #warnOfEnd(ending: Ending): void {
    const { announcer, url } = this.#client;
    announcer.add(() => warnOfEnd(ending, url, announcer.listeners));
  }
}

const IDLE: StateView = viewOf(new Set(['idle', 'queues']), false);
