/**
 * The deterministic simulator: a client under seeded commands, on a seeded network, in virtual time.
 *
 *     npm run simulate -- --seeds 100000 --from 1     many seeds, with one line of progress
 *     npm run simulate -- --seed 4711 --trace         one seed, with everything that happens
 *     npm run simulate -- --script FILE --trace       a script, as it is printed for a finding
 *     npm run simulate -- --prepare                   every client with the option prepare
 *     npm run simulate -- --faults                    plants faults, one at a time, and prints what finds each
 *     npm run simulate -- --fault 'a timer is not cleared' --script FILE
 *
 * A failure prints its seed and the shortest script that still fails. The simulation itself is in test/simulator.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FAULTS } from '../test/simulator/faults.js';
import { type Script, scriptOf } from '../test/simulator/script.js';
import { type Finding, shorten, traceOf, trySeed, whyItFails } from '../test/simulator/simulate.js';
import { scriptIn, tell } from '../test/simulator/text.js';
import { tryFaults } from './simulate/faults.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    script: { type: 'string' },
    trace: { type: 'boolean', default: false },
    /** Each client has the option `prepare`; else three of ten have. */
    prepare: { type: 'boolean', default: false },
    /** How many findings to print before giving up. */
    findings: { type: 'string', default: '1' },
    /** Runs up to so many seeds against each planted fault: `--seeds`, else 10,000. */
    faults: { type: 'boolean', default: false },
    /** The name of a fault that is planted for the whole run. */
    fault: { type: 'string' },
  },
});

function number(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} takes a whole number, not ${text}`);
}

const first = number('seed', values.seed ?? values.from);
const fixed = values.prepare ? { prepares: true } : {};
let now = first;

// What nobody awaits may come out between two runs: it belongs to the seed that is running.
process.on('uncaughtException', (error) => {
  console.error(`\nseed ${now}: uncaught ${error.stack}`);
  process.exit(1);
});

function plant(name: string): void {
  const fault = FAULTS.find((each) => each.name === name);
  if (fault === undefined)
    throw new Error(
      `There is no fault '${name}', only\n${FAULTS.map((each) => `  ${each.name}`).join('\n')}`,
    );
  fault.plant();
}

async function report(finding: Finding): Promise<void> {
  console.log(`\n${tell(finding)}`);
  if (values.trace) console.log((await traceOf(finding.script)).join('\n'));
  process.exitCode = 1;
}

async function runScript(script: Script): Promise<void> {
  const error = await whyItFails(script);
  if (error !== undefined) await report({ script, error });
  else console.log(values.trace ? (await traceOf(script)).join('\n') : 'nothing is wrong');
}

async function runSeeds(count: number, atMost: number): Promise<void> {
  const began = performance.now();
  const every = process.stdout.isTTY ? 200 : 10_000;
  let findings = 0;
  for (let done = 1; done <= count && findings < atMost; done += 1) {
    now = first + done - 1;
    const finding = await trySeed(now, fixed);
    if (finding !== undefined) {
      findings += 1;
      await report(await shorten(finding));
      console.log(
        `  all of it: npm run simulate -- --seed ${now} --trace${values.prepare ? ' --prepare' : ''}`,
      );
    }
    if (done % every !== 0 && done !== count) continue;
    const seconds = (performance.now() - began) / 1000;
    const line = `${done} of ${count} seeds, at ${now}, ${Math.round(done / seconds)} a second, ${seconds.toFixed(1)} s, ${findings} findings`;
    if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
    else console.log(line);
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
}

if (values.fault !== undefined) plant(values.fault);
if (values.faults) process.exitCode = await tryFaults(number('seeds', values.seeds ?? '10000'));
else if (values.script !== undefined) await runScript(scriptIn(readFileSync(values.script, 'utf8')));
else if (values.seed !== undefined && values.trace) await runScript(scriptOf(first, fixed));
else
  await runSeeds(
    values.seed === undefined ? number('seeds', values.seeds ?? '1000') : 1,
    number('findings', values.findings),
  );
