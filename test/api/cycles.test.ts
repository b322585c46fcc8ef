/** A thousand lives of a client, and what they took of the process: all of it comes back. */
import { describe, expect, it } from 'vitest';
import { Child } from '../support/child.js';
import type { CyclesReport } from '../support/cycles.js';

const CYCLES = 1000;

async function run(kind: 'fresh' | 'reused'): Promise<CyclesReport> {
  const child = new Child(['--expose-gc', 'test/support/cycles.ts', kind, String(CYCLES)]);
  expect(await child.ended, child.output).toEqual({ code: 0, signal: null });
  return JSON.parse(child.output) as CyclesReport;
}

describe(`${CYCLES} times connect, drop, reconnect, close`, () => {
  it.each(['fresh', 'reused'] as const)(
    'by %s clients: sockets, timers, listeners and memory are back where they were',
    async (kind) => {
      const { before, after, heapGrown, survivors, dials } = await run(kind);
      expect(dials).toBe(2 * CYCLES);
      expect(after).toEqual(before);
      expect(after.serverConnections).toBe(0);
      // The newest may still be on a stack, or in a cache of V8's.
      expect(survivors).toBeLessThanOrEqual(10);
      // About a megabyte is V8's own, however many cycles; a client that stayed takes 7 KB, so a thousand take seven.
      expect(heapGrown).toBeLessThan(3_000_000);
    },
    60_000,
  );
});
