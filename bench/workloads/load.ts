/** What a client costs before it dials: its import in Node, and its part of a page. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { modulesOf, pageOf, pageWith } from '../clients/entries.js';
import type { Metric, Sample, Workload } from './workload.js';

const run = promisify(execFile);

/** The project, whose packages are measured. The harness sets BENCH_ROOT for its children. */
const root = fileURLToPath(new URL(process.env.BENCH_ROOT ?? new URL('../..', import.meta.url)));

/** A program that imports and says what that took, in ms: of CPU, and by the clock. */
const importer = (modules: readonly string[]): string => `
  const cpu = process.cpuUsage();
  const began = performance.now();
  ${modules.map((name) => `await import(${JSON.stringify(name)});`).join('\n')}
  const wall = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  console.log(JSON.stringify({ cpu: (user + system) / 1000, wall }));`;

const importing: Workload = {
  id: 'import',
  title: 'import, ESM',
  metrics: [
    { key: 'cpu', unit: 'ms CPU', better: 'lower', digits: 1 },
    { key: 'wall', unit: 'ms wall', better: 'lower', digits: 1 },
  ],
  clients: ['ws', 'recker', 'recker-upstream', 'undici', 'partysocket', 'websocket-ts', 'ws-xstate'],
  quickClients: ['ws', 'recker', 'ws-xstate'],
  isolated: true,
  rounds: { full: 7, quick: 3 },
  count: { full: 5, quick: 3 },
  async run({ name }, processes) {
    let cpu = 0;
    let wall = 0;
    for (let nth = 0; nth < processes; nth += 1) {
      const program = importer(modulesOf(name));
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: root,
      });
      const took = JSON.parse(stdout) as Sample;
      cpu += took.cpu ?? Number.NaN;
      wall += took.wall ?? Number.NaN;
    }
    return { cpu: cpu / processes, wall: wall / processes };
  },
};

const size: readonly [Metric] = [{ key: 'size', unit: 'KB', better: 'lower', digits: 1 }];

/** Minified by esbuild and gzipped: what a visitor downloads. */
async function sizeOf(page: string): Promise<Sample> {
  const { outputFiles } = await build({
    stdin: { contents: page, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    legalComments: 'none',
    logLevel: 'error',
  });
  return { size: gzipSync(outputFiles[0]?.text ?? '', { level: 9 }).length / 1000 };
}

const bundle: Workload = {
  id: 'bundle',
  title: 'a page with the client, min+gzip',
  metrics: size,
  clients: ['recker', 'partysocket', 'reconnecting-websocket', 'websocket-ts', 'ws-xstate'],
  isolated: true,
  rounds: { full: 1, quick: 1 },
  count: { full: 1, quick: 1 },
  run: ({ name }) => sizeOf(pageOf(name)),
};

const bundleError: Workload = {
  ...bundle,
  id: 'bundle-error',
  title: 'a page with one error class, min+gzip',
  clients: ['recker'],
  run: () => sizeOf(pageWith(['ConnectionError'])),
};

export const loadWorkloads: readonly Workload[] = [importing, bundle, bundleError];
