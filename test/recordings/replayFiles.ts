/** Files that `toVitest()` wrote, run by Vitest as a user's would be: all in one run of their own. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

/** The entry points that the files import, as sources. */
const CONFIG = `import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: [
      { find: /^recker$/, replacement: ${JSON.stringify(`${ROOT}src/index.ts`)} },
      { find: /^recker\\/testing$/, replacement: ${JSON.stringify(`${ROOT}src/testing/index.ts`)} },
    ],
  },
  test: { include: ['*.test.ts'], isolate: false, maxWorkers: 1 },
});
`;

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: 'passed' | 'failed';
    readonly message: string;
    readonly assertionResults: readonly { readonly failureMessages: readonly string[] }[];
  }[];
}

/**
 * Runs the files.
 *
 * @param files by name, without `.test.ts`
 * @returns what failed, by name; empty where all passed
 */
export async function failuresOf(files: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
  await mkdir(`${ROOT}.tmp`, { recursive: true });
  const folder = await mkdtemp(`${ROOT}.tmp/replays-`);
  try {
    await writeFile(`${folder}/vitest.config.ts`, CONFIG);
    for (const [name, text] of files) await writeFile(`${folder}/${name}.test.ts`, text);
    const vitest = [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', '--root', folder, '--reporter=json'];
    const env = { ...process.env, VITEST: undefined, VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined };
    // It ends with 1 where a test fails.
    const { stdout } = await run(process.execPath, vitest, { env, maxBuffer: 1 << 26, cwd: folder }).catch(
      (error: { readonly stdout?: string }) => {
        if (error.stdout?.includes('testResults') !== true) throw error;
        return { stdout: error.stdout };
      },
    );
    const { testResults } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as Report;
    if (testResults.length !== files.size)
      throw new Error(`${testResults.length} of ${files.size} files ran`);
    return new Map(
      testResults
        .filter(({ status }) => status !== 'passed')
        .map(({ name, message, assertionResults }) => [
          name.replace(/^.*\/|\.test\.ts$/g, ''),
          `${message}${assertionResults.flatMap(({ failureMessages }) => failureMessages).join('\n')}`,
        ]),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
