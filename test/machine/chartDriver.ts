/**
 * Runs paths on the chart itself: a real actor, a socket that only records, virtual time.
 *
 * Owns: the record of which transitions the actor took, and what it asked of its socket. Each step is held against
 * the path, the hand-written table and the invariants. One driver runs one path.
 */
import assert from 'node:assert/strict';
import { type Actor, createActor } from 'xstate';
import { translate } from '../../src/api/events/translate.js';
import {
  type ConnectionCommand,
  type ConnectionEmitted,
  type ConnectionMachine,
  type ConnectionState,
  connectionMachine,
  defaultShouldReconnect,
  NEVER,
  type RuntimeFact,
  type SocketFact,
} from '../../src/machine/index.js';
import { definedTransitions } from '../../src/machine/writtenTransitions.js';
import type { PathDriver } from '../../src/testing/pathDriver.js';
import type { ConnectionPath, PathStep } from '../../src/testing/paths.js';
import { VirtualClock } from '../../src/testing/virtualClock.js';
import { type Expected, expectedByTable } from '../model/tableOracle.js';
import { Invariants } from '../support/invariants.js';
import { written } from './tableBenches.js';

/** A socket of the chart, and what became of it. */
interface RecordedSocket {
  readonly tell: (fact: SocketFact) => void;
  readonly asked: string[];
  isDestroyed: boolean;
}

export class ChartDriver implements PathDriver {
  /** For each step, the ids of the written transitions that the actor took. */
  readonly taken: string[][] = [];
  readonly sockets: RecordedSocket[] = [];
  readonly #machine: ConnectionMachine;
  readonly #clock = new VirtualClock();
  #slept = 0;
  #emitted: ConnectionEmitted[] = [];
  #takenNow: string[] = [];
  #actor: Actor<ConnectionMachine> | undefined;
  #table: readonly Expected[] | undefined;
  #invariants: Invariants | undefined;
  #state: ConnectionState = 'idle';
  #broken: unknown;

  constructor(machine: ConnectionMachine = connectionMachine) {
    this.#machine = machine;
  }

  /** The sockets that have neither ended nor been destroyed. */
  get liveSockets(): readonly RecordedSocket[] {
    return this.sockets.filter(({ isDestroyed }) => !isDestroyed);
  }

  start(path: ConnectionPath): void {
    const { policy } = path;
    this.#invariants = new Invariants(policy);
    this.#table = expectedByTable(path);
    const ids = new Map(definedTransitions(this.#machine).map(({ definition, id }) => [definition, id]));
    this.#actor = createActor(this.#machine, {
      clock: this.#clock,
      inspect: (inspected) => {
        if (inspected.type !== '@xstate.microstep') return;
        for (const transition of inspected._transitions) {
          const id = ids.get(transition);
          if (id !== undefined) this.#takenNow.push(id);
        }
      },
      input: {
        policy,
        environment: {
          dial: (_, tell) => this.#dial(tell),
          farewell() {},
          shouldReconnect: defaultShouldReconnect,
          random: () => 0,
          now: () => this.#clock.now() + this.#slept,
          wallTime: () => this.#clock.now() + this.#slept,
        },
      },
    });
    this.#actor.on('*', (emitted) => this.#emitted.push(emitted));
    this.#actor.start();
  }

  finish(): void {
    this.#actor?.stop();
  }

  connect = () => this.#send({ type: 'connect' });
  reconnect = () => this.#send({ type: 'reconnect' });
  terminate = () => this.#send({ type: 'terminate' });
  goesOnline = () => this.#report({ type: 'runtime.online' });
  awakes = () => this.#report({ type: 'runtime.awake' });
  close: PathDriver['close'] = (code, reason) => this.#send({ type: 'close', code, reason });
  abort: PathDriver['abort'] = (error) => this.#send({ type: 'abort', error });

