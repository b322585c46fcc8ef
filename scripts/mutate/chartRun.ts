/**
 * The mutation run over the chart: it is changed in one place, and some check must fail.
 *
 * Survivors are listed. Those in explained.ts have a reason why no check can fail; any other one, and a reason for a
 * mutant that is killed or no longer there, makes the run fail.
 */
import { chartMutants } from './chart.js';
import { EXPLAINED } from './explained.js';
import { killerOf } from './judges.js';
import { sourceMutants } from './source.js';

/** @param only part of the names of the mutants to try @returns whether all survivors are explained */
export async function changeChart(only: string): Promise<boolean> {
  // XState throws what an actor failed with once more, outside of it; the check has failed already.
  process.on('uncaughtException', () => {});

  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const survivors: string[] = [];
  const killed = new Map<string, string>();

  const note = (name: string, killer: string | undefined) => {
    if (killer !== undefined) killed.set(name, killer);
    else survivors.push(name);
    // A run takes a quarter of an hour on a quiet machine.
    if (killer === undefined && EXPLAINED[name] === undefined) console.log(`not explained: ${name}`);
  };

  const isChosen = ({ name }: { readonly name: string }) => name.includes(only);
  const unharmed = await killerOf((await import('../../src/machine/index.js')).connectionMachine);
  if (unharmed !== undefined) throw new Error(`The chart as it is fails ${unharmed}`);

  for (const mutant of chartMutants().filter(isChosen)) {
    if (process.env.MUTATE_LOG) console.error(seconds(), mutant.name);
    let killer: string | undefined;
    try {
      killer = await killerOf(mutant.machine(), mutant.near);
    } catch {
      killer = 'XState, which refuses it';
    }
    note(mutant.name, killer);
  }
  const inChart = killed.size + survivors.length;
  console.log(`chart: ${inChart} mutants, ${survivors.length} survive, ${seconds()} s`);

  for (const mutant of sourceMutants().filter(isChosen)) {
    note(mutant.name, await mutant.killer());
  }
  const total = killed.size + survivors.length;
  console.log(`source: ${total - inChart} mutants, ${seconds()} s`);

  const unexplained = survivors.filter((name) => EXPLAINED[name] === undefined);
  const outdated = only === '' ? Object.keys(EXPLAINED).filter((name) => !survivors.includes(name)) : [];
  for (const name of survivors)
    console.log(`survives: ${name}${EXPLAINED[name] ? `\n  ${EXPLAINED[name]}` : ''}`);
  for (const name of outdated) console.log(`explained, and does not survive: ${name}`);
  console.log(
    `${total} mutants, ${killed.size} killed, ${survivors.length} survive, ${unexplained.length} of them unexplained`,
  );
  return unexplained.length === 0 && outdated.length === 0;
}
