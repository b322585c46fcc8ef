/**
 * Feeds cases to real clients over loopback sockets and holds each to the same rules:
 * - it ends by itself, in time, with exactly one `close`;
 * - whatever it reports is an error of this library, and nothing is thrown past it;
 * - a Close that it sends has a code that may travel, and its frames are masked (RFC 6455 §5.1, §7.4);
 * - nothing that comes through is larger than the limit;
 * - what it used is given back: sockets, timers, memory.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ReckerError, ReckerWebSocket } from '../../src/index.js';
import { FrameTap } from '../../src/testing/frames.js';
import { Random } from '../../test/support/random.js';
import { type Case, makeCase } from './traffic.js';

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  /** The first case; with `cases: 1`, the only one. Default 0. */
  readonly from?: number;
  /** How many at a time. Default 32. */
  readonly abreast?: number;
  readonly onProgress?: (done: number, line: string) => void;
}

export interface FuzzReport {
  readonly cases: number;
  readonly opened: number;
  readonly messages: number;
  /** How the cases ended, by close code and error. */
  readonly endings: Readonly<Record<string, number>>;
  /** What broke a rule, with the case that did: run it again with `--from <case> --cases 1`. */
  readonly findings: readonly string[];
  readonly seconds: number;
  /** Bytes of heap that the cases after the warm-up left behind. */
  readonly heapGrown: number;
  /** The largest resident set that was sampled, in bytes. */
  readonly peakRss: number;
  /** Sockets and timers that were there before and after. */
  readonly resources: readonly [before: string, after: string];
}

const MAX_PAYLOAD = 65_536;
/** A case that takes longer hangs, in ms. The slowest: a stalled handshake, or a Close without an answer. */
const HANGS_AFTER = 10_000;
const TIMEOUTS = { connectTimeout: 1000, closeTimeout: 100, heartbeatInterval: 0 } as const;
/** More ports than one, so that the pairs of ports that the kernel still remembers do not run out. */
const PORTS = 16;

/** Codes that a client may send, or echo (RFC 6455 §7.4). */
const mayTravel = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999);

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { cases, seed, from = 0, abreast = 32, onProgress } = options;
  const findings: string[] = [];
  const endings: Record<string, number> = {};
  const running = new Set<number>();
  const found = (what: string): void => void (findings.length < 100 && findings.push(what));
  const stray = (error: unknown): void =>
    found(`cases ${[...running]}: thrown past the client: ${String(error)}`);
  process.on('uncaughtException', stray).on('unhandledRejection', stray);
  const bench = await Bench.start(found);
  const before = await resources();
  const start = performance.now();
  let [opened, messages, done, next, peakRss, heapBefore] = [0, 0, 0, from, 0, 0];
  const warmUp = Math.min(2000, Math.floor(cases / 4));

  const worker = async (): Promise<void> => {
    while (next < from + cases) {
      const index = next;
      next += 1;
      running.add(index);
      const result = await bench.run(index, makeCase(Random.ofCase(seed, index)));
      running.delete(index);
      for (const problem of result.problems) found(`case ${index}: ${problem}`);
      endings[result.ending] = (endings[result.ending] ?? 0) + 1;
      opened += result.opened ? 1 : 0;
      messages += result.messages;
      done += 1;
      if (done === warmUp) heapBefore = await heapUsed();
      if (done % 1000 === 0) peakRss = Math.max(peakRss, process.memoryUsage.rss());
      if (done % 10_000 === 0) onProgress?.(done, `${findings.length} findings`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(abreast, cases) }, worker));
  const seconds = (performance.now() - start) / 1000;
  const after = await resources();
  const heapGrown = (await heapUsed()) - heapBefore;
  await bench.stop();
  process.off('uncaughtException', stray).off('unhandledRejection', stray);
  return {
    cases,
    opened,
    messages,
    endings,
    findings,
    seconds,
    heapGrown,
    peakRss,
    resources: [before, after],
  };
}

interface Result {
  readonly opened: boolean;
  readonly messages: number;
  readonly ending: string;
  readonly problems: readonly string[];
}

