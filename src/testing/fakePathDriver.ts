/**
 * A ready driver of paths: a client over a fake transport, in virtual time.
 *
 * Owns: how each thing of a path is done to a client, and what is compared after each step. Must not know: any
 * client. The maker of clients is handed in.
 */
import type { ConnectionPolicy } from '../machine/index.js';
import { RUNTIME_FACT, type RuntimeFact } from '../port/index.js';
import { type FakeTransport, fakeTransport } from './fakeTransport.js';
import type { Awaitable, PathDriver } from './pathDriver.js';
import type { ConnectionPath, PathStep } from './paths.js';
import { turn, VirtualClock } from './virtualClock.js';

/** What a path drives: `ReckerWebSocket`, or what has the same calls. What they return is ignored. */
export interface PathClient {
  /** The name of its state, as `ws.state` gives it. */
  readonly state: string;
  /** The step `connect`. */
  connect(): unknown;
  /** The step `close`. */
  close(code: number, reason: string): unknown;
  /** The step `reconnect`. */
  reconnect(): unknown;
  /** The step `terminate`. */
  terminate(): unknown;
  /** The step `runtime.awake`. */
  wake(): unknown;
  /** Only `ReckerWebSocket` has it: what a page would report, reported to one client. */
  [RUNTIME_FACT]?(fact: RuntimeFact): unknown;
}

/** The options to make the client with, all of them: a path needs each. */
export interface PathClientOptions extends Omit<ConnectionPolicy, 'prepares'> {
  /** In paths whose policy `prepares`: pending until the path says what becomes of it. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /** The transport of the path. */
  readonly transport: FakeTransport;
  /** The clock of the path. */
  readonly clock: {
    readonly setTimeout: (callback: () => void, milliseconds: number) => unknown;
    readonly clearTimeout: (id: unknown) => void;
    readonly now: () => number;
  };
  /** Always 0: paths know no chance. */
  readonly random: () => number;
  /** Aborted where a path does so, and after its last step. */
  readonly signal: AbortSignal;
}

/** What `fakePathDriver()` takes. */
export interface FakePathDriverOptions<Client extends PathClient> {
  /**
   * Makes the client of a path, in the state `idle`; called once for each path. A class of yours around the client
   * hands the options on and returns its client.
   */
  make(options: PathClientOptions): Client | Promise<Client>;
  /**
   * Called after each step, when `client.state` is as expected: throw where what your code promises does not hold.
   * Default: nothing more is compared.
   */
  check?: ((step: PathStep, driver: FakePathDriver<Client>) => Awaitable) | undefined;
  /** Called after the last step, also where one failed: for what `make` has opened. Default: nothing. */
  finish?: (() => Awaitable) | undefined;
}

/** The driver, and what stands behind it. One after the other it runs any number of paths. */
export interface FakePathDriver<Client extends PathClient> extends PathDriver {
  /** The client of the present path. @throws Error before the first path */
  readonly client: Client;
  /** Its dials; `transport.last` is the connection of the present step. @throws Error before the first path */
  readonly transport: FakeTransport;
  /** The time of the present path. @throws Error before the first path */
  readonly clock: VirtualClock;
  /** Whether the link is half-open in the present step: a peer that sends now is not heard. */
  readonly isFrozen: boolean;
}

/** Everything about one path. */
interface Run<Client> {
  readonly client: Client;
  readonly transport: FakeTransport;
  readonly clock: VirtualClock;
  readonly abort: AbortController;
  /** What settles the newest `prepare`. */
  preparing?: { readonly resolve: () => void; readonly reject: (error: Error) => void };
}

/**
 * Makes a driver for {@link runPath} that needs no network: what happens in a path is done to a fake transport and a
 * virtual clock, and after each step the client's state is compared with the path's.
 *
 * @example
 * ```ts
 * import { ReckerWebSocket } from 'recker';
 * import { connectionPaths, fakePathDriver, runPath } from 'recker/testing';
 *
 * const driver = fakePathDriver({
 *   make: (options) => new ReckerWebSocket('wss://example.com', options),
 * });
 * for (const path of connectionPaths()) await runPath(path, driver);
 * ```
 */
export function fakePathDriver<Client extends PathClient>(
  options: FakePathDriverOptions<Client>,
): FakePathDriver<Client> {
  return new Driver(options);
}

