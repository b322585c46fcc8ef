/**
 * Clients that send all the time through a haproxy that is reloaded: every connection is cut again and again, and the
 * books of each client are balanced at the end.
 *
 * Of what a client sent, the server received a part, `undelivered` reported a part, and `unsentBytes` holds a part.
 * The rest had been taken by the kernel when the connection broke: the network held it. haproxy's own log says how
 * much of that it had read.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { ReckerWebSocket } from '../../src/index.js';
import { Ledger } from './ledger.js';

export interface ProxySoakOptions {
  readonly seconds: number;
  /** Seconds from one reload to the next. */
  readonly every: number;
  readonly clients: number;
}

/** The books of one client, in messages. */
export interface ClientBooks {
  readonly client: number;
  readonly sent: number;
  readonly received: number;
  readonly undelivered: number;
  /** An upper bound: `unsentBytes` of all its losses, in messages. */
  readonly unsent: number;
  /** What remains: the kernels and haproxy had it. */
  readonly held: number;
  readonly opens: number;
}

export interface ProxySoakReport {
  readonly books: readonly ClientBooks[];
  readonly reloads: number;
  /** Bytes that haproxy read from clients and that the server never read. */
  readonly heldByProxy: number;
  readonly problems: readonly string[];
}

/** Each message is this long, so that bytes can be converted to messages. */
const SIZE = 1000;
const SEND_EVERY = 20;

/** ms from a reload to the end of the connections that the old process still has. */
const HARD_STOP = 300;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Sender {
  readonly ws: ReckerWebSocket;
  readonly ledger: Ledger;
  sent: number;
  unsentBytes: number;
}

export async function soakBehindProxy(options: ProxySoakOptions): Promise<ProxySoakReport> {
  const problems: string[] = [];
  const onStray = (error: unknown): void => void problems.push(`thrown past the client: ${String(error)}`);
  process.on('uncaughtException', onStray).on('unhandledRejection', onStray);
  const senders: Sender[] = [];
  const server = await serve(senders);
  const proxy = await HaProxy.start((server.address() as AddressInfo).port);
  for (let id = 0; id < options.clients; id += 1) senders.push(sender(`ws://127.0.0.1:${proxy.port}/${id}`));
  await Promise.all(senders.map(({ ws }) => ws.connect()));

  const sendAll = (): void => {
    for (const each of senders) {
      each.sent += 1;
      void each.ws.send(`${each.sent}:`.padEnd(SIZE, '.'));
    }
  };
  const ticking = setInterval(sendAll, SEND_EVERY);
  const start = performance.now();
  let reloads = 0;
  while (performance.now() - start + options.every * 1000 < options.seconds * 1000) {
    await sleep(options.every * 1000);
    const reloaded = proxy.reload();
    reloads += 1;
    // Every other time this process is busy while the connections are cut, and sends before it can see that they are.
    if (reloads % 2 === 0) {
      await sleep(HARD_STOP / 2);
      for (const until = performance.now() + 3 * HARD_STOP; performance.now() < until; );
      for (let burst = 0; burst < 3; burst += 1) sendAll();
    }
    await reloaded;
  }
  await sleep(Math.max(0, options.seconds * 1000 - (performance.now() - start)));
  clearInterval(ticking);
  await Promise.all(senders.map(({ ws }) => ws.connect()));
  while (senders.some(({ ws }) => ws.bufferedAmount > 0)) await sleep(10);
  await Promise.all(senders.map(({ ws }) => ws.close()));
  await sleep(300);
  await proxy.stop();
  const bytesRead = await server.end();
  process.off('uncaughtException', onStray).off('unhandledRejection', onStray);

  const books = senders.map((each, client): ClientBooks => {
    const { reported, lost } = each.ledger.close(each.sent);
    const unsent = each.unsentBytes / SIZE;
    const { received, problems: own } = each.ledger;
    problems.push(...own.map((problem) => `client ${client}: ${problem}`));
    if (lost < 0) problems.push(`client ${client}: more was received and reported than sent`);
    const { opens } = each.ws.stats();
    return {
      client,
      sent: each.sent,
      received,
      undelivered: reported,
      unsent,
      held: Math.max(0, lost - unsent),
      opens,
    };
  });
  return { books, reloads, heldByProxy: proxy.bytesFromClients() - bytesRead, problems };
}

