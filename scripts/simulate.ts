/**
 * The deterministic simulator: a client under seeded commands, on a seeded network, in virtual time.
 *
 *     npm run simulate -- --seeds 100000 --from 1     many seeds, with one line of progress
 *     npm run simulate -- --seed 4711 --trace         one seed, with everything that happens
 *     npm run simulate -- --prepare                   every client with the option prepare
 *
 * A failure prints its seed and the shortest script that still fails. The simulation itself is in test/simulator.
 */
import { parseArgs } from 'node:util';
import { scriptOf } from '../test/simulator/script.js';
import { shorten, tell, traceOf, trySeed } from '../test/simulator/simulate.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    /** Each client has the option `prepare`; else three of ten have. */
    prepare: { type: 'boolean', default: false },
    /** How many findings to print before giving up. */
    findings: { type: 'string', default: '1' },
  },
});

function number(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`--${name} takes a whole number, not ${text}`);
}

const first = number('seed', values.seed ?? values.from);
const count = values.seed === undefined ? number('seeds', values.seeds) : 1;
const fixed = values.prepare ? { prepares: true } : {};
const atMost = number('findings', values.findings);
const began = performance.now();
let findings = 0;
let now = first;

// What a listener throws, or nobody awaits, comes out here: it belongs to the seed that is running.
process.on('uncaughtException', (error) => {
  console.error(`\nseed ${now}: uncaught ${error.stack}`);
  process.exit(1);
});

function progress(done: number): void {
  const seconds = (performance.now() - began) / 1000;
  const line = `${done} of ${count} seeds, at ${now}, ${Math.round(done / seconds)} a second, ${seconds.toFixed(1)} s, ${findings} findings`;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}`);
  else console.log(line);
}

const every = process.stdout.isTTY ? 200 : 10_000;
for (let done = 0; done < count && findings < atMost; done += 1) {
  now = first + done;
  const finding = await trySeed(now, fixed);
  if (finding !== undefined) {
    findings += 1;
    const shortest = await shorten(finding);
    console.log(`\n${tell(shortest)}`);
    if (values.trace) console.log((await traceOf(shortest.script)).join('\n'));
    else
      console.log(
        `  replay all of it: npm run simulate -- --seed ${now} --trace${values.prepare ? ' --prepare' : ''}`,
      );
    process.exitCode = 1;
  } else if (values.trace && values.seed !== undefined) {
    console.log((await traceOf(scriptOf(now, fixed))).join('\n'));
  }
  if ((done + 1) % every === 0 || done + 1 === count) progress(done + 1);
}
if (process.stdout.isTTY) process.stdout.write('\n');
