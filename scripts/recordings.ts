/**
 * Measures recordings: a million legal steps are checked, and the recorder's memory takes ten million.
 *
 *     npx tsx scripts/recordings.ts --steps 1000000 --copies 100
 *     node --expose-gc --import tsx scripts/recordings.ts --steps 0 --memory 10000000
 *
 * Exits with 1 where a legal step is a divergence, or the memory is above its bound.
 */
import { parseArgs } from 'node:util';
import { checkRecording } from '../src/testing/index.js';
import { legalRecording } from '../test/recordings/legal.js';
import { bytesOf, filledRing } from '../test/recordings/memory.js';

const { values } = parseArgs({
  options: {
    /** How many legal steps to check. */
    steps: { type: 'string', default: '1000000' },
    /** How often each life of a client is among them. */
    copies: { type: 'string', default: '100' },
    /** How many steps the memory takes. */
    memory: { type: 'string', default: '10000000' },
  },
});

const MOST = 262_144;
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

function check(steps: number, copies: number): void {
  const text = legalRecording(steps, copies);
  const began = performance.now();
  const result = checkRecording(text);
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${result.steps} steps of ${result.connections} clients, ${mebibytes(text.length)} MiB: ${seconds.toFixed(2)} s,`,
    `${result.covered.length} transitions, ${result.ok ? 'no divergence' : JSON.stringify(result.divergence)}`,
  );
  if (!result.ok) process.exitCode = 1;
}

function fill(steps: number): void {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  const before = process.memoryUsage().heapUsed;
  let taken = 0;
  let most = 0;
  const ring = filledRing(MOST, steps, (filling) => {
    taken += 1;
    if (taken % 100_000 === 0) most = Math.max(most, bytesOf(filling));
  });
  gc?.();
  const heap = process.memoryUsage().heapUsed - before;
  const measured = gc === undefined ? '(--expose-gc measures the heap)' : `${mebibytes(heap)} MiB of heap`;
  console.log(
    `${steps} steps into ${mebibytes(MOST)} MiB: at most ${mebibytes(most)} MiB of text, ${measured},`,
    `${ring.dropped} clients forgotten`,
  );
  if (most > MOST || (gc !== undefined && heap > MOST)) process.exitCode = 1;
}

const number = (text: string): number => {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`a whole number is needed, not ${text}`);
};

if (number(values.steps) > 0) check(number(values.steps), number(values.copies));
if (number(values.memory) > 0) fill(number(values.memory));
