/**
 * What a changed chart is held against, in process: the generated paths and the hand-written table.
 *
 * These are the checks of test/machine/paths.test.ts and table.test.ts, and of the targeted tests beside them;
 * here they are asked one after the other until one fails.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ConnectionMachine } from '../../src/machine/index.js';
import { type ConnectionPath, connectionPaths, runPath } from '../../src/testing/index.js';
import { CHECKS } from '../../test/machine/chartChecks.js';
import { ChartDriver } from '../../test/machine/chartDriver.js';
import { none } from '../../test/machine/table.js';
import { ChartBench } from '../../test/machine/tableBenches.js';
import { CASES, type Case, expected } from '../../test/machine/tableCases.js';

/** Made from the chart as it is, never from a changed one. */
const PATHS = connectionPaths();

/** The first check that fails for `machine`, if one does. @param near where to look first: a transition's id */
export async function killerOf(machine: ConnectionMachine, near = ''): Promise<string | undefined> {
  const [source] = near.split(':');
  const closeness = ({ id, transition }: ConnectionPath) =>
    id === near ? 0 : transition.source === source ? 1 : 2;
  for (const path of [...PATHS].sort((one, other) => closeness(one) - closeness(other))) {
    if (await fails(() => walk(path, machine))) return `the path to ${path.id}`;
  }
  for (const check of CHECKS) if (await fails(async () => check.run(machine))) return check.name;
  for (const each of CASES) {
    if (await fails(() => tryCase(each, machine))) return `the table: ${each.row} × ${each.column}`;
  }
  return undefined;
}

async function fails(check: () => Promise<void>): Promise<boolean> {
  try {
    await check();
    return false;
  } catch {
    return true;
  }
}

async function walk(path: ConnectionPath, machine: ConnectionMachine): Promise<void> {
  const driver = new ChartDriver(machine);
  await runPath(path, driver);
  if (!driver.taken.at(-1)?.includes(path.id)) throw new Error('The path does not end in its transition');
}

async function tryCase(each: Case, machine: ConnectionMachine): Promise<void> {
  const outcome = await new ChartBench(each.reconnect, each.prepares, machine).run(each.row, each.column);
  if (outcome === 'no such timer') {
    if (each.cell !== none) throw new Error('There is no such timer');
    return;
  }
  const { from, ...rest } = outcome;
  if (from !== each.row.split(',')[0] || !isDeepStrictEqual(rest, expected(each, from, true))) {
    throw new Error('The cell says otherwise');
  }
}