class Driver<Client extends PathClient> implements FakePathDriver<Client> {
  isFrozen = false;
  readonly #options: FakePathDriverOptions<Client>;
  #run: Run<Client> | undefined;
  #slept = 0;

  constructor(options: FakePathDriverOptions<Client>) {
    this.#options = options;
  }

  get client(): Client {
    return this.#present.client;
  }

  get transport(): FakeTransport {
    return this.#present.transport;
  }

  get clock(): VirtualClock {
    return this.#present.clock;
  }

  get #present(): Run<Client> {
    if (this.#run === undefined) throw new Error('No path has begun yet, so there is no client');
    return this.#run;
  }

  async start({ policy: { prepares, ...policy } }: ConnectionPath): Promise<void> {
    this.isFrozen = false;
    this.#slept = 0;
    const clock = new VirtualClock();
    const transport = fakeTransport({ autoAnswer: 'manual' });
    const abort = new AbortController();
    const client = await this.#options.make({
      ...policy,
      ...(prepares ? { prepare: () => this.#prepare() } : {}),
      transport,
      clock: {
        setTimeout: clock.setTimeout,
        clearTimeout: clock.clearTimeout,
        now: () => clock.now() + this.#slept,
      },
      random: () => 0,
      signal: abort.signal,
    });
    this.#run = { client, transport, clock, abort };
  }

  #prepare(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#present.preparing = { resolve, reject };
    });
  }

  async finish(): Promise<void> {
    this.#run?.abort.abort();
    await this.#options.finish?.();
  }

  connect(): void {
    ignore(this.client.connect());
  }

  close(code: number, reason: string): void {
    ignore(this.client.close(code, reason));
  }

  reconnect(): void {
    ignore(this.client.reconnect());
  }

  terminate(): void {
    ignore(this.client.terminate());
  }

  abort(): void {
    this.#present.abort.abort();
  }

  accept(): void {
    this.isFrozen = false;
    this.transport.last.open();
  }

  refuse({ error }: Parameters<PathDriver['refuse']>[0]): void {
    if (error === undefined) throw new Error('A failed dial has an error');
    this.transport.last.fail(error);
  }

  prepares(): void {
    this.#present.preparing?.resolve();
  }

  failsToPrepare(error: Error): void {
    this.#present.preparing?.reject(error);
  }

  peerCloses(code: number, reason: string): void {
    this.transport.last.peerClose(code, reason);
  }

  peerErrs(sentCode: number, error: Parameters<PathDriver['peerErrs']>[1]): void {
    this.transport.last.peerErr(error, sentCode);
  }

  ends({ code, reason, wasClean }: Parameters<PathDriver['ends']>[0]): void {
    this.transport.last.end({ code, reason, wasClean });
  }

  drops(): void {
    this.transport.last.end();
  }

  freezes(): void {
    this.isFrozen = true;
  }

  goesOnline(): void {
    const { client } = this;
    if (client[RUNTIME_FACT] === undefined)
      throw new Error('Only a ReckerWebSocket can be given runtime.online');
    client[RUNTIME_FACT]({ type: 'runtime.online' });
  }

  awakes(): void {
    this.client.wake();
  }

  pongs(): void {
    this.transport.last.pong();
  }

  fills(): void {
    this.transport.last.fill(2);
  }

  takes(): void {
    this.transport.last.take(1);
  }

  answers(alive: boolean): void {
    this.transport.last.answer(alive);
  }

  /** Timers of the user's own that are due before fire first; of those that are due with it only the oldest. */
  passDelay(name: string, ms: number): void {
    const { clock } = this;
    const due = clock.now() + ms;
    while ((clock.pending[0]?.at ?? due) < due) clock.next();
    if (clock.pending[0]?.at !== due) throw new Error(`No timer for ${name} is due in ${ms} ms`);
    clock.next();
  }

  sleeps(ms: number): void {
    this.#slept += ms;
  }

  async check(step: PathStep): Promise<void> {
    await turn();
    const { state } = this.client;
    if (state !== step.state) throw new Error(`the client is ${state} and should be ${step.state}`);
    await this.#options.check?.(step, this);
  }
}

/** What a call returns is settled by later steps. */
function ignore(returned: unknown): void {
  Promise.resolve(returned).catch(() => {});
}
