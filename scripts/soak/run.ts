/**
 * A client and a server talk for a long time over a link on which one fault follows the other. Both ends hold
 * the numbers of what comes against what may come; memory and handles are sampled meanwhile.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { ReckerWebSocket } from '../../src/index.js';
import { TcpRelay } from '../../src/testing/index.js';
import { Random } from '../../test/support/random.js';
import { FAULTS } from './faults.js';
import { Inbox, Ledger } from './ledger.js';

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly onSample?: (sample: Sample) => void;
}

export interface Sample {
  readonly second: number;
  readonly heap: number;
  readonly rss: number;
  /** Open file descriptors of the process: three for each relayed connection, beside a fixed number. */
  readonly descriptors: number;
  /** Listeners on the client. */
  readonly listeners: number;
  readonly sent: number;
  readonly received: number;
  readonly opens: number;
}

export interface SoakReport {
  readonly samples: readonly Sample[];
  readonly faults: Readonly<Record<string, number>>;
  readonly sent: number;
  /** Of what the client sent: arrived, reported as undelivered, gone with a connection. */
  readonly arrived: number;
  readonly reported: number;
  readonly lost: number;
  /** Payload bytes that went with a connection, and the part of them that the client knew of. */
  readonly lostBytes: number;
  readonly unsentBytes: number;
  /** Of what the server sent: arrived at the client. */
  readonly receivedByClient: number;
  readonly opens: number;
  readonly dials: number;
  readonly longestDowntime: number;
  readonly problems: readonly string[];
  /** What is left in the process when all is closed. */
  readonly leftovers: readonly string[];
}

/** Each message is this long, so that bytes can be distinguished from numbers. */
const SIZE = 1000;
const SEND_EVERY = 10;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function soak({ seconds, seed, onSample }: SoakOptions): Promise<SoakReport> {
  const random = Random.ofCase(seed, 0);
  const ledger = new Ledger();
  const inbox = new Inbox();
  const stray: string[] = [];
  const onStray = (error: unknown): void => void stray.push(`thrown past the client: ${String(error)}`);
  process.on('uncaughtException', onStray).on('unhandledRejection', onStray);
  const server = await serve(ledger);
  const relay = await TcpRelay.start({ port: (server.address() as AddressInfo).port });
  const ws = new ReckerWebSocket(relay.url(), {
    reconnect: true,
    reconnectDelay: 20,
    maxReconnectDelay: 300,
    reconnectJitter: 'full',
    maxReconnectAttempts: 0,
    heartbeatInterval: 500,
    heartbeatTimeout: 500,
    connectTimeout: 1000,
    closeTimeout: 500,
    // Seldom full, but sometimes: what is refused has to be reported.
    sendQueue: { maxMessages: 60 },
    maxInFlight: 16_384,
  });
  let [unsentBytes, longestDowntime] = [0, 0];
  ws.on('message', ({ data }) => inbox.arrived(...numbersOf(String(data))));
  ws.on('undelivered', (data) => ledger.undelivered(numbersOf(String(data))[1]));
  ws.on('close', (_code, _reason, info) => {
    unsentBytes += info.unsentBytes;
  });
  ws.on('open', ({ downtime }) => {
    longestDowntime = Math.max(longestDowntime, downtime);
  });
  await ws.connect();

  let sent = 0;
  const sender = setInterval(() => {
    sent += 1;
    void ws.send(`0:${sent}:`.padEnd(SIZE, '.'));
  }, SEND_EVERY);

  const samples: Sample[] = [];
  const start = performance.now();
  const elapsed = (): number => (performance.now() - start) / 1000;
  const sampling = (async () => {
    const every = Math.max(1, seconds / 20);
    for (let due = every; due < seconds; due += every) {
      await sleep(Math.max(0, (due - elapsed()) * 1000));
      const taken = sample(elapsed(), ws, sent, inbox.received);
      samples.push(taken);
      onSample?.(taken);
    }
  })();
  const faults: Record<string, number> = {};
  // The last seconds belong to the recovery.
  while (elapsed() < seconds - 2) {
    await sleep(100 + random.int(900));
    const name = random.pick(Object.keys(FAULTS));
    faults[name] = (faults[name] ?? 0) + 1;
    await FAULTS[name]?.({ relay, server, ws }, random);
  }
  await sampling;
  await sleep(Math.max(0, (seconds - elapsed()) * 1000));
  clearInterval(sender);
  await ws.connect();
  while (ws.bufferedAmount > 0) await sleep(10);
  await ws.close();
  await sleep(200);
  const { reported, lost } = ledger.close(sent);
  const { dials, opens } = ws.stats();
  const problems = [...stray, ...ledger.problems, ...inbox.problems];
  if (lost * SIZE < unsentBytes) problems.push(`${unsentBytes} bytes unsent, but only ${lost} messages lost`);
  await relay.close();
  await new Promise((resolve) => server.close(resolve));
  process.off('uncaughtException', onStray).off('unhandledRejection', onStray);
  await sleep(50);
  return {
    samples,
    faults,
    sent,
    arrived: ledger.received,
    reported,
    lost,
    lostBytes: lost * SIZE,
    unsentBytes,
    receivedByClient: inbox.received,
    opens,
    dials,
    longestDowntime,
    problems,
    leftovers: process.getActiveResourcesInfo().filter((kind) => /TCP|TLS|Timeout/.test(kind)),
  };
}

/** Numbers what it sends on each connection, and books what it gets. */
async function serve(ledger: Ledger): Promise<WebSocketServer> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  let connections = 0;
  server.on('connection', (peer: WebSocket) => {
    connections += 1;
    const connection = connections;
    let number = 0;
    const timer = setInterval(() => {
      // What would wait for a peer that is gone is not made.
      if (peer.bufferedAmount > 100_000 || peer.readyState !== peer.OPEN) return;
      number += 1;
      peer.send(`${connection}:${number}:`.padEnd(SIZE, '.'));
    }, SEND_EVERY);
    peer.on('message', (data) => ledger.arrived(connection, numbersOf(String(data))[1]));
    peer.on('error', () => {});
    peer.on('close', () => clearInterval(timer));
  });
  await once(server, 'listening');
  return server;
}

function numbersOf(text: string): [connection: number, number: number] {
  const [connection, number] = text.split(':', 2);
  return [Number(connection), Number(number)];
}

function sample(second: number, ws: ReckerWebSocket, sent: number, received: number): Sample {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const names = ws.eventNames() as 'close'[];
  return {
    second,
    heap: heapUsed,
    rss,
    descriptors: readdirSync('/proc/self/fd').length,
    listeners: names.reduce((sum, name) => sum + ws.listenerCount(name), 0),
    sent,
    received,
    opens: ws.stats().opens,
  };
}
