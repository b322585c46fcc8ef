/**
 * What the tests of the fault table share: its example settings, a diary of a client with times, and a place
 * where each row says what it measured.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, expect } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { EVENTS } from '../support/events.js';
import { Watch } from '../support/journal.js';

/** The example settings of the fault table. */
export const EXAMPLE = {
  heartbeatInterval: 1000,
  heartbeatTimeout: 500,
  connectTimeout: 2000,
  closeTimeout: 1000,
  reconnect: true,
  reconnectDelay: 100,
} as const satisfies WebSocketOptions;

/** How much later than its deadline something may be seen, in ms: the table's 0.2 s. */
export const GRACE = 200;

/** max(interval, timeout) + timeout: how long a dead peer may stay unnoticed. */
export const DEAD_AFTER =
  Math.max(EXAMPLE.heartbeatInterval, EXAMPLE.heartbeatTimeout) + EXAMPLE.heartbeatTimeout;

export interface Entry {
  /** The event with its plain arguments, e.g. `close 1006` or `state open connecting`; errors by their code. */
  readonly line: string;
  /** Milliseconds, on the scale of `performance.now()`. */
  readonly at: number;
  readonly args: readonly unknown[];
}

/** All that a client reports, with the time of each. */
export class Diary {
  readonly entries: Entry[] = [];
  readonly #watch = new Watch();

  constructor(ws: ReckerWebSocket) {
    for (const event of EVENTS) {
      ws.on(event, (...args: unknown[]) => {
        const words = [event, ...args.map(describe)].filter((word) => word !== '');
        this.entries.push({ line: words.join(' '), at: performance.now(), args });
        this.#watch.check();
      });
    }
  }

  /** The entries that begin with `text`. */
  of(text: string): Entry[] {
    return this.entries.filter(({ line }) => line === text || line.startsWith(`${text} `));
  }

  /** How many entries begin with `text`. */
  count(text: string): number {
    return this.of(text).length;
  }

  /** Waits for the `n`-th entry that begins with `text`. Default: the first. */
  async seen(text: string, n = 1): Promise<Entry> {
    await this.#watch.until(() => this.of(text).length >= n);
    return this.of(text)[n - 1] as Entry;
  }

  /** The lines without states and pongs. */
  get reported(): string[] {
    return this.entries.map(({ line }) => line).filter((line) => !/^(state|pong)/.test(line));
  }
}

function describe(argument: unknown): string {
  if (argument instanceof Error) return 'code' in argument ? String(argument.code) : argument.name;
  if (typeof argument === 'object' && argument !== null) return '';
  return String(argument);
}

const toEnd: (() => unknown)[] = [];

/** A client of the example settings with its diary; ended by {@link endAll}. */
export function client(url: string, options: WebSocketOptions = {}): { ws: ReckerWebSocket; diary: Diary } {
  const ws = new ReckerWebSocket(url, { ...EXAMPLE, ...options });
  toEnd.push(() => ws.close());
  return { ws, diary: new Diary(ws) };
}

/** Ends `thing` after the tests of this file, however they end. */
export function kept<Thing extends { [Symbol.asyncDispose](): Promise<void> }>(thing: Thing): Thing {
  toEnd.push(() => thing[Symbol.asyncDispose]());
  return thing;
}

/** What `kept()` and `client()` have made. */
export async function endAll(): Promise<void> {
  await Promise.allSettled(toEnd.splice(0).map((end) => end()));
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The sockets and look-ups of this process that are there, those of TLS included. */
export const sockets = (): number =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(TCPSocketWrap|TLSWrap|TCPConnectWrap|GetAddrInfo)/.test(name)).length;

const measured: string[] = [];

/** How late this process itself was: on a busy machine nothing in it can be reported sooner. */
const lateness = monitorEventLoopDelay({ resolution: 5 });
lateness.enable();

/** Holds a measured time, in ms, against what the table expects, and keeps it for the list. */
export function inTime(row: string, took: number, atMost: number, atLeast = 0): void {
  note(row, `${atLeast > 0 ? `${atLeast} to ` : 'at most '}${atMost} ms`, `${Math.round(took)} ms`);
  const late = lateness.max / 1e6;
  expect(took, `${row}; this process was late by ${Math.round(late)} ms`).toBeLessThanOrEqual(atMost + late);
  // The stamp that the time begins with is as late as this process was, and the timer that ends it is not. Node's
  // timers may fire a millisecond early by this clock.
  expect(took, row).toBeGreaterThanOrEqual(atLeast - 2 - Math.min(late, atLeast / 4));
}

/** Keeps what was found for the list. */
export function note(row: string, expected: string, found: string): void {
  measured.push(`| ${row} | ${expected} | ${found} |`);
}

// With RECKER_TIMES=1 each file prints its part of the table.
if (process.env.RECKER_TIMES) afterAll(() => console.log(measured.join('\n')));
