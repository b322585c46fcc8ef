/**
 * `npm run soak -- --minutes 10`: messages in both directions under random faults, checked at both ends. Exits with 1
 * where a message was lost untold, came twice or out of order, or something stayed behind.
 *
 * `npm run soak -- --proxy --minutes 5`: 20 clients behind a haproxy that is reloaded every 20 seconds, and the books
 * of each client. Needs haproxy.
 */
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ClientBooks, soakBehindProxy } from './soak/proxy.js';
import { type Sample, soak } from './soak/run.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    proxy: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
if (!(minutes > 0) || !/^\d+$/.test(values.seed)) {
  console.error('Usage: npm run soak -- [--minutes N] [--seed N] [--proxy]');
  process.exit(2);
}
// Memory can only be compared when garbage is gone.
setFlagsFromString('--expose-gc');
globalThis.gc = runInNewContext('gc') as typeof globalThis.gc;

const COLUMNS: readonly (readonly [string, (sample: Sample) => string])[] = [
  ['second', ({ second }) => second.toFixed(0)],
  ['heap MiB', ({ heap }) => (heap / 2 ** 20).toFixed(1)],
  ['RSS MiB', ({ rss }) => (rss / 2 ** 20).toFixed(0)],
  ['fds', ({ descriptors }) => String(descriptors)],
  ['listeners', ({ listeners }) => String(listeners)],
  ['sent', ({ sent }) => String(sent)],
  ['received', ({ received }) => String(received)],
  ['opens', ({ opens }) => String(opens)],
];
const row = (cells: readonly string[]): void => console.log(cells.map((cell) => cell.padStart(10)).join(''));

if (values.proxy) {
  await behindProxy();
  process.exit();
}

row(COLUMNS.map(([name]) => name));
const report = await soak({
  seconds: minutes * 60,
  seed: Number(values.seed),
  onSample: (sample) => row(COLUMNS.map(([, cell]) => cell(sample))),
});
const { sent, arrived, reported, lost, unsentBytes, lostBytes } = report;
console.log(`\nfaults: ${Object.values(report.faults).reduce((sum, count) => sum + count, 0)}`);
for (const [name, count] of Object.entries(report.faults)) console.log(`  ${name}: ${count}`);
console.log(
  `dials ${report.dials}, opens ${report.opens}, longest downtime ${Math.round(report.longestDowntime)} ms`,
);
console.log(
  `client to server: ${sent} sent = ${arrived} arrived + ${reported} reported as undelivered + ${lost} gone with a connection`,
);
console.log(`  those: ${lostBytes} bytes, ${unsentBytes} of them known to the client as unsent`);
console.log(`server to client: ${report.receivedByClient} received, in order, none twice`);
console.log(`left behind: ${report.leftovers.join(', ') || 'nothing'}`);
console.log(`problems: ${report.problems.length}`);
for (const problem of report.problems) console.log(`  ${problem}`);
if (report.problems.length > 0 || report.leftovers.length > 0) process.exitCode = 1;

async function behindProxy(): Promise<void> {
  const names = ['client', 'sent', 'received', 'undelivered', 'unsent', 'held', 'opens'] as const;
  const { books, reloads, heldByProxy, problems } = await soakBehindProxy({
    seconds: minutes * 60,
    every: 20,
    clients: 20,
  });
  console.log(
    `${reloads} reloads. sent = received + undelivered + unsent (an upper bound) + held by the network`,
  );
  const line = (cells: readonly unknown[]): void =>
    console.log(cells.map((cell) => String(cell).padStart(12)).join(''));
  line(names);
  for (const each of books) line(names.map((name) => each[name]));
  const sum = (name: keyof ClientBooks): number => books.reduce((total, each) => total + each[name], 0);
  line(names.map((name) => (name === 'client' ? 'all' : sum(name))));
  console.log(`haproxy had read ${heldByProxy} bytes from clients that it never passed on`);
  console.log(`problems: ${problems.length}`);
  for (const problem of problems) console.log(`  ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
