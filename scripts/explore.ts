/**
 * Every state that a client can reach: the real class, driven by every step that is possible in it, in virtual time.
 *
 *     npm run explore                       all configurations, in two processes
 *     npm run explore -- --only heartbeat   those whose name holds the text
 *     npm run explore -- --jobs 1           in so many processes
 *
 * What is explored, and the bounds, are in test/explore. A finding prints as a path, and as a test.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CONFIGURATIONS, configurationNamed } from '../test/explore/configurations.js';
import { explore, type Finding } from '../test/explore/explore.js';
import { checkLiveness } from '../test/explore/liveness.js';
import { tell } from '../test/explore/replay.js';

interface Result {
  readonly name: string;
  readonly states: number;
  readonly transitions: number;
  readonly deepest: number;
  readonly ways: number;
  readonly longest: number;
  readonly seconds: number;
  readonly isComplete: boolean;
  readonly findings: readonly Finding[];
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
    /** One configuration, whose result goes to the process that asked for it. */
    one: { type: 'string' },
  },
});

async function resultOf(name: string): Promise<Result> {
  // Errors are made by the million, and nobody reads where.
  Error.stackTraceLimit = 0;
  const began = process.cpuUsage();
  const explored = await explore(configurationNamed(name));
  const alive = explored.isComplete ? checkLiveness(explored) : { ways: 0, longest: 0, findings: [] };
  const { user, system } = process.cpuUsage(began);
  return {
    name,
    states: explored.states.length,
    transitions: explored.transitions,
    deepest: explored.states.reduce((most, { depth }) => Math.max(most, depth), 0),
    ways: alive.ways,
    longest: alive.longest,
    seconds: (user + system) / 1e6,
    isComplete: explored.isComplete,
    findings: [...(explored.finding === undefined ? [] : [explored.finding]), ...alive.findings],
  };
}

function inProcess(name: string): Promise<Result> {
  const execArgv = [...process.execArgv, '--max-semi-space-size=32'];
  const child = fork(fileURLToPath(import.meta.url), ['--one', name], { execArgv });
  return new Promise((resolve, reject) => {
    child.on('message', (result) => resolve(result as Result));
    child.on('exit', (code) => {
      if (code !== 0) reject(new Error(`The process that explored "${name}" ended with ${code}`));
    });
  });
}

const column = (value: number | string, width: number) => String(value).padStart(width);

async function all(): Promise<void> {
  const began = performance.now();
  const waiting = CONFIGURATIONS.filter(({ name }) => name.includes(values.only)).map(({ name }) => name);
  if (waiting.length === 0) throw new Error(`No configuration has a name with ${values.only}`);
  const results: Result[] = [];
  console.log('  states transitions deepest live ways longest  CPU s');
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const result = await inProcess(name);
      results.push(result);
      const { states, transitions, deepest, ways, longest, seconds } = result;
      console.log(
        `${column(states, 8)} ${column(transitions, 11)} ${column(deepest, 7)} ${column(ways, 9)} ${column(longest, 7)} ${column(seconds.toFixed(1), 6)}  ${name}`,
      );
      for (const finding of result.findings.slice(0, 3)) console.log(tell(finding));
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  const findings = sum((result) => result.findings.length);
  const incomplete = results.filter(({ isComplete }) => !isComplete).length;
  console.log(
    `${results.length} configurations, ${sum(({ states }) => states)} states, ${sum(({ transitions }) => transitions)} transitions, ${sum(({ ways }) => ways)} ways followed, ${Math.round(sum(({ seconds }) => seconds))} s of CPU, ${Math.round((performance.now() - began) / 1000)} s, ${findings} findings, ${incomplete} not explored to the end`,
  );
  if (findings > 0 || incomplete > 0) process.exitCode = 1;
}

if (values.one === undefined) await all();
else {
  const result = await resultOf(values.one);
  process.send?.(result);
}
