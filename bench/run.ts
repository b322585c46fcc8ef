/**
 * `npm run bench`: the command line of the harness. See bench/README.md for what the figures mean.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ClientName, clientNames, unavailable } from './clients/index.js';
import { compile, scratch } from './harness/build.js';
import { describeEnvironment, installedVersion } from './harness/environment.js';
import { type Report, toMarkdown, writeReadme } from './harness/report.js';
import { runWorkload, type WorkloadResult } from './harness/schedule.js';
import { checkedClients, judge } from './harness/thresholds.js';
import { workloads } from './workloads/index.js';
import type { Workload } from './workloads/workload.js';

const usage = `npm run bench -- [options]
  --quick              small samples, 3 rounds, under 90 s: to see that it works
  --only a,b           workloads by name or beginning (receive, burst-64, ...)
  --clients a,b        clients by name; ws is what ratios are made of
  --rounds n           instead of 7 (3 in --quick, and for memory and storms)
  --bufferutil         with the native masking of bufferutil; otherwise no client has it
  --check              only what is promised, with the verdict; exit code 1 if a promise is broken
  --saved              no run: the results that the last runs of this mode have saved
  --write              put the table into bench/README.md
  --list               the names of workloads and clients`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    clients: { type: 'string' },
    rounds: { type: 'string' },
    bufferutil: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    saved: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

function fail(message: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

function chosenWorkloads(): readonly Workload[] {
  const prefixes = values.only?.split(',');
  if (prefixes === undefined) return workloads;
  for (const prefix of prefixes) {
    if (!workloads.some(({ id }) => id.startsWith(prefix))) fail(`no workload is called ${prefix}`);
  }
  // An exact name means that one alone: `connect` is not `connect-2000`.
  return workloads.filter(({ id }) =>
    prefixes.some((prefix) =>
      workloads.some((other) => other.id === prefix) ? id === prefix : id.startsWith(prefix),
    ),
  );
}

function chosenClients(): readonly ClientName[] | undefined {
  const names = values.clients?.split(',');
  if (names === undefined) return undefined;
  return names.map(
    (name) => clientNames.find((known) => known === name) ?? fail(`no client is called ${name}`),
  );
}

function clientsOf(workload: Workload, wanted: readonly ClientName[] | undefined): readonly ClientName[] {
  const usual =
    values.quick && wanted === undefined ? (workload.quickClients ?? workload.clients) : workload.clients;
  const checked = checkedClients(workload.id);
  return usual.filter(
    (name) =>
      unavailable(name) === undefined &&
      (wanted === undefined || wanted.includes(name)) &&
      (!values.check || checked.includes(name)),
  );
}

const mode = values.bufferutil ? 'bufferutil' : 'plain';
const savedPath = join(scratch, `results-${mode}${values.quick ? '-quick' : ''}.json`);

function saved(): Report | undefined {
  try {
    return JSON.parse(readFileSync(savedPath, 'utf8')) as Report;
  } catch {
    return undefined;
  }
}

async function run(): Promise<Report> {
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0 && rounds <= 100)) {
    fail('--rounds takes a whole number from 1 to 100');
  }
  if (values.bufferutil && installedVersion('bufferutil') === undefined) fail('bufferutil is not installed');
  const selected = chosenWorkloads();
  const wanted = chosenClients();
  const absent = unavailable('recker');
  if (absent !== undefined) console.log(absent);

  const compiled = compile();
  const results: WorkloadResult[] = [];
  try {
    for (const workload of selected) {
      const names = clientsOf(workload, wanted);
      if (names.length === 0) continue;
      process.stdout.write(`${workload.id.padEnd(14)} `);
      const began = performance.now();
      const result = await runWorkload(workload, names, {
        quick: values.quick,
        bufferutil: values.bufferutil,
        rounds,
        compiled,
        log: (text) => process.stdout.write(text),
      });
      results.push(result);
      console.log(` ${((performance.now() - began) / 1000).toFixed(1)} s`);
      for (const [name, { failure }] of Object.entries(result.clients)) {
        if (failure !== undefined) console.log(`  ${name} failed: ${failure}`);
      }
    }
  } finally {
    compiled.remove();
  }
  return { mode, quick: values.quick, environment: describeEnvironment(), results };
}

/**
 * Workloads that were not run now stay as they were. Ratios are safe: a workload's clients are replaced
 * together, never mixed. Those of another machine or of other versions are dropped.
 */
function save(report: Report): Report {
  const fresh = new Set(report.results.map(({ workload }) => workload));
  const before = saved();
  const comparable =
    before?.environment.machine === report.environment.machine &&
    before.environment.node === report.environment.node &&
    before.environment.versions === report.environment.versions;
  const kept = comparable ? before.results.filter(({ workload }) => !fresh.has(workload)) : [];
  const merged = { ...report, results: [...kept, ...report.results] };
  mkdirSync(scratch, { recursive: true });
  writeFileSync(savedPath, JSON.stringify(merged));
  return merged;
}

async function main(): Promise<void> {
  if (values.help) return console.log(usage);
  if (values.list) {
    console.log(`workloads: ${workloads.map(({ id }) => id).join(' ')}\nclients: ${clientNames.join(' ')}`);
    return;
  }
  const report = values.saved ? (saved() ?? fail(`${savedPath} does not exist`)) : await run();
  const all = values.saved ? report : save(report);
  console.log(`\n${toMarkdown(report)}`);
  if (values.write) console.log(`\nwritten to ${writeReadme(all)}`);
  if (values.check) {
    const verdicts = judge(report);
    const words = { true: 'pass', false: 'FAIL', undefined: '  – ' };
    console.log(`\n${verdicts.map(({ passed, text }) => `${words[`${passed}`]}  ${text}`).join('\n')}`);
    if (verdicts.some(({ passed }) => passed === false)) process.exitCode = 1;
  }
}

await main();
