/**
 * Runs paths on real sockets and in real time: `ReckerWebSocket` against a `FaultServer`.
 *
 * Owns: how the things of a path are brought about by a real server, and which cannot be. Each dial waits in its
 * `url` provider until the path says what becomes of it. One driver, one path.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReckerWebSocket } from '../../src/index.js';
import { RUNTIME_FACT } from '../../src/port/index.js';
import {
  type ConnectionPath,
  FaultServer,
  type PathDriver,
  type PathStep,
  TcpRelay,
} from '../../src/testing/index.js';
import { HEARTBEAT, policyOf } from '../../src/testing/server/pathPolicy.js';
import { written } from '../machine/tableBenches.js';
import { EVENTS } from '../support/events.js';
import { type Command, Invariants } from '../support/invariants.js';
import { type Expected, expectedByTable } from './tableOracle.js';

const PATIENCE = 8000;
/** A Ping without a payload, as a server sends it (RFC 6455 §5.5.2). */
const PING = Buffer.from([0x89, 0]);

interface Dial {
  readonly signal: AbortSignal;
  readonly to: (url: string) => void;
}

export class RealDriver implements PathDriver {
  steps = 0;
  readonly #abort = new AbortController();
  readonly #dials: Dial[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  /** What settles the newest `prepare`. */
  #preparing: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  #path: ConnectionPath | undefined;
  #expected: readonly Expected[] = [];
  #events: string[] = [];
  #peerHasClosed = false;
  #bytes: NodeJS.Timeout | undefined;
  #server: FaultServer | undefined;
  #closedDoor: TcpRelay | undefined;
  #client: ReckerWebSocket | undefined;
  #invariants: Invariants | undefined;

