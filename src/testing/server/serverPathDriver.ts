/**
 * A ready driver of paths: a client, real sockets, and a server that knows nothing of them.
 *
 * Owns: how each thing of a path is brought about between the two, and which cannot be. A `TcpRelay` stands between them:
 * it refuses, stalls and freezes. What only a server could send, a Close at the right moment or a broken frame, is put
 * into the stream by pathLink.ts. Must not know: any client. The maker of clients is handed in.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { ConnectionPolicy } from '../../machine/index.js';
import { ConfigurationError, RUNTIME_FACT } from '../../port/index.js';
import type { PathClient } from '../fakePathDriver.js';
import { closeFrame, garbage } from '../frames.js';
import type { Awaitable, PathDriver } from '../pathDriver.js';
import { type ConnectionPath, connectionPaths, type PathStep } from '../paths.js';
import { TcpRelay } from '../relay.js';
import { listenOn, loopback } from '../sockets.js';
import { PathLink } from './pathLink.js';
import { HEARTBEAT, PATH_POLICY, policyOf, whyLeftOut } from './pathPolicy.js';
import { type Target, targetOf } from './target.js';
import type { ServerCheckTls } from './types.js';
import { openSocket } from './wire.js';

/** Taken at import, as in wire.ts. */
const { setTimeout, setInterval, clearInterval, setImmediate } = globalThis;

const PATIENCE = 8000;
const BUSY =
  'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** The options to make the client with, all of them: a path needs each. */
export interface ServerPathClientOptions extends Omit<ConnectionPolicy, 'prepares'> {
  /** In paths whose policy `prepares`: pending until the path says what becomes of it. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /** Always 0: paths know no chance. */
  readonly random: () => number;
  /** Aborted where a path does so, and after its last step. */
  readonly signal: AbortSignal;
}

/** The URL to make the client with: each dial waits here until the path says what becomes of it. */
export type ServerPathUrl = (attempt: { readonly signal: AbortSignal }) => Promise<string>;

/** What `serverPathDriver()` takes beside the URL. */
export interface ServerPathDriverOptions<Client extends PathClient> {
  /** Makes the client of a path, in the state `idle`; called once for each path. */
  make(url: ServerPathUrl, options: ServerPathClientOptions): Client | Promise<Client>;
  /**
   * Called after each step, when `client.state` is as expected: throw where what your code promises does not hold.
   * Default: nothing more is compared.
   */
  check?: ((step: PathStep, client: Client) => Awaitable) | undefined;
  /** TLS towards a `wss:` server; the client itself speaks `ws:` to the relay. Default: Node's settings. */
  readonly tls?: ServerCheckTls | undefined;
  /** How long a step may take that needs the server, in ms. Default 8000. */
  readonly patience?: number | undefined;
}

/** The driver. One after the other it runs any number of paths; for several at a time make several. */
export interface ServerPathDriver extends PathDriver {
  /** The paths that it can run: those of `connectionPaths()` with short times, but for those of `leftOut`. */
  readonly paths: readonly ConnectionPath[];
  /** The other paths, each with the reason why it cannot be run. */
  readonly leftOut: readonly { readonly path: ConnectionPath; readonly why: string }[];
}

/**
 * Makes a driver for {@link runPath} that runs the paths of the statechart on a client against a server of yours, on real
 * sockets: the server has to accept the handshake, to answer a Close, and to end TCP after it. Everything else that a path
 * needs of the other side is brought about between the two.
 *
 * @param url the server, `ws:` or `wss:`
 * @throws ConfigurationError for another URL, and without `make`
 * @example
 * ```ts
 * import { ReckerWebSocket } from 'recker';
 * import { runPath, serverPathDriver } from 'recker/testing';
 *
 * const driver = serverPathDriver('ws://127.0.0.1:8080/', {
 *   make: (url, options) => new ReckerWebSocket(url, options),
 * });
 * for (const path of driver.paths) await runPath(path, driver);
 * ```
 */
export function serverPathDriver<Client extends PathClient>(
  url: string | URL,
  options: ServerPathDriverOptions<Client>,
): ServerPathDriver {
  const target = targetOf(url);
  const { make } = (options ?? {}) as { readonly make?: unknown };
  if (typeof make !== 'function')
    throw new ConfigurationError(
      'make',
      'serverPathDriver() needs make: a function that makes the client of a path',
    );
  return new Driver(target, options);
}

