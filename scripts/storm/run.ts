/** A thousand clients in a few processes lose their server at the same moment, and come back to it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type WebSocket, WebSocketServer } from 'ws';
import type { WebSocketOptions } from '../../src/index.js';

export interface StormOptions {
  readonly clients: number;
  readonly processes: number;
  readonly jitter: 'none' | 'equal' | 'full';
  /** The delay of the first attempt, in ms: the first window. */
  readonly reconnectDelay: number;
  /** How long the server is away, in ms. */
  readonly downFor: number;
}

export interface StormReport extends StormOptions {
  /**
   * Dials due in each 100 ms after the loss, refused ones included: when a thousand machines would dial. A few
   * processes on one machine get to them later.
   */
  readonly perTenth: readonly number[];
  /** Dials made in each 100 ms, by these few processes. */
  readonly madePerTenth: readonly number[];
  readonly dials: number;
  /** The most that were due in 100 ms. */
  readonly peak: number;
  /** Milliseconds from the loss until the last one was back. */
  readonly allBack: number;
}

interface Reported {
  readonly ready?: true;
  readonly dues?: number[];
  readonly dials?: number[];
  readonly backs?: number[];
}

export async function storm(options: StormOptions): Promise<StormReport> {
  const { clients, processes, jitter, reconnectDelay, downFor } = options;
  const peers = new Set<WebSocket>();
  let server = await listen(peers, 0);
  const { port } = server.address() as AddressInfo;
  const settings: WebSocketOptions = {
    reconnect: true,
    reconnectDelay,
    reconnectJitter: jitter,
    maxReconnectAttempts: 0,
    connectTimeout: 20_000,
  };
  const share = Math.ceil(clients / processes);
  const shares = Array.from({ length: processes }, (_, index) => Math.min(share, clients - index * share));
  const children = shares.map((count) => start(`ws://127.0.0.1:${port}/`, count, settings));
  try {
    await Promise.all(children.map((child) => reported(child, 'ready')));
    const finished = Promise.all(children.map((child) => reported(child, 'backs')));
    const lostAt = Date.now();
    const closed = new Promise((resolve) => server.close(resolve));
    for (const peer of peers) peer.terminate();
    await closed;
    await new Promise((resolve) => setTimeout(resolve, downFor));
    server = await listen(peers, port);
    const all = await finished;
    const dials = all.flatMap(({ dials: each = [] }) => each);
    const perTenth = inTenths(all.flatMap(({ dues = [] }) => dues).map((due) => due - lostAt));
    const madePerTenth = inTenths(dials.map((dial) => dial - lostAt));
    const allBack = Math.max(...all.flatMap(({ backs = [] }) => backs)) - lostAt;
    return { ...options, perTenth, madePerTenth, dials: dials.length, peak: Math.max(...perTenth), allBack };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    for (const peer of peers) peer.terminate();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function listen(peers: Set<WebSocket>, port: number): Promise<Server> {
  const server = createServer();
  const upgrader = new WebSocketServer({ server });
  upgrader.on('connection', (peer) => {
    peers.add(peer);
    peer.on('error', () => {}).on('close', () => peers.delete(peer));
  });
  // As long as a thousand may have to wait for their turn to be accepted.
  server.listen({ port, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return server;
}

function start(url: string, count: number, settings: WebSocketOptions): ChildProcess {
  const file = fileURLToPath(new URL('clients.ts', import.meta.url));
  return fork(file, [url, String(count), JSON.stringify(settings)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function reported(child: ChildProcess, key: keyof Reported): Promise<Reported> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: Reported) => {
      if (message[key] !== undefined) resolve(message);
    });
    child.once('exit', (code) => reject(new Error(`A process of clients ended with ${code}`)));
  });
}

function inTenths(times: readonly number[]): number[] {
  const tenths = Array.from({ length: Math.floor(Math.max(...times) / 100) + 1 }, () => 0);
  for (const time of times) {
    const tenth = Math.max(0, Math.floor(time / 100));
    tenths[tenth] = (tenths[tenth] ?? 0) + 1;
  }
  return tenths;
}
