/** What a workload is, and the few tools that all of them measure with. */
import type { Client } from '../clients/client.js';
import type { ClientName } from '../clients/index.js';

export interface Metric {
  readonly key: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly digits: number;
}

export type Sample = Record<string, number>;

export interface Context {
  readonly client: Client;
  readonly name: ClientName;
  /** `ws://127.0.0.1:port` */
  readonly origin: string;
  readonly quick: boolean;
}

export interface Workload {
  readonly id: string;
  readonly title: string;
  /** The first one is the one that ratios are made of. */
  readonly metrics: readonly [Metric, ...Metric[]];
  readonly clients: readonly ClientName[];
  /** In `--quick`, where the whole list would take too long; `--clients` overrules it. */
  readonly quickClients?: readonly ClientName[];
  /** A fresh process and server for every sample, without warm-up: for memory, and for what leaves a mess. */
  readonly isolated?: boolean;
  readonly rounds?: { readonly full: number; readonly quick: number };
  /**
   * How many units (messages, connections) a sample has. Where `step` is given, the count is fitted to the
   * client, so that a sample takes about the same CPU time for each client: it grows from `start` in
   * multiples of `step`, to `max` at most. The sample must then hold `cpu`, in µs a unit.
   */
  readonly count: {
    readonly full: number;
    readonly quick: number;
    readonly step?: number;
    readonly max?: number;
  };
  run(context: Context, count: number): Promise<Sample>;
}

export const everyone: readonly ClientName[] = [
  'ws',
  'recker',
  'recker-upstream',
  'undici',
  'partysocket',
  'reconnecting-websocket',
  'websocket-ts',
  'net',
];

/** Those of {@link everyone}, and the floor of any client that XState runs. */
export const everyoneAndFloor: readonly ClientName[] = [...everyone, 'ws-xstate'];

export const few: readonly ClientName[] = ['ws', 'recker', 'recker-upstream', 'net'];

export const CPU: Metric = { key: 'cpu', unit: 'µs CPU', better: 'lower', digits: 2 };
export const WALL: Metric = { key: 'wall', unit: 'µs wall', better: 'lower', digits: 2 };

/** A text where people send text, bytes where they send bytes. */
export function payloadOf(size: number): string | Buffer {
  return size <= 64 ? 'x'.repeat(size) : Buffer.alloc(size, 'x');
}

/** CPU (user and system, all threads of this process) and wall time of `work`, in µs a unit. */
export async function measure(units: number, work: () => Promise<unknown>): Promise<Sample> {
  collectGarbage();
  const wallBefore = process.hrtime.bigint();
  const cpuBefore = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpuBefore);
  const wall = Number(process.hrtime.bigint() - wallBefore) / 1000;
  return { cpu: (user + system) / units, wall: wall / units };
}

/** So that no client pays for the garbage of the previous round. The child runs with --expose-gc. */
export function collectGarbage(): void {
  globalThis.gc?.();
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

interface UserLimits {
  readonly userLimits?: { readonly open_files?: { readonly soft?: number | 'unlimited' } };
}

/** As many connections as asked for, or as the open-file limit allows. */
export function affordable(connections: number): number {
  const report = process.report?.getReport() as UserLimits | undefined;
  const limit = report?.userLimits?.open_files?.soft;
  return typeof limit === 'number' ? Math.min(connections, limit - 200) : connections;
}
