/**
 * The chart alone as a client, over a fake transport and in virtual time: whatever a replay does to it has happened when the call
 * returns. It stands for a client where a replay is planned.
 */
import { type Actor, createActor } from 'xstate';
import {
  AbortError,
  type ConnectionCommand,
  type ConnectionContext,
  type ConnectionMachine,
  connectionMachine,
  defaultShouldReconnect,
  forgetOptions,
  isolateScheduler,
  NEVER,
  ProgressMarks,
  type ReckerError,
  type SocketFact,
  type SocketPort,
  type Transport,
  unsetActorOptions,
} from '../../machine/index.js';
import {
  type DialRequest,
  NO_CLOSE,
  RUNTIME_FACT,
  type RuntimeFact,
  type TransportObserver,
} from '../../port/index.js';
import type { RecordedPolicy } from '../../recording/index.js';
import type { PathClient } from '../fakePathDriver.js';
import { type FakeTransport, fakeTransport } from '../fakeTransport.js';
import { VirtualClock } from '../virtualClock.js';
import { stateIn, timesOf } from './cues.js';
import { HEARTBEAT_REPLY, type Stage, type Surroundings } from './stage.js';

/** What every dial of it is given: nobody reads it. */
const REQUEST = Object.freeze({ url: 'ws://replay' }) as unknown as DialRequest;

export class ChartStage implements Stage, PathClient {
  readonly client: PathClient = this;
  readonly transport: FakeTransport = fakeTransport({ autoAnswer: 'manual' });
  readonly clock = new VirtualClock();
  readonly surroundings: Surroundings = { chance: 0, decision: true, slept: 0 };
  readonly hasHeartbeatMessage: boolean;
  #isOffline = false;
  readonly #actor: Actor<ConnectionMachine>;
  #link: ChartLink | undefined;

  constructor(recorded: RecordedPolicy) {
    const { prepare, heartbeatMessage = false, shouldReconnect = false } = recorded;
    this.hasHeartbeatMessage = heartbeatMessage;
    const { clock, surroundings } = this;
    this.#actor = createActor(connectionMachine, {
      ...unsetActorOptions(),
      clock: {
        setTimeout: (callback: () => void, delay: number) =>
          delay >= NEVER ? undefined : clock.setTimeout(callback, delay),
        clearTimeout: clock.clearTimeout,
      } as never,
      input: {
        policy: { ...timesOf(recorded), prepares: prepare },
        environment: {
          dial: (_, report) => {
            this.#link = new ChartLink(this, report);
            return this.#link;
          },
          farewell() {},
          shouldReconnect: shouldReconnect ? () => surroundings.decision : defaultShouldReconnect,
          isOffline: () => this.#isOffline,
          random: () => surroundings.chance,
          now: () => this.now,
          wallTime: () => Math.round(this.now),
        },
      },
    });
    isolateScheduler(this.#actor.system);
    this.#actor.start();
    isolateScheduler(this.#actor.system);
    forgetOptions(this.#actor);
  }

  get now(): number {
    return this.clock.now() + this.surroundings.slept;
  }

  get context(): ConnectionContext {
    return this.#actor.getSnapshot().context;
  }

  /** The path of the innermost state. */
  get path(): string {
    let path = '';
    let value: unknown = this.#actor.getSnapshot().value;
    while (typeof value === 'object' && value !== null) {
      const [[name, below] = ['', undefined]] = Object.entries(value);
      path += `${name}.`;
      value = below;
    }
    return path + String(value);
  }

  get state(): string {
    return stateIn(this.path) ?? '';
  }

  connect = () => this.#send({ type: 'connect' });
  reconnect = () => this.#send({ type: 'reconnect' });
  terminate = () => this.#send({ type: 'terminate' });
  close = (code: number | null) => this.#send({ type: 'close', code: code ?? 1005, reason: '' });
  abort = () => this.#send({ type: 'abort', error: new AbortError('as recorded') });
  wake = () => this.#send({ type: 'runtime.awake' });
  [RUNTIME_FACT](fact: RuntimeFact): void {
    this.#send(fact);
  }

  offline(act: () => void): void {
    this.#isOffline = true;
    try {
      act();
    } finally {
      this.#isOffline = false;
    }
  }

  prepared(error?: ReckerError): void {
    this.#link?.report(
      error === undefined ? { type: 'session.prepared' } : { type: 'session.failed', error },
    );
  }

  #send(event: ConnectionCommand | RuntimeFact): void {
    this.#actor.send(event);
  }
}

/** Between the chart and one fake connection, as the link of a client is. */
class ChartLink implements SocketPort, TransportObserver {
  readonly report: (fact: SocketFact) => void;
  readonly #stage: ChartStage;
  readonly #transport: Transport;
  #isLive = true;
  #marks: ProgressMarks | undefined;
  #isWaitingKnown = false;

  constructor(stage: ChartStage, onFact: (fact: SocketFact) => void) {
    this.#stage = stage;
    this.report = (fact) => {
      if (this.#isLive) onFact(fact);
    };
    this.#transport = stage.transport.dial(REQUEST, this);
  }

  ping(): void {
    this.#transport.mark();
    this.pingAgain();
  }

  pingAgain(): void {
    if (!this.#stage.hasHeartbeatMessage) this.#transport.ping();
  }

  askLiveness(): void {
    this.#marks?.question();
    this.#transport.askLiveness();
  }

  forgetSilence(): void {
    this.#marks?.forgetSilence(this.#stage.now);
  }

  close(code: number, reason: string): void {
    this.#transport.close(code, reason);
  }

  destroy(): void {
    this.#isLive = false;
    this.#transport.destroy();
  }

  opened(): void {
    this.report({ type: 'socket.opened' });
  }

  failed(error: ReckerError, sentCode?: number): void {
    const loss = { code: NO_CLOSE, reason: '', wasClean: false, error, sentCode };
    this.report({ type: 'socket.failed', loss });
  }

  message(data: string | Uint8Array): void {
    this.#marks?.received(this.#stage.now);
    if (data === HEARTBEAT_REPLY) this.report({ type: 'socket.ponged' });
  }

  ponged(): void {
    this.#marks?.received(this.#stage.now);
    this.report({ type: 'socket.ponged' });
  }

  answered(alive: boolean): void {
    const { now } = this.#stage;
    const marks = this.#marks;
    if (marks === undefined) {
      this.report({ type: 'socket.answered', alive });
      return;
    }
    marks.answer(now, alive);
    const sending = marks.read(now);
    this.#isWaitingKnown = sending.waiting;
    this.report({ type: 'socket.answered', alive, sending });
  }

  filled(before: number): void {
    const { now } = this.#stage;
    if (this.#marks === undefined) this.#marks = new ProgressMarks(now, before);
    else this.#marks.fill(now);
    if (this.#isWaitingKnown) return;
    this.#isWaitingKnown = true;
    this.report({ type: 'socket.filled', sending: this.#marks.read(now) });
  }

  taken(bytes = 0, waiting = false): void {
    this.#marks?.take(this.#stage.now, bytes, waiting);
  }

  peerClosed(code: number, reason: string): void {
    this.report({ type: 'socket.peerClosed', code, reason });
  }

  peerErred(error: ReckerError, sentCode: number): void {
    this.report({ type: 'socket.peerErred', error, sentCode });
  }

  closed(code: number, reason: string, wasClean: boolean, error?: ReckerError): void {
    this.report({ type: 'socket.closed', loss: { code, reason, wasClean, error } });
  }
}
