/**
 * A bounded part of the exploration, and the proof that it finds faults. All of it: `npm run explore`.
 */
import { compileFunction } from 'node:vm';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONFIGURATIONS, configurationNamed } from './configurations.js';
import { explore, type Finding } from './explore.js';
import { PLANTED, WEDGED } from './faults.js';
import { checkLiveness } from './liveness.js';
import { replay, tell } from './replay.js';
import type { Plant } from './world.js';

/** Explored to the end here, too, within closer bounds. */
const SMALL = 'no reconnect';
/** Of each of the others, so many steps. */
const PART = 250;

beforeAll(() => {
  // Errors are made by the thousand, and nobody reads where.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  return () => {
    Error.stackTraceLimit = stackTraceLimit;
  };
});

const told = (findings: readonly (Finding | undefined)[]) =>
  findings.filter((finding) => finding !== undefined).map(tell);

/** The test that was printed, with the fault or without. */
async function runPrinted(print: string, plant?: Plant): Promise<void> {
  const file = print.slice(print.indexOf('    import '));
  const code = file.replace(/^ *import .*$/gm, '');
  const tests: (() => Promise<void>)[] = [];
  const run = compileFunction(code, ['it', 'expect', 'replay']) as (...values: unknown[]) => void;
  run(
    (_name: string, test: () => Promise<void>) => tests.push(test),
    expect,
    (configuration: string, steps: readonly string[]) => replay(configuration, steps, plant),
  );
  expect(tests.length).toBe(1);
  for (const test of tests) await test();
}

describe('the exploration', () => {
  it('visits every state of a client that sends nothing', async () => {
    const explored = await explore({ ...configurationNamed(SMALL), messages: 0 });
    expect(told([explored.finding])).toEqual([]);
    expect(explored.isComplete).toBe(true);
    expect(explored.states.every(({ todo }) => todo.length === 0)).toBe(true);
    const paths = new Set(explored.states.map(({ path }) => path));
    expect([...paths].sort()).toEqual([
      'closed.aborted',
      'closed.ended',
      'idle',
      'session.closing.byPeer',
      'session.closing.byUs',
      'session.closing.forGood',
      'session.closing.toConnect',
      'session.closing.toReconnect',
      'session.connecting',
      'session.open.unwatched',
      'session.reconnecting',
    ]);
    const { findings, ways } = checkLiveness(explored);
    expect(told(findings)).toEqual([]);
    expect(ways).toBeGreaterThan(500);
  }, 90_000);

  it('finds nothing in a part of each of the others', async () => {
    for (const configuration of CONFIGURATIONS) {
      if (configuration.name === SMALL) continue;
      const { finding, transitions } = await explore(configuration, { transitions: PART });
      expect(told([finding])).toEqual([]);
      expect(transitions).toBeGreaterThanOrEqual(PART);
    }
  }, 90_000);

  it.each(PLANTED)(
    'finds that $name',
    async ({ configuration, plant, says }) => {
      const { finding } = await explore(configurationNamed(configuration), { plant, transitions: 20_000 });
      expect(finding?.what).toMatch(says);
      if (finding === undefined) return;
      // What is printed is a test: it fails with the fault, and not without it.
      const print = tell(finding);
      for (const [index, step] of finding.steps.entries()) expect(print).toContain(`${index + 1}. ${step}`);
      await expect(runPrinted(print, plant)).rejects.toThrow(says);
      await runPrinted(print);
    },
    90_000,
  );

  it(`finds that ${WEDGED.name}`, async () => {
    const { configuration, plant, says } = WEDGED;
    const bounded = { ...configurationNamed(configuration), sleeps: false, aborts: false, messages: 0 };
    const explored = await explore(bounded, { plant, transitions: 8000 });
    expect(told([explored.finding])).toEqual([]);
    const { findings } = checkLiveness(explored);
    expect(findings.length).toBeGreaterThan(0);
    for (const { what } of findings) expect(what).toMatch(says);
    const print = tell(findings[0] as Finding);
    await expect(runPrinted(print, plant)).rejects.toThrow(/to include/);
    await runPrinted(print);
  }, 90_000);

  it('reports how the connection ended, and not the dial before it', async () => {
    // The peer says nothing after our Close; the connection before ended with the 1001 of its peer.
    const { client } = await replay('reconnect 1, prepare', [
      'connect()',
      'the dial opens',
      'prepare resolves',
      'the peer closes with 1001',
      'the connection ends',
      'a unit passes',
      'a timer fires',
      'the dial opens',
      'close()',
      'a unit passes',
      'a unit passes',
      'a timer fires',
    ]);
    expect(client.state).toBe('closed');
  });
});
