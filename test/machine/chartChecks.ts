/**
 * Rules of the chart that no cell of the table and no single path shows, because they need other numbers, or more
 * than one round. Data, so that the mutation run can ask them of a changed chart (scripts/mutate.ts).
 */
import assert from 'node:assert/strict';
import { createActor } from 'xstate';
import {
  AbortError,
  ConfigurationError,
  type ConnectionEmitted,
  ConnectionError,
  type ConnectionEvent,
  type ConnectionMachine,
  type ConnectionPolicy,
  CUT_OFF,
  DEFAULT_POLICY,
  defaultShouldReconnect,
  type Failure,
  HandshakeError,
  type Loss,
  MAX_DELAY,
  type SocketFact,
} from '../../src/machine/index.js';
import { stateNodes, statePath } from '../../src/machine/writtenTransitions.js';
import { VirtualClock } from '../../src/testing/virtualClock.js';

export interface ChartCheck {
  readonly name: string;
  /** @throws where `machine` breaks the rule */
  readonly run: (machine: ConnectionMachine) => void;
}

const LOSS: Loss = { code: 4001, reason: 'peer', wasClean: true };
const refusal = new ConnectionError('connect ECONNREFUSED', { code: 'ECONNREFUSED' });
const breach = new ConnectionError('Invalid frame', { code: 'WS_ERR_INVALID_OPCODE' });
const REFUSED: SocketFact = { type: 'socket.failed', loss: { ...CUT_OFF, error: refusal } };
const OPENED: SocketFact = { type: 'socket.opened' };
const PONGED: SocketFact = { type: 'socket.ponged' };
const CLOSED: SocketFact = { type: 'socket.closed', loss: LOSS };

/** A chart with a socket that only records, at no particular time of day. */
class Rig {
  readonly clock = new VirtualClock(1_000_000);
  /** The attempt that each dial was told. */
  readonly dials: number[] = [];
  /** When Pings left, from the start. */
  readonly pings: number[] = [];
  readonly failures: Failure[] = [];
  emitted: ConnectionEmitted[] = [];
  /** How often the socket was asked what it has received. */
  questions = 0;
  slept = 0;
  /** By how much the time of day alone has moved: a sleep in which the clock of intervals stood, or a correction. */
  moved = 0;
  /** What the runtime says of its network. */
  isOffline = false;
  #tell: (fact: SocketFact) => void = () => {};
  readonly #actor;

  constructor(
    machine: ConnectionMachine,
    policy: Partial<ConnectionPolicy> = {},
    decide: (failure: Failure) => boolean | number = defaultShouldReconnect,
  ) {
    const ping = () => this.pings.push(this.clock.now() - 1_000_000);
    this.#actor = createActor(machine, {
      clock: this.clock as never,
      input: {
        policy: { ...DEFAULT_POLICY, ...policy },
        environment: {
          dial: ({ attempt }, tell) => {
            this.dials.push(attempt);
            this.#tell = tell;
            const askLiveness = () => {
              this.questions += 1;
            };
            return { ping, pingAgain: ping, askLiveness, close() {}, destroy() {} };
          },
          farewell() {},
          shouldReconnect: (failure) => {
            this.failures.push(failure);
            return decide(failure);
          },
          isOffline: () => this.isOffline,
          random: () => 0,
          now: () => this.clock.now() + this.slept,
          wallTime: () => this.clock.now() + this.slept + this.moved,
        },
      },
    });
    this.#actor.on('*', (emitted) => this.emitted.push(emitted));
    this.#actor.start();
  }

  /** What happens, in order: commands by name, facts, and times that pass. */
  do(...things: (ConnectionEvent | 'connect' | 'reconnect' | 'close' | 'abort' | number)[]): this {
    for (const thing of things) {
      if (typeof thing === 'number') this.clock.advance(thing);
      else if (thing === 'close') this.#actor.send({ type: 'close', code: 1000, reason: '' });
      else if (thing === 'abort') this.#actor.send({ type: 'abort', error: new AbortError('aborted') });
      else if (typeof thing === 'string') this.#actor.send({ type: thing });
      else if (thing.type.startsWith('runtime.')) this.#actor.send(thing);
      else this.#tell(thing as SocketFact);
    }
    return this;
  }

  is(tag: 'idle' | 'connecting' | 'reconnecting' | 'open' | 'closing' | 'backoff' | 'exhausted' | 'closed') {
    const { tags } = this.#actor.getSnapshot();
    assert.ok(tags.has(tag), `it should be ${tag}, and is ${[...tags]}`);
    return this;
  }

  /** The sub-state of `open`. */
  within(state: 'alive' | 'awaitingPong') {
    const snapshot = this.#actor.getSnapshot();
    assert.ok(
      snapshot.matches({ session: { open: state } }),
      `it should be ${state}, and is ${JSON.stringify(snapshot.value)}`,
    );
    return this;
  }

  get lost() {
    return this.emitted.filter((each) => each.type === 'lost');
  }
}

