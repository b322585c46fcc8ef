/**
 * Compiles the bench to plain JavaScript. The measured processes then run `node`, nothing else: a TypeScript
 * loader in them would add its memory and its hooks to every client's figures.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const benchRoot = fileURLToPath(new URL('..', import.meta.url));
export const projectRoot = dirname(benchRoot.replace(/[\\/]$/, ''));

/** Inside the project, so that imports find its node_modules; a folder a process, so that runs do not meet. */
export const scratch = join(projectRoot, '.tmp', 'bench');

export interface Compiled {
  readonly child: string;
  readonly server: string;
  remove(): void;
}

/** What interrupted runs have left. */
function removeLeftovers(): void {
  mkdirSync(scratch, { recursive: true });
  for (const name of readdirSync(scratch)) {
    const pid = Number(/^run-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(pid)) continue;
    try {
      process.kill(pid, 0);
    } catch {
      rmSync(join(scratch, name), { recursive: true, force: true });
    }
  }
}

export function compile(): Compiled {
  removeLeftovers();
  const out = join(scratch, `run-${process.pid}`);
  for (const file of readdirSync(benchRoot, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(benchRoot, file), 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.ESNext,
        target: ts.ScriptTarget.ES2022,
        verbatimModuleSyntax: true,
      },
    });
    const target = join(out, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  writeFileSync(join(out, 'package.json'), '{ "type": "module" }\n');
  return {
    child: join(out, 'child.js'),
    server: join(out, 'server', 'server.js'),
    remove: () => rmSync(out, { recursive: true, force: true }),
  };
}
