/** The simulator over a bounded number of seeds: some that never change, and some that nobody has tried before. */
import { describe, expect, it } from 'vitest';
import { InvariantBroken } from '../support/invariants.js';
import { type Action, PLAIN, type Script, scriptOf } from './script.js';
import { type Finding, shorten, traceOf, trySeed, whyItFails } from './simulate.js';
import { tell } from './text.js';

const FIXED = 300;
const FRESH = 200;

async function findingsOf(from: number, count: number): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let seed = from; seed < from + count; seed += 1) {
    const finding = await trySeed(seed);
    if (finding !== undefined) findings.push(await shorten(finding));
  }
  return findings;
}

describe('the simulator', () => {
  it(`finds nothing in the seeds 1 to ${FIXED}`, async () => {
    expect((await findingsOf(1, FIXED)).map(tell)).toEqual([]);
  }, 60_000);

  it(`finds nothing in ${FRESH} fresh seeds`, async () => {
    const from = Math.floor(Date.now() / 1000) * 1000;
    console.log(`Simulated the fresh seeds ${from} to ${from + FRESH - 1}`);
    expect((await findingsOf(from, FRESH)).map(tell)).toEqual([]);
  }, 60_000);

  it('does the same again with the same seed', async () => {
    for (const seed of [7, 8, 9, 10]) {
      const [once, again] = [await traceOf(scriptOf(seed)), await traceOf(scriptOf(seed))];
      expect(once.length).toBeGreaterThan(10);
      expect(again).toEqual(once);
    }
  });

  it('makes a finding short, and keeps what matters', async () => {
    // What is wrong is made up: that there is a connect and a send.
    const long: Script = {
      seed: 1,
      settings: { ...PLAIN, closeTimeout: 5000, maxReconnectAttempts: 5, receiveMessages: 3 },
      actions: [
        ...scriptOf(1).actions,
        { do: 'connect' },
        { do: 'send', count: 1, bytes: 1, awaitDrain: false },
      ],
    };
    const needs = (actions: readonly Action[], what: Action['do']) =>
      actions.some((each) => each.do === what);
    const fails = async ({ actions }: Script) =>
      needs(actions, 'connect') && needs(actions, 'send')
        ? new InvariantBroken('a connect and a send')
        : undefined;
    const error = await fails(long);
    if (error === undefined) throw new Error('The script is no finding');
    const shortest = await shorten({ script: long, error }, fails);
    expect(shortest.script.actions.map((each) => each.do).sort()).toEqual(['connect', 'send']);
    expect(shortest.script.settings).toEqual(PLAIN);
    expect(tell(shortest)).toContain('seed 1: a connect and a send');
    expect(await whyItFails(shortest.script)).toBeUndefined();
  });
});
