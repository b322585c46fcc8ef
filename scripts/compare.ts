/**
 * The gallery of bad days: runs clients through them and prints who copes. How to add a day: scripts/compare/day.ts.
 *
 * Usage: npm run compare [-- --day NAME…] [--client NAME…] [--at-once 2] [--write] [--verbose]
 *        npm run compare -- --render
 *
 * --day, --client  only these, as often as wanted
 * --at-once        how many cells run at a time, default 2: more than there are cores only makes them slow
 * --write          keeps the verdicts and writes docs/comparison.md and the table of README.md
 * --render         writes both from the verdicts that are kept, and runs nothing
 * --verbose        prints what the processes wrote
 *
 * The exit code is 1 where our client fails a day.
 */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { type ClientName, clientNames } from './compare/client.js';
import { versionOf } from './compare/clients/index.js';
import type { Verdict } from './compare/day.js';
import { loadDays } from './compare/days.js';
import { writeDocuments } from './compare/document.js';
import { writeEnvironment, writeVerdicts } from './compare/results.js';
import { inTurns, nodeFor, runCell } from './compare/run.js';

const { values } = parseArgs({
  options: {
    day: { type: 'string', multiple: true },
    client: { type: 'string', multiple: true },
    'at-once': { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const all = await loadDays();
if (values.render) {
  writeDocuments(all);
  process.exit(0);
}
const days = chosen(
  all.map(({ name }) => name),
  values.day,
);
const clients = chosen(clientNames, values.client) as readonly ClientName[];
const marks: Record<Verdict['result'], string> = { yes: '✓', no: '✗', none: '–' };

const cells = all
  .filter(({ name }) => days.includes(name))
  .flatMap((day) => clients.map((client) => ({ day, client })));
const found = new Map<string, Partial<Record<ClientName, Verdict>>>();
await inTurns(cells, Number(values['at-once']), async ({ day, client }) => {
  const { verdict, output, ms } = await runCell(day, client);
  found.set(day.name, { ...found.get(day.name), [client]: verdict });
  console.log(
    `${marks[verdict.result]} ${day.name.padEnd(34)} ${client.padEnd(24)} ${verdict.word} (${(ms / 1000).toFixed(1)} s)`,
  );
  if (values.verbose && output !== '') console.log(output.replace(/^/gm, '    '));
});

if (values.write) {
  for (const [day, verdicts] of found) writeVerdicts(day, verdicts);
  const node = execFileSync(nodeFor('native'), ['-p', 'process.versions.node'], { encoding: 'utf8' });
  writeEnvironment({
    node: process.versions.node,
    native: node.trim(),
    versions: Object.fromEntries(clientNames.map((name) => [name, versionOf(name)])),
  });
  writeDocuments(all);
}
if ([...found.values()].some((verdicts) => verdicts.recker?.result === 'no')) process.exitCode = 1;

function chosen(names: readonly string[], wanted: readonly string[] | undefined): readonly string[] {
  const unknown = wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no "${unknown}". There are: ${names.join(', ')}`);
  return wanted ?? names;
}