/** By hand, from "What each call and fact does in each state": what a message meets. */
const TAGS: Readonly<Record<string, readonly string[]>> = {
  idle: ['idle', 'queues'],
  'session.connecting': ['connecting', 'queues'],
  'session.reconnecting': ['reconnecting', 'queues'],
  'session.preparing': ['preparing', 'queues'],
  'session.open': ['open', 'sends'],
  'session.closing': ['closing'],
  'session.closing.byPeer': ['queuesIfReconnecting'],
  'session.closing.toReconnect': ['queues'],
  backoff: ['backoff', 'queues'],
  exhausted: ['exhausted', 'resting'],
  closed: ['closed', 'resting'],
  'closed.aborted': ['aborted'],
};

/** Long enough for no opening to count the attempts anew. */
const KEEPS = { reconnect: true, minUptime: 1_000_000, heartbeatInterval: 0 };

export const CHECKS: readonly ChartCheck[] = [
  {
    name: 'each state says what becomes of messages',
    run(machine) {
      const tagged = stateNodes(machine).filter(({ tags }) => tags.length > 0);
      assert.deepEqual(Object.fromEntries(tagged.map((node) => [statePath(node), [...node.tags]])), TAGS);
    },
  },
  {
    name: 'Pings leave at their interval, however the answers come',
    run(machine) {
      const slow = new Rig(machine, { heartbeatInterval: 300, heartbeatTimeout: 100 });
      const alive: SocketFact = { type: 'socket.answered', alive: true };
      slow.do('connect', OPENED, 400, alive, 300, alive, 200);
      assert.deepEqual(slow.pings, [300, 600, 900]);
      const quick = new Rig(machine, { heartbeatInterval: 40, heartbeatTimeout: 100 });
      quick.do('connect', OPENED, 140, alive, 70);
      assert.deepEqual(quick.pings, [40, 80, 120, 160, 200]);
    },
  },
  {
    name: 'a Pong ends the wait at once, and moves no later Ping',
    run(machine) {
      const slow = new Rig(machine, { heartbeatInterval: 300, heartbeatTimeout: 100 });
      slow.do('connect', OPENED, 330).within('awaitingPong').do(PONGED).within('alive');
      slow.do(70).within('alive').do(199).within('alive').do(1).within('awaitingPong');
      assert.deepEqual(slow.pings, [300, 600]);
      // The Pong may come while the socket is being asked, too: the answer then says nothing.
      slow.do(100, PONGED).within('alive').do({ type: 'socket.answered', alive: false }).within('alive');
      const quick = new Rig(machine, { heartbeatInterval: 40, heartbeatTimeout: 100 });
      quick.do('connect', OPENED, 90, PONGED).within('alive').do(29).within('alive').do(1);
      quick.within('awaitingPong').do(99).is('open');
      assert.deepEqual(quick.pings, [40, 80, 120, 160, 200]);
      // The time of the peer begins with the Ping that follows the Pong.
      assert.equal(quick.questions, 0);
      quick.do(1);
      assert.equal(quick.questions, 1);
      const late = new Rig(machine, { heartbeatInterval: 300, heartbeatTimeout: 100 }).do(
        'connect',
        OPENED,
        300,
      );
      late.slept = 60_000;
      late.do(PONGED, 0);
      assert.deepEqual(late.pings, [300, 300], 'a Pong from before a sleep: the peer is asked anew');
    },
  },
  {
    name: 'a dead peer is found, and not by a client that slept',
    run(machine) {
      const policy = { heartbeatInterval: 300, heartbeatTimeout: 100 };
      const dead: SocketFact = { type: 'socket.answered', alive: false };
      new Rig(machine, policy).do('connect', OPENED, 400, dead).is('closed');
      const asleep = new Rig(machine, policy).do('connect', OPENED, 300);
      asleep.slept = 60_000;
      asleep.do(100, dead).is('open');
      assert.deepEqual(asleep.pings, [300, 400]);
      asleep.do(100, dead).is('closed');
    },
  },
  {
    name: 'what is switched off never happens',
    run(machine) {
      new Rig(machine).do(MAX_DELAY).is('idle');
      new Rig(machine, { connectTimeout: 0 }).do('connect', MAX_DELAY).is('connecting');
      const redial = new Rig(machine, { connectTimeout: 0, heartbeatInterval: 0 });
      redial.do('connect', OPENED, 'reconnect', MAX_DELAY).is('reconnecting');
      const silent = new Rig(machine, { heartbeatInterval: 0 }).do('connect', OPENED, MAX_DELAY);
      assert.deepEqual(silent.pings, []);
    },
  },
  {
    name: 'attempts are counted anew at the opening, or after minUptime, and by the calls that ask for a dial',
    run(machine) {
      const atOnce = new Rig(machine, { ...KEEPS, minUptime: 0, maxReconnectAttempts: 1 });
      atOnce.do('connect', OPENED, CLOSED, 1000, OPENED, CLOSED, 1000, OPENED, CLOSED).is('backoff');
      const later = { ...KEEPS, minUptime: 500, maxReconnectAttempts: 1 };
      new Rig(machine, later).do('connect', OPENED, CLOSED, 1000, OPENED, 499, CLOSED).is('exhausted');
      new Rig(machine, later).do('connect', OPENED, CLOSED, 1000, OPENED, 500, CLOSED).is('backoff');

      const lostOnce = ['connect', OPENED, CLOSED, 1000, OPENED] as const;
      const dialsOf = (policy: Partial<ConnectionPolicy>, ...things: Parameters<Rig['do']>) =>
        new Rig(machine, { ...KEEPS, ...policy }).do(...lostOnce, ...things).dials;
      const peerClosed: SocketFact = { type: 'socket.peerClosed', code: 1008, reason: '' };
      const final: SocketFact = { type: 'socket.closed', loss: { ...CUT_OFF, code: 1008 } };
      assert.deepEqual(dialsOf({}, 'reconnect'), [0, 1, 0]);
      assert.deepEqual(dialsOf({}, peerClosed, 'reconnect', final), [0, 1, 0]);
      assert.deepEqual(dialsOf({}, 'close', 'connect', CLOSED), [0, 1, 0]);
      for (const call of ['connect', 'reconnect'] as const) {
        assert.deepEqual(dialsOf({}, 'close', CLOSED, call), [0, 1, 0]);
        assert.deepEqual(dialsOf({ maxReconnectAttempts: 1 }, CLOSED, call), [0, 1, 0]);
      }
      assert.deepEqual(dialsOf({}, CLOSED, 'reconnect'), [0, 1, 2], 'reconnect() in backoff keeps the count');
      assert.deepEqual(dialsOf({}, CLOSED, 'connect', 1999), [0, 1], 'connect() in backoff waits');
      assert.deepEqual(dialsOf({}, CLOSED, 'connect', 2000), [0, 1, 2], 'for the dial that is due');
    },
  },
  {
    name: 'what is told of a loss is of that loss, and of none before it',
    run(machine) {
      const policy = { reconnect: true, maxReconnectAttempts: 1 };
      const twice = new Rig(machine, policy).do('connect', OPENED, CLOSED, 1000, 'close');
      assert.deepEqual(twice.lost.at(-1)?.loss, CUT_OFF);
      const again = new Rig(machine).do('connect', OPENED, CLOSED, 'connect', 'close');
      assert.deepEqual(again.lost.at(-1)?.loss, CUT_OFF);
      const late = new Rig(machine, policy).do('connect', REFUSED, 1000, OPENED, 'close', 5000).is('closed');
      assert.equal(late.lost.at(-1)?.loss.error?.name, 'TimeoutError');
      const stage = new Rig(machine, policy).do('connect', OPENED, CLOSED, 1000, REFUSED).is('exhausted');
      assert.equal(stage.lost.at(-1)?.stage, 'reconnecting');
      stage.do('connect', 10, REFUSED);
      assert.equal(stage.lost.at(-1)?.stage, 'connecting');
      assert.equal(stage.failures.at(-1)?.uptime, 0);
    },
  },
  {
    name: 'a peer that broke the protocol is not dialled again, and the reason is told',
    run(machine) {
      const rig = new Rig(machine, { reconnect: true });
      rig.do('connect', OPENED, 70, { type: 'socket.peerErred', sentCode: 1002, error: breach });
      rig.do({ type: 'socket.closed', loss: CUT_OFF }).is('closed');
      assert.deepEqual(rig.lost.at(-1)?.loss, { ...CUT_OFF, sentCode: 1002, error: breach });
      assert.equal(rig.failures.at(-1)?.uptime, 70);
    },
  },
  {
    name: 'the smallest and the largest numbers, and those that are equal, mean what they say',
    run(machine) {
      const eager = new Rig(machine, { heartbeatInterval: 1, heartbeatTimeout: 1, connectTimeout: 1 });
      assert.deepEqual(eager.do('connect', OPENED, 1).pings, [1]);
      new Rig(machine, { connectTimeout: 1 }).do('connect', 1).is('closed');
      const even = new Rig(machine, { heartbeatInterval: 100, heartbeatTimeout: 100 });
      even.do('connect', OPENED, 200, { type: 'socket.answered', alive: true });
      assert.deepEqual(even.pings, [100, 200], 'where no time is left the next Ping leaves at once');
      const forever = { reconnect: true, reconnectDelay: MAX_DELAY, maxReconnectDelay: MAX_DELAY };
      const patient = new Rig(machine, forever).do('connect', REFUSED).is('backoff');
      // The longest time itself stands for "never".
      assert.deepEqual(
        patient.clock.pending.map(({ delay }) => delay),
        [MAX_DELAY - 1],
      );
      const tireless = new Rig(machine, { reconnect: true, maxReconnectAttempts: 0, reconnectDelay: 1 });
      tireless.do('connect', REFUSED);
      for (let attempt = 1; attempt < 10; attempt += 1) tireless.do(30_000, REFUSED).is('backoff');
      const brief = new Rig(machine, { reconnect: true }).do('connect', OPENED, CLOSED);
      assert.equal(brief.failures.at(-1)?.uptime, 0);
    },
  },
  {
    name: 'a wrong option is final, whatever the decision of the user',
    run(machine) {
      const error = new ConfigurationError('url', 'no URL');
      const rig = new Rig(machine, { reconnect: true });
      rig.do('connect', { type: 'socket.failed', loss: { ...CUT_OFF, error } }).is('closed');
      assert.deepEqual(rig.failures, []);
    },
  },
  {
    name: 'a deadline that is late by a whole interval is a sleep, and one that is not is none',
    run(machine) {
      const rig = new Rig(machine, { heartbeatInterval: 300, heartbeatTimeout: 100 });
      rig.do('connect', OPENED, 300);
      rig.slept = 300;
      rig.do(100, { type: 'socket.answered', alive: false }).is('closed');
    },
  },
  {
    name: 'a sleep in which the clock of intervals stood is seen by the time of day',
    run(machine) {
      const policy = { heartbeatInterval: 300, heartbeatTimeout: 100 };
      for (const alive of [false, true]) {
        const answered: SocketFact = { type: 'socket.answered', alive };
        const rig = new Rig(machine, policy).do('connect', OPENED, 300);
        rig.moved = 101;
        rig.do(100, answered).is('open').within('awaitingPong');
        assert.deepEqual(rig.pings, [300, 400], 'the peer is asked anew');
        rig.do(100, answered);
        if (alive) rig.is('open').within('alive');
        else rig.is('closed');
      }
    },
  },
  {
    name: 'what the surroundings report shortens a back-off, but not a Retry-After, nor, on waking, reconnectDelay',
    run(machine) {
      const policy = { reconnect: true, reconnectDelay: 1000, minUptime: 1_000_000, heartbeatInterval: 0 };
      const AWAKE = { type: 'runtime.awake' } as const;
      const ONLINE = { type: 'runtime.online' } as const;
      const rig = (...things: Parameters<Rig['do']>) => new Rig(machine, policy).do('connect', ...things);
      rig(REFUSED, ONLINE).is('reconnecting');
      rig(REFUSED, AWAKE).is('backoff').do(999).is('backoff').do(1).is('reconnecting');
      rig(OPENED, 999, CLOSED, AWAKE).is('backoff').do(1).is('reconnecting');
      rig(OPENED, 1000, CLOSED, AWAKE).is('reconnecting');
      // The second delay is 2,000 ms: it is shortened, and the attempt counts no less.
      const second = rig(REFUSED, 1000, REFUSED, 100, AWAKE).is('backoff').do(899).is('backoff').do(1);
      assert.deepEqual(second.dials, [0, 1, 2]);
      const scheduled = second.emitted.filter(({ type }) => type === 'retryScheduled');
      assert.equal(scheduled.length, 2, 'a shortened wait is announced once');

      const error = new HandshakeError('503', { status: 503, headers: { 'retry-after': '60' } });
      const busy: SocketFact = { type: 'socket.failed', loss: { ...CUT_OFF, error } };
      for (const fact of [AWAKE, ONLINE]) {
        rig(busy, fact, 59_999, fact).is('backoff').do(1).is('reconnecting');
        rig(busy, fact, 'reconnect').is('reconnecting');
      }
      // Without a Retry-After, and with one that the user's number is below: never later than it was due.
      const soon = new Rig(machine, policy, () => 70).do('connect', busy, 10, ONLINE).is('backoff');
      soon.do(59).is('backoff').do(1).is('reconnecting');
      for (const fact of [AWAKE, ONLINE]) {
        new Rig(machine, policy, () => 70_000).do('connect', busy, fact, 60_000).is('reconnecting');
      }
    },
  },
  {
    name: 'a dial that the surroundings began, or that fails without a network, uses up no attempt',
    run(machine) {
      const policy = {
        reconnect: true,
        maxReconnectAttempts: 1,
        maxReconnectDelay: 8000,
        minUptime: 1_000_000,
      };
      const AWAKE = { type: 'runtime.awake' } as const;
      const ONLINE = { type: 'runtime.online' } as const;
      const rig = (...things: Parameters<Rig['do']>) => new Rig(machine, policy).do('connect', ...things);
      const delays = ({ emitted }: Rig) =>
        emitted.flatMap((each) => (each.type === 'retryScheduled' ? [[each.attempt, each.delay]] : []));
      const same = [
        [1, 1000],
        [1, 1000],
      ];
      assert.deepEqual(delays(rig(REFUSED, ONLINE, REFUSED).is('backoff')), same);
      assert.deepEqual(delays(rig(REFUSED, 1, ONLINE, REFUSED).do(1000).do(REFUSED).is('exhausted')), same);
      // As early as the delay itself: nothing was shortened.
      rig(REFUSED, AWAKE, 1000, REFUSED).is('exhausted');
      rig(REFUSED, ONLINE, REFUSED, 'reconnect', REFUSED).is('exhausted');
      const early = rig(1, REFUSED, AWAKE).do(999, REFUSED).is('backoff');
      assert.deepEqual(delays(early), same);
      rig(1, REFUSED, AWAKE, 'reconnect', REFUSED).is('exhausted');
      rig(REFUSED, ONLINE, OPENED, 'reconnect', REFUSED).do(1000, REFUSED).is('exhausted');
      // The connection that such a dial has become ends as any other.
      rig(REFUSED, ONLINE, OPENED, CLOSED).is('exhausted');

      const offline = new Rig(machine, policy);
      offline.isOffline = true;
      offline.do('connect', REFUSED, 8000, REFUSED, 8000, REFUSED).is('backoff');
      assert.deepEqual(delays(offline), [
        [1, 8000],
        [1, 8000],
        [1, 8000],
      ]);
      offline.isOffline = false;
      offline.do(ONLINE, REFUSED);
      assert.deepEqual(delays(offline).at(-1), [1, 1000]);
      offline.do(1000, REFUSED).is('exhausted');
      const lost = new Rig(machine, policy);
      lost.isOffline = true;
      assert.deepEqual(delays(lost.do('connect', OPENED, CLOSED)), [[1, 1000]]);
    },
  },
  {
    name: 'what the surroundings report asks an open peer at once, with a deadline',
    run(machine) {
      const policy = { heartbeatInterval: 300, heartbeatTimeout: 100 };
      for (const fact of [{ type: 'runtime.awake' }, { type: 'runtime.online' }] as const) {
        const rig = new Rig(machine, policy).do('connect', OPENED, 70, fact).within('awaitingPong');
        assert.deepEqual(rig.pings, [70]);
        rig.do(fact, 99, fact);
        assert.equal(rig.questions, 0);
        rig.do(1);
        assert.equal(rig.questions, 1);
        assert.deepEqual(rig.pings, [70], 'one Ping at a time');
        rig.do({ type: 'socket.answered', alive: false }).is('closed');
        const slept = new Rig(machine, policy).do('connect', OPENED, 300);
        slept.slept = 401;
        slept.do(fact).within('awaitingPong');
        assert.deepEqual(slept.pings, [300, 300], 'a Ping from before a sleep proves nothing');
        slept.do(99, PONGED).within('alive').do(200).within('alive').do(1).within('awaitingPong');
        const silent = new Rig(machine, { heartbeatInterval: 0 }).do('connect', OPENED, fact, fact);
        assert.deepEqual(silent.pings, []);
      }
    },
  },
  {
    name: 'what the time of day does besides says nothing about the peer',
    run(machine) {
      const policy = { heartbeatInterval: 300, heartbeatTimeout: 100 };
      const dead: SocketFact = { type: 'socket.answered', alive: false };
      // By no more than the time-out, and backwards: also by as much as the deadline is late.
      for (const [moved, slept] of [
        [100, 0],
        [-60_000, 0],
        [-250, 250],
      ] as const) {
        const rig = new Rig(machine, policy).do('connect', OPENED, 300);
        rig.moved = moved;
        rig.slept = slept;
        rig.do(100, dead).is('closed');
        assert.deepEqual(rig.pings, [300], `moved by ${moved} ms`);
      }
      const before = new Rig(machine, policy).do('connect', OPENED, 200);
      before.moved = 60_000;
      before.do(200, dead).is('closed');
      const back = new Rig(machine, policy).do('connect', OPENED, 300);
      back.moved = -60_000;
      back.do(100, { type: 'socket.answered', alive: true }).within('alive');
      assert.deepEqual(back.pings, [300]);
      const both = new Rig(machine, policy).do('connect', OPENED, 300);
      both.moved = -60_000;
      both.slept = 60_000;
      both.do(100, dead).is('open').within('awaitingPong');
    },
  },
];
