/**
 * Bundles that take longer to try: a page with every entry point by Rollup and by Parcel as it comes, and a program for
 * Node by esbuild. Rollup and Parcel are no dependencies of this project: they are installed beside the tarball.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { FaultServer } from '../../src/testing/faultServer.js';
import { checkOneClass, FOREIGN, ONE_CLASS } from './bundlers.js';
import type { Shell } from './fakeTimers.js';

const TOOLS = ['parcel@2', 'rollup@4', '@rollup/plugin-node-resolve@16', '@rollup/plugin-commonjs@29'];

const PAGE = `
import { createClient } from 'recker';
import { connectionMachine } from 'recker/machine';
import * as testing from 'recker/testing';
import * as inspect from 'recker/inspect';
import { WebSocket } from 'recker/websocket';
globalThis.kept = [createClient, connectionMachine, Object.values(testing), Object.values(inspect), WebSocket];
`;

const PROGRAM = `
import { createClient } from 'recker';
const ws = createClient().ws(process.argv[2]);
ws.on('message', ({ data }) => { if (data === 'hello') ws.close(); else process.exitCode = 1; });
ws.on('error', () => { process.exitCode = 1; });
ws.send('hello');
`;

/** What users put in front of a bundle for Node in ESM, since ws uses `require` for Node's modules. */
const BANNER = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

async function checkPage(folder: string, name: string): Promise<string> {
  const code = await readFile(join(folder, name, 'every.js'), 'utf8');
  const foreign = FOREIGN.exec(code);
  if (foreign !== null) throw new Error(`${name} bundled ${foreign[0]}`);
  return `${name} ${code.length} bytes`;
}

/** @returns what was tried */
export async function checkMoreBundlers(folder: string, tarball: string, sh: Shell): Promise<string[]> {
  const home = join(folder, 'bundles');
  await mkdir(home);
  await writeFile(join(home, 'package.json'), '{ "private": true }\n');
  await writeFile(join(home, 'every.js'), PAGE);
  await writeFile(join(home, 'one.js'), ONE_CLASS);
  await writeFile(join(home, 'program.mjs'), PROGRAM);
  await sh(home, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', tarball, ...TOOLS);

  const tried: string[] = [];
  const bin = (name: string) => join(home, 'node_modules/.bin', name);
  const plugins = ['-p', '@rollup/plugin-node-resolve={browser:true}', '-p', '@rollup/plugin-commonjs'];
  await sh(home, bin('rollup'), 'every.js', ...plugins, '-f', 'es', '-o', 'rollup/every.js', '--silent');
  tried.push(await checkPage(home, 'rollup'));
  const one = ['one.js', ...plugins, '-f', 'es', '-o', 'rollup/one.js', '--silent'];
  await sh(home, bin('rollup'), ...one);
  const { code } = await transform(await readFile(join(home, 'rollup/one.js'), 'utf8'), { minify: true });
  tried.push(checkOneClass('rollup', code));
  await sh(home, bin('parcel'), 'build', 'every.js', '--dist-dir', 'parcel', '--no-cache');
  tried.push(await checkPage(home, 'parcel'));

  const server = await FaultServer.start();
  server.echo();
  try {
    for (const [format, js, conditions] of [
      ['esm', BANNER, undefined],
      ['cjs', '', undefined],
      // Without the condition `module`, as bundlers are that do not know it.
      ['cjs', '', ['node']],
    ] as const) {
      const outfile = join(folder, `bundled.${format === 'esm' ? 'mjs' : 'cjs'}`);
      await build({
        entryPoints: [join(home, 'program.mjs')],
        bundle: true,
        platform: 'node',
        format,
        outfile,
        banner: { js },
        ...(conditions === undefined ? {} : { conditions: [...conditions] }),
        logLevel: 'error',
      });
      await sh(home, process.execPath, outfile, server.url('/'));
      tried.push(
        `esbuild for Node, ${format}${js === '' ? '' : ' with createRequire'}${conditions === undefined ? '' : ' by import of CommonJS'}: runs`,
      );
    }
  } finally {
    await server.stop();
  }
  return tried;
}