interface Dial {
  readonly signal: AbortSignal;
  readonly to: (url: string) => void;
}

/** Everything about one path. */
interface Run<Client> {
  readonly path: ConnectionPath;
  readonly client: Client;
  readonly abort: AbortController;
  readonly relay: TcpRelay;
  readonly between: Server;
  readonly busy: Server;
  readonly busyUrl: string;
  readonly links: PathLink[];
  readonly sockets: Set<Socket>;
  readonly dials: Dial[];
  done: number;
  peerHasClosed: boolean;
  preparing?: { readonly resolve: () => void; readonly reject: (error: Error) => void };
}

class Driver<Client extends PathClient> implements ServerPathDriver {
  readonly #target: Target;
  readonly #options: ServerPathDriverOptions<Client>;
  #run: Run<Client> | undefined;
  /** Called after each change of a link. */
  readonly #looks = new Set<() => void>();

  constructor(target: Target, options: ServerPathDriverOptions<Client>) {
    this.#target = target;
    this.#options = options;
  }

  get paths(): readonly ConnectionPath[] {
    return connectionPaths({ policy: PATH_POLICY }).filter((path) => whyLeftOut(path) === undefined);
  }

  get leftOut(): ServerPathDriver['leftOut'] {
    return connectionPaths({ policy: PATH_POLICY }).flatMap((path) => {
      const why = whyLeftOut(path);
      return why === undefined ? [] : [{ path, why }];
    });
  }

