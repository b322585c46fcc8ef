/** What a day is made with: servers, relays, other processes, and waits that end. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { type AddressInfo, connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FaultServer, type FaultServerOptions, TcpRelay } from '../../src/testing/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PART = fileURLToPath(new URL('part.ts', import.meta.url));

/** One line that a program said. */
export type Said = Readonly<Record<string, unknown>>;

/** A part of a day in a process of its own. */
export class Program {
  readonly said: Said[] = [];
  readonly #child: ChildProcess;
  #errors = '';
  /** Set once it has ended: its exit code, or the signal that ended it. */
  ended: number | NodeJS.Signals | undefined;

  constructor(day: string, client: string, part: string, args: readonly string[]) {
    this.#child = spawn(process.execPath, ['--import', 'tsx', PART, day, client, part, ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let partial = '';
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (partial + text).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('{')) this.said.push(JSON.parse(line) as Said);
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#child.on('close', (code, signal) => {
      this.ended = code ?? signal ?? 'SIGKILL';
    });
  }

  /** What it wrote on stderr. */
  get errors(): string {
    return this.#errors;
  }

  /** The first line that has a member `key`. @throws where it ends without one, or after `ms` */
  async says(key: string, ms = 20_000): Promise<Said> {
    const found = (): Said | undefined => this.said.find((line) => key in line);
    await until(() => found() !== undefined || this.ended !== undefined, ms);
    const line = found();
    if (line === undefined) throw new Error(`a program ended without "${key}": ${this.#errors}`);
    return line;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

/** Polls: what is waited for here takes longer than a poll. */
export async function until(done: () => boolean, ms: number): Promise<boolean> {
  const end = performance.now() + ms;
  while (!done()) {
    if (performance.now() > end) return false;
    await sleep(10);
  }
  return true;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The tools of one cell; what they made is ended with it. */
export class Tools {
  readonly #day: string;
  readonly #client: string;
  readonly #ends: (() => unknown)[] = [];
  readonly sleep = sleep;
  /** True once `done()` is; false after `ms`. */
  readonly until = until;

  constructor(day: string, client: string) {
    this.#day = day;
    this.#client = client;
  }

  /** A server that echoes, on 127.0.0.1. */
  async server(options: FaultServerOptions = {}): Promise<FaultServer> {
    const server = await FaultServer.start(options);
    server.echo();
    this.#ends.push(() => server.stop());
    return server;
  }

  /** A relay to a server: clients connect to `relay.url()`. */
  async relay(server: { readonly port: number }): Promise<TcpRelay> {
    const relay = await TcpRelay.start({ port: server.port });
    this.#ends.push(() => relay.close());
    return relay;
  }

  /** A link to a server through which at most so many bytes a second pass towards it; its port. */
  async slowLink(server: { readonly port: number }, bytesPerSecond: number): Promise<number> {
    const link = createServer((client) => {
      const target = connect(server.port, '127.0.0.1');
      const end = (): void => {
        client.destroy();
        target.destroy();
      };
      for (const socket of [client, target]) socket.on('error', end).on('close', end);
      target.pipe(client);
      client.on('data', (chunk: Buffer) => {
        client.pause();
        target.write(chunk);
        setTimeout(() => client.resume(), (chunk.length / bytesPerSecond) * 1000);
      });
    });
    await new Promise<void>((resolve) => link.listen(0, '127.0.0.1', resolve));
    this.#ends.push(() => link.close());
    return (link.address() as AddressInfo).port;
  }

  /** Starts one of the day's `parts` in a process of its own, with the same client. */
  program(part: string, ...args: readonly string[]): Program {
    const program = new Program(this.#day, this.#client, part, args);
    this.#ends.push(() => program.signal('SIGKILL'));
    return program;
  }

  /** Runs a line in sh, with sbin in the PATH; its output. @throws where it fails */
  shell(line: string): string {
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
    return execFileSync('sh', ['-c', line], { encoding: 'utf8', env });
  }

  /** Brings loopback up and prepares a table, in a day with `namespace`. Then `cut(port)`. */
  prepareNamespace(): void {
    this.shell('ip link set lo up; nft add table inet cut');
    this.shell("nft add chain inet cut out '{ type filter hook output priority 0; }'");
  }

  /** Drops every packet to and from a port: no FIN, no RST, no SYN passes. */
  cut(port: number): void {
    this.shell(`nft add rule inet cut out tcp dport ${port} drop`);
    this.shell(`nft add rule inet cut out tcp sport ${port} drop`);
  }

  /** Undoes `cut()`. */
  restore(): void {
    this.shell('nft flush chain inet cut out');
  }

  /** Called with each line of an uncaught error from now on, instead of the end of the process. */
  uncaught(): unknown[] {
    const errors: unknown[] = [];
    const keep = (error: unknown): void => void errors.push(error);
    process.on('uncaughtException', keep);
    return errors;
  }

  /** Called when the cell ends. */
  atEnd(end: () => unknown): void {
    this.#ends.push(end);
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }
}
