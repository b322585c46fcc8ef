/**
 * `npm run fuzz -- --cases 100000 --seed 1`: mutations of valid traffic against real clients. Exits with 1 where
 * one of them broke a rule; `--from <case> --cases 1` runs that case again. `--heads`: answers to the handshake alone,
 * of servers and proxies, through each route.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fuzzHeads } from './fuzz/heads.js';
import { fuzz } from './fuzz/run.js';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    heads: { type: 'boolean', default: false },
  },
});
const { cases, seed, from, heads } = values;
if (![cases, seed, from].every((value) => /^\d+$/.test(value))) {
  console.error('Usage: npm run fuzz -- [--cases N] [--seed N] [--from N], whole numbers all');
  process.exit(2);
}
if (heads) {
  const { opened, endings, findings } = await fuzzHeads({
    cases: Number(cases),
    seed: Number(seed),
    from: Number(from),
  });
  console.log(`${cases} answers, ${opened} opened`);
  for (const [ending, count] of Object.entries(endings).sort()) console.log(`  ${ending}: ${count}`);
  console.log(`findings: ${findings.length}`);
  for (const finding of findings) console.log(`  ${finding}`);
  process.exit(findings.length > 0 ? 1 : 0);
}

// Memory can only be held against a bound when garbage is gone.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc') as typeof globalThis.gc;

const report = await fuzz({
  cases: Number(cases),
  seed: Number(seed),
  from: Number(from),
  onProgress: (done, line) => console.log(`${done} cases, ${line}`),
});
console.log(
  `${report.cases} cases in ${report.seconds.toFixed(1)} s, ${report.opened} opened, ${report.messages} messages`,
);
for (const [ending, count] of Object.entries(report.endings).sort(([, a], [, b]) => b - a)) {
  console.log(`  ${ending}: ${count}`);
}
console.log(
  `heap grown: ${(report.heapGrown / 1024).toFixed(0)} KiB, largest RSS: ${(report.peakRss / 2 ** 20).toFixed(0)} MiB`,
);
console.log(`sockets and timers before: ${report.resources[0]}; after: ${report.resources[1]}`);
console.log(`findings: ${report.findings.length}`);
for (const finding of report.findings) console.log(`  ${finding}`);
if (report.findings.length > 0) process.exitCode = 1;
