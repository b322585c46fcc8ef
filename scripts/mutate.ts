/**
 * The mutation run over src/machine: the chart is changed in one place, and some check must fail.
 *
 *     npm run mutate                  everything
 *     npm run mutate -- --only text   mutants whose name holds the text
 *
 * Survivors are listed. Those in scripts/mutate/explained.ts have a reason why no check can fail; any other one,
 * and a reason for a mutant that is killed or no longer there, makes the run fail.
 */
import { parseArgs } from 'node:util';
import { chartMutants } from './mutate/chart.js';
import { EXPLAINED } from './mutate/explained.js';
import { killerOf } from './mutate/judges.js';
import { sourceMutants } from './mutate/source.js';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

// XState throws what an actor failed with once more, outside of it; the check has failed already.
process.on('uncaughtException', () => {});

const began = performance.now();
const survivors: string[] = [];
const killed = new Map<string, string>();

const isChosen = ({ name }: { readonly name: string }) => name.includes(values.only);
const unharmed = await killerOf((await import('../src/machine/index.js')).connectionMachine);
if (unharmed !== undefined) throw new Error(`The chart as it is fails ${unharmed}`);

for (const mutant of chartMutants().filter(isChosen)) {
  if (process.env.MUTATE_LOG) console.error(seconds(), mutant.name);
  let killer: string | undefined;
  try {
    killer = await killerOf(mutant.machine(), mutant.near);
  } catch {
    killer = 'XState, which refuses it';
  }
  if (killer === undefined) survivors.push(mutant.name);
  else killed.set(mutant.name, killer);
}
const inChart = killed.size + survivors.length;
console.log(`chart: ${inChart} mutants, ${survivors.length} survive, ${seconds()} s`);

for (const mutant of sourceMutants().filter(isChosen)) {
  const killer = await mutant.killer();
  if (killer === undefined) survivors.push(mutant.name);
  else killed.set(mutant.name, killer);
}
const total = killed.size + survivors.length;
console.log(`source: ${total - inChart} mutants, ${seconds()} s`);

const unexplained = survivors.filter((name) => EXPLAINED[name] === undefined);
const outdated = values.only === '' ? Object.keys(EXPLAINED).filter((name) => !survivors.includes(name)) : [];
for (const name of survivors)
  console.log(`survives: ${name}${EXPLAINED[name] ? `\n  ${EXPLAINED[name]}` : ''}`);
for (const name of outdated) console.log(`explained, and does not survive: ${name}`);
console.log(
  `${total} mutants, ${killed.size} killed, ${survivors.length} survive, ${unexplained.length} of them unexplained`,
);
if (unexplained.length > 0 || outdated.length > 0) process.exitCode = 1;

function seconds(): number {
  return Math.round((performance.now() - began) / 1000);
}
