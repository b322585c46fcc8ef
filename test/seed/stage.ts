/**
 * Where an example runs: a real `ws` server for it to talk to, a console that remembers, and the names that it
 * uses without saying where they come from. The code itself is only compiled, never rewritten.
 */
import { format } from 'node:util';
import ts from 'typescript';
import { type Client, createClient, ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { FaultServer, type FaultServerOptions } from '../../src/testing/faultServer.js';
import { VirtualClock } from '../../src/testing/virtualClock.js';
import { Watch } from '../support/journal.js';
import { addressed, block } from './examples.js';

/** What an example finds as its globals, beside `console` and what Node has. */
export type Globals = Readonly<Record<string, unknown>>;

/** A module that an example imports. */
type Modules = Readonly<Record<string, unknown>>;

type ModuleBody = (load: (name: string) => Promise<unknown>, ...globals: unknown[]) => Promise<void>;

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as new (
  ...parts: string[]
) => ModuleBody;

export class Stage {
  /** What the examples printed: `log Received: hi`, `error Server is down` … */
  readonly printed: string[] = [];
  /** Every client that an example made, in order. */
  readonly made: ReckerWebSocket[] = [];
  /** The time of clients that {@link client} makes, unless they bring their own. */
  readonly clock = new VirtualClock(1_000_000);
  readonly server: FaultServer;
  readonly #watch = new Watch();

  private constructor(server: FaultServer) {
    this.server = server;
  }

  static async start(options?: FaultServerOptions): Promise<Stage> {
    return new Stage(await FaultServer.start(options));
  }

  /** The `client` that most examples refer to; in virtual time where `options` says nothing else. */
  client(options: WebSocketOptions = {}): Client {
    const baseUrl = `http://127.0.0.1:${this.server.port}`;
    return this.#recorded(createClient({ baseUrl, websocket: { clock: this.clock, ...options } }));
  }

  /** The open `ws` that some examples refer to. */
  async open(options: WebSocketOptions = {}): Promise<ReckerWebSocket> {
    const ws = this.client().websocket('/', options);
    await ws.connect();
    return ws;
  }

  /** Runs the example under a heading; resolves when its last line is done. */
  run(heading: string, globals: Globals = {}, modules: Modules = {}): Promise<void> {
    return this.runCode(block(heading).code, globals, modules);
  }

  /** Runs code of an example, e.g. one of its parts. */
  runCode(code: string, globals: Globals = {}, modules: Modules = {}): Promise<void> {
    const names = ['console', 'createClient', 'ReckerWebSocket', ...Object.keys(globals)];
    const { createClient, ReckerWebSocket } = this.#recker;
    const body = new AsyncFunction('$import', ...names, asFunctionBody(addressed(code, this.server.port)));
    const load = async (name: string): Promise<unknown> => {
      const module = { recker: this.#recker, ...modules }[name];
      if (module === undefined) throw new Error(`An example imports ${name}, and the test gives it none`);
      return module;
    };
    return body(load, this.#console, createClient, ReckerWebSocket, ...Object.values(globals));
  }

  /** Waits for the `n`-th printed line that begins with `text`. Default: the first. */
  prints(text: string, n = 1): Promise<void> {
    return this.until(() => this.printed.filter((line) => line.startsWith(text)).length >= n);
  }

  /** Waits for `done()`; asked when something was printed, and when `check()` was called. */
  until(done: () => boolean): Promise<void> {
    return this.#watch.until(done);
  }

  /** To be called by a test's own listeners and globals. */
  check(): void {
    this.#watch.check();
  }

  /** The newest client that an example made. */
  get ws(): ReckerWebSocket {
    const ws = this.made.at(-1);
    if (ws === undefined) throw new Error('The example has made no client yet');
    return ws;
  }

  /** The `[attempt, delay]` of every `reconnecting` from now on; `until()` can wait for them. */
  delaysOf(ws: ReckerWebSocket): [attempt: number, delay: number][] {
    const delays: [number, number][] = [];
    ws.on('reconnecting', (attempt, delay) => {
      delays.push([attempt, delay]);
      this.check();
    });
    return delays;
  }

  async end(): Promise<void> {
    const closed = this.made.map((ws) => ws.close());
    await this.server.stop();
    await Promise.all(closed);
  }

  readonly #print = (level: string, ...args: unknown[]): void => {
    this.printed.push(`${level} ${format(...args)}`);
    this.#watch.check();
  };

  readonly #console = {
    log: (...args: unknown[]) => this.#print('log', ...args),
    warn: (...args: unknown[]) => this.#print('warn', ...args),
    error: (...args: unknown[]) => this.#print('error', ...args),
  };

  #recorded(client: Client): Client {
    const websocket: Client['websocket'] = (url, options) => {
      const ws = client.websocket(url, options);
      this.#record(ws);
      return ws;
    };
    return { websocket, ws: websocket };
  }

  #record(ws: ReckerWebSocket): void {
    this.made.push(ws);
    // So that tests can wait for a state of a client that an example made.
    ws.on('state', () => this.#watch.check());
    // "On the next tick" is a timer of 0 ms: in virtual time somebody has to let it fire.
    setImmediate(() => this.clock.advance(0));
  }

  /** What the examples import as `recker`: the library, and nothing but a note of what was made. */
  readonly #recker = {
    createClient: (options?: Parameters<typeof createClient>[0]) => this.#recorded(createClient(options)),
    ReckerWebSocket: recordedClass((ws) => this.#record(ws)),
  };
}

function recordedClass(record: (ws: ReckerWebSocket) => void): typeof ReckerWebSocket {
  return class extends ReckerWebSocket {
    constructor(...args: ConstructorParameters<typeof ReckerWebSocket>) {
      super(...args);
      record(this);
    }
  };
}

/**
 * Types off, and imports into calls: a module with top-level `await` as the body of an async function. The
 * inner function lets an example declare a name that is also one of its globals, as a module could.
 */
function asFunctionBody(code: string): string {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  const body = outputText.replace(/^import (\{[^}]*\}) from '([^']+)';/gm, "const $1 = await $import('$2');");
  return `'use strict'; return (async () => {\n${body}\n})();`;
}
