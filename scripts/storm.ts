/**
 * `npm run storm`: 1,000 clients, the server restarts, with and without jitter. Prints dials per 100 ms and draws
 * them into docs/storm.svg.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { picture } from './storm/picture.js';
import { type StormReport, storm } from './storm/run.js';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000' },
    processes: { type: 'string', default: '4' },
    delay: { type: 'string', default: '2000' },
    down: { type: 'string', default: '100' },
    'no-picture': { type: 'boolean', default: false },
  },
});
const numbers = [values.clients, values.processes, values.delay, values.down].map(Number);
const [clients = 0, processes = 0, reconnectDelay = 0, downFor = 0] = numbers;
if (!numbers.every((value) => Number.isInteger(value) && value > 0)) {
  console.error(
    'Usage: npm run storm -- [--clients N] [--processes N] [--delay ms] [--down ms] [--no-picture]',
  );
  process.exit(2);
}

const reports: StormReport[] = [];
for (const jitter of ['none', 'equal', 'full'] as const) {
  const report = await storm({ clients, processes, jitter, reconnectDelay, downFor });
  reports.push(report);
  const { dials, peak, allBack, perTenth, madePerTenth } = report;
  console.log(
    `jitter ${jitter}: ${dials} dials, at most ${peak} due in 100 ms, all back after ${allBack} ms`,
  );
  console.log(`  due per 100 ms:  ${perTenth.join(' ')}`);
  console.log(`  made per 100 ms: ${madePerTenth.join(' ')}`);
}
if (!values['no-picture']) {
  writeFileSync(new URL('../docs/storm.svg', import.meta.url), picture(reports));
  console.log('docs/storm.svg written');
}
