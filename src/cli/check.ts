/**
 * `recker check`: recordings, held against the chart.
 */
import { checkRecording, type RecordingCheck, writtenTransitions } from '../testing/index.js';
import { defineCommand, EXIT } from './command.js';
import { nameOf, readText } from './files.js';
import { readable } from './recordings.js';
import type { Terminal } from './terminal.js';
import { jsonLine, withoutControls } from './text.js';

export const command = defineCommand({
  summary: 'holds recordings against the statechart',
  details: `Each recorded client is run through the statechart of this version, at the recorded times. The first
step that the chart does not allow is printed with its line; the header is line 1. The coverage
says which transitions of the chart all the files together have taken.`,
  positionals: { name: 'FILE', least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    json: { type: 'boolean', help: 'print one line of JSON for each file' },
    uncovered: { type: 'boolean', help: 'list the transitions that no file has taken' },
  },
  examples: [
    ['recker check outage.ndjson', 'Exit code 1 where a step is not one of the chart.'],
    ['recker check recordings/*.ndjson --uncovered', 'What production has not visited yet.'],
    ['recker check - --json < outage.ndjson', 'Reads stdin, for programs.'],
  ],
  async run({ values, positionals }, terminal) {
    const covered = new Set<string>();
    let isWell = true;
    for (const path of positionals) {
      const text = await readText(path, terminal);
      const check = readable(nameOf(path), () => checkRecording(text));
      for (const id of check.covered) covered.add(id);
      isWell &&= check.ok;
      if (values.json) terminal.print(jsonLine({ file: nameOf(path), ...check }));
      else printCheck(nameOf(path), check, terminal);
    }
    if (!values.json) printCoverage(covered, values.uncovered === true, terminal);
    return isWell ? EXIT.ok : EXIT.failed;
  },
});

function printCheck(name: string, check: RecordingCheck, { print, style }: Terminal): void {
  const { divergence, connections, steps, truncated, otherChart } = check;
  const counts = `${counted(connections, 'connection')}, ${counted(steps, 'step')}`;
  print(`${check.ok ? style.green('ok') : style.red('divergence')}  ${withoutControls(name)}: ${counts}\n`);
  if (divergence !== undefined) {
    const { line, connection, expected, found } = divergence;
    print(withoutControls(`  line ${line}, connection ${connection}\n`));
    print(withoutControls(`    expected: ${expected}\n    found:    ${found}\n`));
  }
  for (const note of notesOn(truncated, otherChart)) print(`  ${style.yellow(note)}\n`);
}

function notesOn(truncated: boolean, otherChart: boolean): readonly string[] {
  return [
    ...(truncated ? ['The last line is cut; the others were checked.'] : []),
    ...(otherChart
      ? ['Another version of the chart was recorded; it was checked as far as this one agrees.']
      : []),
  ];
}

function printCoverage(covered: ReadonlySet<string>, isListed: boolean, { print, style }: Terminal): void {
  const all = writtenTransitions().map(({ id }) => id);
  const missing = all.filter((id) => !covered.has(id));
  print(`${all.length - missing.length} of ${all.length} transitions of the chart covered\n`);
  if (isListed) for (const id of missing) print(`  ${style.dim(id)}\n`);
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