  async start(path: ConnectionPath): Promise<void> {
    const sockets = new Set<Socket>();
    const links: PathLink[] = [];
    const dials: Dial[] = [];
    const abort = new AbortController();
    const passesPongs = path.steps.some(({ event }) => event.type === 'socket.ponged');
    const { authority, authorization } = this.#target;
    const manner = { passesPongs, authority, authorization };
    const between = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const server = openSocket(this.#target, this.#options.tls);
      for (const socket of [client, server]) {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      }
      links.push(new PathLink(client, server, manner, () => this.#changed()));
    });
    const busy = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('data', () => socket.end(BUSY));
    });
    const relay = await TcpRelay.start({ port: await listenOn(between, 0) });
    const busyUrl = `ws://${loopback}:${await listenOn(busy, 0)}/`;
    const { prepares, ...policy } = policyOf(path);
    const url: ServerPathUrl = ({ signal }) => new Promise((to) => dials.push({ signal, to }));
    const client = await this.#options.make(url, {
      ...policy,
      ...(prepares ? { prepare: () => this.#prepare() } : {}),
      random: () => 0,
      signal: abort.signal,
    });
    const run = { path, client, abort, relay, between, busy, busyUrl, links, sockets, dials };
    this.#run = { ...run, done: 0, peerHasClosed: false };
  }

  async finish(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.abort.abort();
    await run.relay.close();
    for (const socket of run.sockets) socket.destroy();
    await Promise.all(
      [run.between, run.busy].map((server) => new Promise((resolve) => server.close(resolve))),
    );
  }

  connect(): void {
    ignore(this.#present.client.connect());
  }

  close(code: number, reason: string): void {
    ignore(this.#present.client.close(code, reason));
  }

  reconnect(): void {
    ignore(this.#present.client.reconnect());
  }

  terminate(): void {
    ignore(this.#present.client.terminate());
  }

  abort(): void {
    this.#present.abort.abort();
  }

  async accept(): Promise<void> {
    const { relay } = this.#present;
    relay.thaw();
    await relay.accept();
    this.#dialTo(relay.url(this.#target.path));
  }

  refuse({ error }: Parameters<PathDriver['refuse']>[0]): void {
    const { relay, busyUrl } = this.#present;
    const isBusy = error?.name === 'HandshakeError';
    if (!isBusy) relay.refuse();
    this.#dialTo(isBusy ? busyUrl : relay.url());
  }

  prepares(): void {
    this.#present.preparing?.resolve();
  }

  failsToPrepare(error: Error): void {
    this.#present.preparing?.reject(error);
  }

  async peerCloses(code: number, reason: string): Promise<void> {
    const link = await this.#open();
    this.#present.peerHasClosed = true;
    link.replace(closeFrame(code, reason));
  }

  async peerErrs(): Promise<void> {
    const link = await this.#open();
    this.#present.peerHasClosed = true;
    link.replace(garbage('badOpcode'));
  }

  async ends(): Promise<void> {
    const link = await this.#open();
    await this.#until(() => link.clientHasClosed, 'the Close of the client');
    if (this.#present.peerHasClosed) link.destroy();
    else link.release();
  }

  async drops(): Promise<void> {
    (await this.#open()).destroy();
  }

  async freezes(): Promise<void> {
    await this.#open();
    this.#present.relay.freeze();
  }

  async pongs(): Promise<void> {
    const link = await this.#open();
    await this.#until(() => link.pongs >= link.pings, 'a Pong of the server');
  }

  answers(): void {}

  goesOnline(): void {
    const { client } = this.#present;
    if (client[RUNTIME_FACT] === undefined)
      throw new Error('Only a ReckerWebSocket can be given runtime.online');
    client[RUNTIME_FACT]({ type: 'runtime.online' });
  }

  awakes(): void {
    this.#present.client.wake();
  }

  async passDelay(name: string, ms: number): Promise<void> {
    const run = this.#present;
    if (name === 'connectTimeout') {
      run.relay.silent();
      this.#dialTo(run.relay.url());
    } else if (name === 'heartbeatTimeout') {
      await new Promise((resolve) => setTimeout(resolve, ms + 10));
    } else if (HEARTBEAT.includes(name) && !this.#isFrozen) {
      const link = await this.#open();
      const { pings } = link;
      await this.#until(() => link.pings > pings, 'a Ping of the client');
    }
  }

  sleeps(): void {
    throw new Error('see whyLeftOut()');
  }

  async check(step: PathStep, { steps }: ConnectionPath): Promise<void> {
    const run = this.#present;
    const next = steps[run.done + 1];
    run.done += 1;
    // The answer comes by itself, and may have led on already: the two are compared together.
    if (next?.event.type === 'socket.answered') return;
    const { client } = run;
    await this.#until(() => client.state === step.state, step.state).catch(() => {
      throw new Error(`the client is ${client.state} and should be ${step.state}, for ${this.#patience} ms`);
    });
    await new Promise((resolve) => setImmediate(resolve));
    if (client.state !== step.state)
      throw new Error(`the client is ${client.state} and should be ${step.state}`);
    await this.#options.check?.(step, client);
  }

  get #present(): Run<Client> {
    if (this.#run === undefined) throw new Error('No path has begun yet');
    return this.#run;
  }

  get #patience(): number {
    return this.#options.patience ?? PATIENCE;
  }

  get #isFrozen(): boolean {
    const { path, done } = this.#present;
    return path.steps.slice(0, done).some(({ event }) => event.type === 'link.froze');
  }

  #prepare(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#present.preparing = { resolve, reject };
    });
  }

  #dialTo(url: string): void {
    const dial = this.#present.dials.at(-1);
    if (dial === undefined) throw new Error('the client has not dialled');
    dial.to(url);
  }

  /** The newest connection, once the server's 101 has passed. */
  async #open(): Promise<PathLink> {
    const newest = (): PathLink | undefined => this.#present.links.at(-1);
    await this.#until(() => newest()?.isOpen === true, "the server's 101");
    return newest() as PathLink;
  }

  #changed(): void {
    for (const look of [...this.#looks]) look();
  }

  /** The state of a client has no event that every client has: it is looked at again every few ms. */
  #until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const latest = performance.now() + this.#patience;
      const done = (settle: () => void): void => {
        clearInterval(timer);
        this.#looks.delete(look);
        settle();
      };
      const look = (): void => {
        if (holds()) done(resolve);
        else if (performance.now() > latest)
          done(() => reject(new Error(`Waited ${this.#patience} ms in vain: ${what}`)));
      };
      const timer = setInterval(look, 2);
      this.#looks.add(look);
      look();
    });
  }
}

/** What a call returns is settled by later steps. */
function ignore(returned: unknown): void {
  Promise.resolve(returned).catch(() => {});
}