function sender(url: string): Sender {
  const ws = new ReckerWebSocket(url, {
    reconnect: true,
    reconnectDelay: 100,
    maxReconnectDelay: 500,
    reconnectJitter: 'equal',
    maxReconnectAttempts: 0,
    heartbeatInterval: 2000,
    heartbeatTimeout: 2000,
    // Small, so that some messages are refused.
    sendQueue: { maxMessages: 5 },
  });
  const made: Sender = { ws, ledger: new Ledger(), sent: 0, unsentBytes: 0 };
  ws.on('error', () => {});
  ws.on('undelivered', (data) => made.ledger.undelivered(Number.parseInt(String(data), 10)));
  ws.on('close', (_code, _reason, { unsentBytes }) => {
    made.unsentBytes += unsentBytes;
  });
  return made;
}

/** Books what each client's connections bring; `end()` resolves with the bytes that were read in all. */
async function serve(
  senders: readonly Sender[],
): Promise<{ address(): AddressInfo | string | null; end(): Promise<number> }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  let [connections, bytesRead] = [0, 0];
  server.on('connection', (peer, { socket, url = '/0' }) => {
    connections += 1;
    const connection = connections;
    peer.on('message', (data) => {
      senders[Number(url.slice(1))]?.ledger.arrived(connection, Number.parseInt(String(data), 10));
    });
    peer.on('error', () => {});
    socket.on('close', () => {
      bytesRead += socket.bytesRead;
    });
  });
  await once(server, 'listening');
  return {
    address: () => server.address(),
    async end() {
      for (const peer of server.clients) peer.terminate();
      await new Promise((resolve) => server.close(resolve));
      await sleep(50);
      return bytesRead;
    },
  };
}

/** haproxy in TCP mode. A reload starts a new process, which takes the port over; the old one is cut short. */
class HaProxy {
  readonly port: number;
  readonly #folder: string;
  #log = '';
  #live: ChildProcess | undefined;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  static async start(upstream: number): Promise<HaProxy> {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    free.close();
    const proxy = new HaProxy(await mkdtemp(join(tmpdir(), 'recker-')), port);
    await writeFile(
      join(proxy.#folder, 'haproxy.cfg'),
      `global
  log stdout format raw local0
  hard-stop-after ${HARD_STOP}ms
defaults
  mode tcp
  log global
  log-format "read=%U"
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend clients
  bind 127.0.0.1:${port}
  default_backend upstream
backend upstream
  server one 127.0.0.1:${upstream}
`,
    );
    await proxy.reload();
    return proxy;
  }

  /** Resolves when the new process listens and the old one is gone. */
  async reload(): Promise<void> {
    const old = this.#live;
    const gone = old === undefined ? undefined : once(old, 'exit');
    const takeOver = old?.pid === undefined ? [] : ['-sf', String(old.pid)];
    const config = join(this.#folder, 'haproxy.cfg');
    const child = spawn('haproxy', ['-db', '-f', config, ...takeOver], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    child.stdout.on('data', (text: Buffer) => {
      this.#log += text.toString();
    });
    this.#live = child;
    await gone;
    while (!(await this.#listens())) await sleep(10);
  }

  /** What haproxy says of all its connections: bytes that it read from clients. */
  bytesFromClients(): number {
    return [...this.#log.matchAll(/read=(\d+)/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0);
  }

  async stop(): Promise<void> {
    const live = this.#live;
    if (live !== undefined && live.exitCode === null) {
      const gone = once(live, 'exit');
      live.kill('SIGUSR1');
      await gone;
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  #listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
}