/** The raw servers, and one client at a time for each case. */
class Bench {
  readonly #servers: Server[] = [];
  readonly #cases = new Map<string, Case>();
  readonly #found: (what: string) => void;

  private constructor(found: (what: string) => void) {
    this.#found = found;
  }

  static async start(found: (what: string) => void): Promise<Bench> {
    const bench = new Bench(found);
    for (let count = 0; count < PORTS; count += 1) {
      const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => bench.#serve(socket));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      bench.#servers.push(server);
    }
    return bench;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  async run(index: number, fuzzed: Case): Promise<Result> {
    const { port } = (this.#servers[index % PORTS] as Server).address() as AddressInfo;
    this.#cases.set(String(index), fuzzed);
    const problems: string[] = [];
    let [opened, messages, closes, errors] = [false, 0, 0, 0];
    const ws = new ReckerWebSocket(`ws://127.0.0.1:${port}/${index}`, {
      ...TIMEOUTS,
      maxPayload: MAX_PAYLOAD,
      perMessageDeflate: fuzzed.compresses,
      protocols: [...fuzzed.protocols],
    });
    const check = (error: unknown): void => {
      if (!(error instanceof ReckerError)) problems.push(`not an error of ours: ${String(error)}`);
    };
    ws.on('open', () => {
      opened = true;
      // Nothing more will come of such a case: it is the client that ends it, and gets no answer.
      if (fuzzed.ending === 'hold') setTimeout(() => void ws.close(), 20);
    });
    ws.on('message', ({ data }) => {
      messages += 1;
      if (Buffer.byteLength(data) > MAX_PAYLOAD) problems.push(`a message of ${data.length}`);
      if (ws.state !== 'open' && ws.state !== 'closing') problems.push(`a message while ${ws.state}`);
    });
    ws.on('error', (error) => {
      errors += 1;
      check(error);
    });
    let timer: NodeJS.Timeout | undefined;
    const ending = await new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('hangs'), HANGS_AFTER);
      ws.on('close', (code, _reason, { error }) => {
        closes += 1;
        if (error !== undefined) check(error);
        resolve(`${code} ${error === undefined ? '' : error.name}`.trim());
      });
      ws.connect().catch(check);
    });
    clearTimeout(timer);
    // What would come twice comes now.
    await new Promise((resolve) => setImmediate(resolve));
    this.#cases.delete(String(index));
    if (ending === 'hangs') problems.push(`hangs while ${ws.state}`);
    if (closes > 1) problems.push(`${closes} times close`);
    if (errors > 1) problems.push(`${errors} times error`);
    if (ending !== 'hangs' && ws.state !== 'closed') problems.push(`ended in ${ws.state}`);
    await ws.close();
    return { opened, messages, ending, problems };
  }

  /** Answers one request with what its case says. */
  #serve(socket: Socket): void {
    let head = '';
    let index = '?';
    const tap = new FrameTap(({ masked }) => {
      if (!masked) this.#found(`case ${index}: a frame without a mask`);
    });
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', read);
      socket.on('data', (bytes) => tap.push(bytes));
      index = /^GET \/(\d+) /.exec(head)?.[1] ?? '?';
      const fuzzed = this.#cases.get(index);
      const key = /^sec-websocket-key: (.+)\r$/im.exec(head)?.[1] ?? '';
      if (fuzzed !== undefined) void send(socket, fuzzed, key);
    };
    socket.on('data', read);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      if (tap.close !== undefined && tap.close.code !== 1005 && !mayTravel(tap.close.code)) {
        this.#found(`case ${index}: sent a Close with ${tap.close.code}`);
      }
    });
  }
}

async function send(socket: Socket, fuzzed: Case, key: string): Promise<void> {
  for (const chunk of fuzzed.chunks(key)) {
    if (socket.destroyed) return;
    socket.write(chunk);
    // So that it arrives as a chunk of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (fuzzed.ending === 'end') socket.end();
  // Past what was sent, so that most of it arrives.
  else if (fuzzed.ending === 'reset') setTimeout(() => socket.resetAndDestroy(), 5);
}

async function resources(): Promise<string> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return Object.entries(counts)
    .filter(([kind]) => /TCP|TLS|Timeout/.test(kind))
    .sort()
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ');
}

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}
