/** Stryker's options. */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { PartialStrykerOptions } from '@stryker-mutator/api/core';

/** Where Stryker puts its copies of the tree. */
const SCRATCH = '.tmp/stryker/sandboxes';

/** The test runner as JavaScript, for Stryker's processes. */
export const PLUGIN = resolve('.tmp/stryker/testRunner.mjs');

export function strykerOptions(
  mutate: readonly string[],
  concurrency: number,
  incrementalFile: string,
): PartialStrykerOptions {
  return {
    mutate: [...mutate],
    testRunner: 'in-process',
    plugins: [pathToFileURL(PLUGIN).href],
    buildCommand: 'tsx scripts/mutate/stryker/bundle.ts',
    coverageAnalysis: 'perTest',
    // What runs at import: tables and constants. Each such change would need a new process and every test.
    ignoreStatic: true,
    concurrency,
    // A busy machine is slow, and a test that waits for what never comes has its own limit of 8 s.
    timeoutMS: 60_000,
    timeoutFactor: 4,
    // Test files that are collected again for each change stay in memory.
    maxTestRunnerReuse: 400,
    incremental: true,
    incrementalFile: `.tmp/stryker/${incrementalFile}`,
    mutator: {
      // Messages and names of events: most are compared by a part or a pattern, on purpose, so that a better sentence
      // breaks no test. What programs depend on in strings (codes, names, states) the types and the table check.
      excludedMutations: ['StringLiteral', 'Regex'],
    },
    disableTypeChecks: false,
    ignorePatterns: [
      'docs/api',
      'dist',
      'bench',
      'coverage',
      '.tmp',
      ...['machine', 'testing', 'inspect', 'react', 'websocket'].map((folder) => `/${folder}`),
    ],
    tempDirName: SCRATCH,
    cleanTempDir: 'always',
    reporters: ['progress-append-only', 'survivors'],
    allowConsoleColors: false,
    logLevel: 'warn' as never,
  };
}
