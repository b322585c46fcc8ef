/** Stryker, with a table of the scores by folder and the survivors that nobody has explained. */
import { statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { build } from 'esbuild';
import { PLUGIN, strykerOptions } from './options.js';
import { explanationOf, unusedExplanations } from './survivors.js';
import { judgesOf } from './tests.js';

const ROOMS = ['src/machine', 'src/api', 'src/services'];

interface Row {
  readonly folder: string;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly uncovered: number;
  readonly left: number;
}

function rowOf(folder: string, results: readonly MutantResult[]): Row {
  const count = (...statuses: readonly string[]) =>
    results.filter(({ status }) => statuses.includes(status)).length;
  return {
    folder,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
    left: count('Ignored', 'RuntimeError', 'CompileError'),
  };
}

function lineOf({ folder, killed, timedOut, survived, uncovered, left }: Row): string {
  const tried = killed + timedOut + survived + uncovered;
  const score = tried === 0 ? '–' : `${((100 * (killed + timedOut)) / tried).toFixed(1)} %`;
  return `| ${[`\`${folder}\``, tried, killed, timedOut, survived, uncovered, left, score].join(' | ')} |`;
}

const HEAD = `| folder | mutants | killed | timed out | survived | no coverage | left out | score |
| --- | --- | --- | --- | --- | --- | --- | --- |`;

/** @param wanted folders or files; none: all @returns whether every survivor is explained */
export async function runStryker(wanted: readonly string[], concurrency: number): Promise<boolean> {
  const places = wanted.length > 0 ? wanted : ROOMS;
  const patterns = places.map((place) => (statSync(place).isDirectory() ? `${place}/**/*.ts` : place));
  process.env.MUTATE_TESTS ??= judgesOf(places).join(' ');
  await build({
    entryPoints: ['scripts/mutate/stryker/testRunner.ts'],
    outfile: PLUGIN,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  const results = await new Stryker(
    strykerOptions(patterns, concurrency, `${places.join('+').replaceAll('/', '-')}.json`),
  ).runMutationTest();
  const byFolder = new Map<string, MutantResult[]>();
  for (const result of results) {
    const folder = dirname(relative('.', result.fileName));
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), result]);
  }
  const unexplained = results
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .filter((result) => explanationOf(result) === undefined);
  for (const { status, fileName, mutatorName, location, replacement = '' } of unexplained) {
    const place = `${relative('.', fileName)}:${location.start.line}:${location.start.column}`;
    const change = `${mutatorName} → ${replacement.replace(/\s+/g, ' ').slice(0, 100)}`;
    console.log(`${status === 'Survived' ? 'survives' : 'no test'}: ${place} ${change}`);
  }
  const rows = [...byFolder].map(([folder, inside]) => rowOf(folder, inside));
  console.log([HEAD, ...rows.map(lineOf), lineOf(rowOf('all', results))].join('\n'));
  const unused = wanted.length > 0 ? [] : unusedExplanations();
  for (const each of unused) console.log(`explained, and nothing of the kind survives: ${each}`);
  console.log(`${unexplained.length} survivors are not explained`);
  return unexplained.length === 0 && unused.length === 0;
}
