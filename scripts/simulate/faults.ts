/** Plants each fault, runs seeds until one shows it, and prints how it was found. */
import { FAULTS, firstFinding, withFault } from '../../test/simulator/faults.js';
import { kindOf, shorten } from '../../test/simulator/simulate.js';

/** @returns the exit code: 1 where a fault was not found within `limit` seeds */
export async function tryFaults(limit: number): Promise<number> {
  let unfound = 0;
  console.log('| where | fault | seed | actions | what is wrong |\n| --- | --- | ---: | ---: | --- |');
  for (const fault of FAULTS) {
    await withFault(fault, async () => {
      const finding = await firstFinding(limit);
      if (finding === undefined) {
        unfound += 1;
        console.log(`| ${fault.where} | ${fault.name} | none of ${limit} | | |`);
        return;
      }
      const { script, error } = await shorten(finding);
      const cells = [fault.where, fault.name, script.seed, script.actions.length, kindOf(error)];
      console.log(`| ${cells.join(' | ')} |`);
    });
  }
  console.log(`\n${FAULTS.length - unfound} of ${FAULTS.length} faults found, each within ${limit} seeds`);
  return unfound === 0 ? 0 : 1;
}