  accept = () => this.#tell({ type: 'socket.opened' });
  refuse: PathDriver['refuse'] = (loss) => this.#tell({ type: 'socket.failed', loss });
  prepares = () => this.#tell({ type: 'session.prepared' });
  failsToPrepare: NonNullable<PathDriver['failsToPrepare']> = (error) =>
    this.#tell({ type: 'session.failed', error });
  peerCloses: PathDriver['peerCloses'] = (code, reason) =>
    this.#tell({ type: 'socket.peerClosed', code, reason });
  peerErrs: PathDriver['peerErrs'] = (sentCode, error) =>
    this.#tell({ type: 'socket.peerErred', sentCode, error });
  ends: PathDriver['ends'] = (loss) => this.#tell({ type: 'socket.closed', loss });
  drops: PathDriver['drops'] = (loss) => this.#tell({ type: 'socket.closed', loss });
  freezes = () => {};
  pongs = () => this.#tell({ type: 'socket.ponged' });
  fills: NonNullable<PathDriver['fills']> = (sending) => this.#tell({ type: 'socket.filled', sending });
  answers: PathDriver['answers'] = (alive, sending) => {
    assert.equal(this.sockets.at(-1)?.asked.at(-1), 'askLiveness', 'nobody asked');
    this.#tell({ type: 'socket.answered', alive, ...(sending === undefined ? {} : { sending }) });
  };

  passDelay: PathDriver['passDelay'] = (_, ms) => {
    assert.equal(this.#clock.pending[0]?.at, this.#clock.now() + ms, 'another timer is due first');
    this.#clock.next();
  };
  sleeps: PathDriver['sleeps'] = (ms) => {
    this.#slept += ms;
  };

  check(step: PathStep): void {
    if (this.#broken !== undefined) throw this.#broken;
    const snapshot = this.#actor?.getSnapshot();
    assert.ok(snapshot);
    assert.ok(snapshot.hasTag(step.state), `the state has the tags ${[...snapshot.tags]}`);
    assert.ok(
      snapshot._nodes.some(({ path }) => path.join('.') === step.value),
      JSON.stringify(snapshot.value),
    );
    assert.deepEqual(this.#emitted, step.emitted);
    this.#compare(step.state);
    this.#emitted = [];
    this.taken.push(this.#takenNow);
    this.#takenNow = [];
  }

  /** The step, against the hand-written table and the invariants. */
  #compare(state: ConnectionState): void {
    const circumstances = { downtime: 0, unsentBytes: 0, unheard: false };
    const told = this.#emitted.flatMap((emitted) => translate(emitted, circumstances));
    const heard: [string, readonly unknown[]][] = told.map(({ event, args }) => [event, args]);
    if (state !== this.#state) heard.unshift(['state', [state, this.#state]]);
    for (const [event, args] of heard) this.#invariants?.heard(event, args);
    const events = heard.map(([event, args]) => written(event, args));
    assert.deepEqual({ state, events }, this.#table?.[this.taken.length], 'the hand-written table differs');
    this.#state = state;
    this.#invariants?.settled({ state, live: this.liveSockets.length, timers: this.#timers });
  }

  /** The chart writes "never" as the longest delay, which a client arms no timer for. */
  get #timers(): number {
    return this.#clock.pending.filter(({ delay }) => delay < NEVER).length;
  }

  #dial(tell: (fact: SocketFact) => void) {
    const socket: RecordedSocket = { tell, asked: [], isDestroyed: false };
    this.sockets.push(socket);
    try {
      this.#invariants?.dialled(this.liveSockets.length);
    } catch (error) {
      // Thrown into the chart it would count as a failed dial, and might be followed by another one.
      this.#broken ??= error;
    }
    return {
      ping: () => void socket.asked.push('ping'),
      pingAgain: () => void socket.asked.push('ping'),
      askLiveness: () => void socket.asked.push('askLiveness'),
      close: (code: number) => void socket.asked.push(`close ${code}`),
      destroy: () => {
        socket.isDestroyed = true;
      },
    };
  }

  #send(event: ConnectionCommand): void {
    this.#invariants?.called(event.type, this.#state);
    this.#actor?.send(event);
  }

  #report(fact: RuntimeFact): void {
    this.#invariants?.reported(this.#state);
    this.#actor?.send(fact);
  }

  #tell(fact: SocketFact): void {
    const [socket, ...others] = this.liveSockets;
    assert.ok(socket, 'there is no socket');
    assert.equal(others.length, 0, 'there are two sockets');
    socket.tell(fact);
  }
}
