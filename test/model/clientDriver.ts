/**
 * Runs paths on the class: `ReckerWebSocket` over a fake transport, in virtual time.
 *
 * Owns: how the things of a path are done to a client, and the record of what it told. One driver, one path.
 */
import assert from 'node:assert/strict';
import { ReckerWebSocket } from '../../src/index.js';
import { transitionId } from '../../src/inspect/transitions.js';
import type { RedactedTransition } from '../../src/machine/redact.js';
import { RUNTIME_FACT } from '../../src/port/index.js';
import {
  type ConnectionPath,
  fakeTransport,
  type PathDriver,
  type PathStep,
  VirtualClock,
} from '../../src/testing/index.js';
import { written } from '../machine/tableBenches.js';
import { EVENTS } from '../support/events.js';
import { type Command, Invariants } from '../support/invariants.js';
import { type Expected, expectedByTable } from './tableOracle.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));

export class ClientDriver implements PathDriver {
  /** The written transitions that the client's chart took, in order, as an inspector sees them. */
  readonly taken: string[] = [];
  steps = 0;
  readonly #clock = new VirtualClock();
  readonly #fake = fakeTransport({ autoAnswer: 'manual' });
  readonly #abort = new AbortController();
  #slept = 0;
  #preparing: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #events: string[] = [];
  #expected: readonly Expected[] = [];
  #invariants: Invariants | undefined;
  #client: ReckerWebSocket | undefined;

  start(path: ConnectionPath): void {
    this.#expected = expectedByTable(path);
    const invariants = new Invariants(path.policy);
    this.#invariants = invariants;
    const { prepares, ...policy } = path.policy;
    const prepare = () =>
      new Promise<void>((resolve, reject) => {
        this.#preparing = { resolve, reject };
      });
    const client = new ReckerWebSocket('ws://localhost/', {
      ...policy,
      ...(prepares ? { prepare } : {}),
      signal: this.#abort.signal,
      clock: {
        setTimeout: this.#clock.setTimeout,
        clearTimeout: this.#clock.clearTimeout,
        now: () => this.#clock.now() + this.#slept,
      },
      transport: {
        name: 'fake',
        supports: this.#fake.supports,
        dial: (request, observer) => {
          const connection = this.#fake.dial(request, observer);
          invariants.dialled(this.#fake.live.length);
          return connection;
        },
      },
      inspect: (event) => {
        const { _transitions = [] } = event as { readonly _transitions?: readonly RedactedTransition[] };
        for (const transition of _transitions) {
          const id = transitionId(transition);
          if (id !== undefined) this.taken.push(id);
        }
      },
    });
    for (const event of EVENTS) {
      // How long a round trip took is no part of a path.
      if (event === 'pong') continue;
      client.on(event, (...args: unknown[]) => {
        invariants.heard(event, args);
        this.#events.push(written(event, args));
      });
    }
    this.#client = client;
  }

  finish(): void {
    this.#abort.abort();
  }

  connect = () => this.#call('connect', (client) => client.connect());
  reconnect = () => this.#call('reconnect', (client) => client.reconnect());
  terminate = () => this.#call('terminate', (client) => client.terminate());
  close: PathDriver['close'] = (code, reason) => this.#call('close', (client) => client.close(code, reason));
  goesOnline = () => this.#report((client) => client[RUNTIME_FACT]({ type: 'runtime.online' }));
  awakes = () => this.#report((client) => client.wake());
  abort = () => this.#call('abort', () => this.#abort.abort());

  accept = () => this.#fake.last.open();
  refuse: PathDriver['refuse'] = ({ error }) => {
    assert.ok(error);
    this.#fake.last.fail(error);
  };
  prepares = () => this.#preparing?.resolve();
  failsToPrepare: NonNullable<PathDriver['failsToPrepare']> = (error) => this.#preparing?.reject(error);
  peerCloses: PathDriver['peerCloses'] = (code, reason) => this.#fake.last.peerClose(code, reason);
  peerErrs: PathDriver['peerErrs'] = (sentCode, error) => this.#fake.last.peerErr(error, sentCode);
  ends: PathDriver['ends'] = ({ code, reason, wasClean }) => this.#fake.last.end({ code, reason, wasClean });
  drops = () => this.#fake.last.end();
  freezes = () => {};
  pongs = () => this.#fake.last.pong();
  fills = () => this.#fake.last.fill(2);
  takes = () => void this.#fake.last.take(1);
  answers: PathDriver['answers'] = (alive) => this.#fake.last.answer(alive);

  passDelay: PathDriver['passDelay'] = (_, ms) => {
    assert.equal(this.#clock.pending[0]?.at, this.#clock.now() + ms, 'another timer is due first');
    this.#clock.next();
  };
  sleeps: PathDriver['sleeps'] = (ms) => {
    this.#slept += ms;
  };

  async check(step: PathStep): Promise<void> {
    await settled();
    const client = this.#client;
    assert.ok(client);
    const { state, readyState, isConnected } = client;
    const expected = this.#expected[this.steps];
    assert.deepEqual({ state, events: this.#events }, expected);
    assert.equal(state, step.state);
    assert.equal(isConnected, state === 'open');
    this.#invariants?.settled({
      state,
      readyState,
      live: this.#fake.live.length,
      timers: this.#clock.pending.length,
    });
    this.#events = [];
    this.steps += 1;
  }

  #report(act: (client: ReckerWebSocket) => void): void {
    const client = this.#client;
    assert.ok(client);
    this.#invariants?.reported(client.state);
    act(client);
  }

  #call(command: Command, act: (client: ReckerWebSocket) => Promise<void> | void): void {
    const client = this.#client;
    assert.ok(client);
    this.#invariants?.called(command, client.state);
    act(client)?.catch(() => {});
  }
}
