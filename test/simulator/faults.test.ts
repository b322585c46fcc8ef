/** The simulator finds faults that are planted: those that show within few seeds; `npm run simulate -- --faults` tries all. */
import { describe, expect, it } from 'vitest';
import { FAULTS, firstFinding, withFault } from './faults.js';
import { trySeed } from './simulate.js';

const LIMIT = 100;
/** What needs more seeds. */
const RARE: ReadonlySet<string> = new Set([
  'a byte that is not the Pong is no sign of life',
  'an abort in a back-off is ignored',
  'the promise of send() that waits for the drain outlives the connection',
  'a message overtakes those that are queued',
  'an iterator loses what it holds when the client is closed',
]);

describe('the simulator, with a fault planted', () => {
  it.each(FAULTS.filter(({ name }) => !RARE.has(name)))(
    'finds in few seeds that $name',
    async (fault) => {
      const finding = await withFault(fault, () => firstFinding(LIMIT));
      expect(finding?.error.message).toEqual(expect.any(String));
      // It was the fault, and it is gone.
      expect(await trySeed(finding?.script.seed ?? 0)).toBeUndefined();
    },
    30_000,
  );

  it('has twenty of them, in the chart and in the class, each with a name of its own', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
    for (const where of ['chart', 'class'])
      expect(FAULTS.filter((fault) => fault.where === where).length).toBeGreaterThanOrEqual(10);
  });
});