  async start(path: ConnectionPath): Promise<void> {
    this.#path = path;
    this.#expected = expectedByTable(path);
    const server = await FaultServer.start();
    this.#server = server;
    server.ignoreClose();
    server.setPongs(path.steps.some(({ event }) => event.type === 'socket.ponged'));
    this.#closedDoor = await TcpRelay.start({ port: server.port });
    this.#closedDoor.refuse();
    const invariants = new Invariants(path.policy);
    this.#invariants = invariants;
    const { prepares: _, ...policy } = policyOf(path);
    const client = new ReckerWebSocket(
      ({ signal }) =>
        new Promise<string>((to) => {
          this.#dials.push({ signal, to });
          invariants.dialled(this.#live);
        }),
      {
        ...policy,
        ...(path.policy.prepares ? { prepare: this.#prepare } : {}),
        signal: this.#abort.signal,
        clock: this.#clock,
      },
    );
    for (const event of EVENTS) {
      // Pings are answered by the real server: that is no part of a path.
      if (event === 'pong') continue;
      client.on(event, (...args: unknown[]) => {
        invariants.heard(event, args);
        this.#events.push(written(event, args));
      });
    }
    this.#client = client;
  }

  async finish(): Promise<void> {
    clearInterval(this.#bytes);
    this.#abort.abort();
    await this.#server?.stop();
    await this.#closedDoor?.close();
  }

  connect = () => this.#call('connect', (client) => client.connect());
  reconnect = () => this.#call('reconnect', (client) => client.reconnect());
  terminate = () => this.#call('terminate', (client) => client.terminate());
  close: PathDriver['close'] = (code, reason) => this.#call('close', (client) => client.close(code, reason));
  goesOnline = () => this.#report((client) => client[RUNTIME_FACT]({ type: 'runtime.online' }));
  awakes = () => this.#report((client) => client.wake());
  abort = () => this.#call('abort', () => this.#abort.abort());

  accept = () => this.#dialTo(this.server.url());
  refuse: PathDriver['refuse'] = ({ error }) => {
    if (error?.name !== 'HandshakeError') return this.#dialTo(`ws://127.0.0.1:${this.#closedDoor?.port}/`);
    this.server.refuse(503, { 'Retry-After': '1' });
    this.#dialTo(this.server.url());
  };

  prepares = () => this.#preparing?.resolve();
  failsToPrepare: NonNullable<PathDriver['failsToPrepare']> = (error) => this.#preparing?.reject(error);
  #prepare = () =>
    new Promise<void>((resolve, reject) => {
      this.#preparing = { resolve, reject };
    });

  async peerCloses(code: number, reason: string): Promise<void> {
    await this.#connected();
    this.#peerHasClosed = true;
    this.server.closeAndKeepTcp(code, reason);
  }

  async peerErrs(): Promise<void> {
    await this.#connected();
    this.#peerHasClosed = true;
    this.server.sendGarbage('badOpcode', { keepTcp: true });
  }

  async ends(): Promise<void> {
    const { server } = this;
    await this.#until(() => server.seen.closes.length > 0, 'the client sends a Close');
    if (this.#peerHasClosed) return server.terminateAll();
    // The Close of the client was left without an answer until now.
    server.accept();
    for (const connection of server.connections) connection.close(1000);
  }

  async drops(): Promise<void> {
    await this.#connected();
    this.server.terminateAll();
  }

  async freezes(): Promise<void> {
    await this.#connected();
    this.server.freeze();
  }

  answers(): void {}
  sleeps(): void {
    throw new Error('see whyLeftOut()');
  }

  async passDelay(name: string, ms: number): Promise<void> {
    const { server } = this;
    if (name === 'connectTimeout') {
      server.stall();
      this.#dialTo(server.url());
    } else if (name === 'heartbeatTimeout') {
      // Where Pongs are left out, these bytes are the answer: Pings of the server's own, for as long as the path lasts.
      if (!this.#isFrozen) this.#bytes ??= setInterval(() => server.sendGarbage(PING), 20);
      await sleep(ms + 10);
    } else if (HEARTBEAT.includes(name) && !this.#isFrozen) {
      const { pings } = server.seen;
      await this.#until(() => server.seen.pings > pings, 'a Ping');
    }
  }

  async check(step: PathStep, { steps }: ConnectionPath): Promise<void> {
    const index = this.steps;
    this.steps += 1;
    // The answer comes by itself, and may have led on already: what the two bring is compared together.
    if (steps[index + 1]?.event.type === 'socket.answered') return;
    const client = this.#client;
    assert.ok(client);
    const expected = this.#expected[index];
    const isThere = () =>
      client.state === step.state && this.#events.length >= (expected?.events.length ?? 0);
    await this.#until(isThere, `${step.state} with ${expected?.events.join(', ')}`).catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    const { state, readyState } = client;
    assert.deepEqual({ state, events: this.#events }, expected);
    await this.#until(
      () => this.#live === (this.#dials.length > 0 && isInSession(state) ? 1 : 0),
      'its dial',
    );
    this.#invariants?.settled({ state, readyState, live: this.#live, timers: this.#timers.size });
    this.#events = [];
  }

  get server(): FaultServer {
    assert.ok(this.#server);
    return this.#server;
  }

  /** The dials that the client has not given up, nor their connections. */
  get #live(): number {
    return this.#dials.filter(({ signal }) => !signal.aborted).length;
  }

  get #isFrozen(): boolean {
    return this.#path?.steps.slice(0, this.steps).some(({ event }) => event.type === 'link.froze') === true;
  }

  /** The platform's, counted. */
  readonly #clock = {
    now: () => performance.timeOrigin + performance.now(),
    setTimeout: (run: () => void, ms: number) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        run();
      }, ms);
      this.#timers.add(timer);
      return timer;
    },
    clearTimeout: (timer: unknown) => {
      this.#timers.delete(timer as NodeJS.Timeout);
      clearTimeout(timer as NodeJS.Timeout);
    },
  };

  #dialTo(url: string): void {
    const dial = this.#dials.at(-1);
    assert.ok(dial, 'nothing is dialled');
    dial.to(url);
  }

  #connected(): Promise<unknown> {
    return this.#until(() => this.server.connections.length > 0, 'the server has the connection');
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

  async #until(holds: () => boolean, what: string): Promise<void> {
    const latest = performance.now() + PATIENCE;
    while (!holds()) {
      if (performance.now() > latest) throw new Error(`Waited ${PATIENCE} ms in vain: ${what}`);
      await sleep(2);
    }
  }
}

const isInSession = (state: string) =>
  ['connecting', 'reconnecting', 'preparing', 'open', 'closing'].includes(state);
