/** Where the figures were taken. A figure without its machine is a rumour. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, type as osType, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './build.js';

export interface Environment {
  readonly date: string;
  readonly machine: string;
  readonly node: string;
  readonly versions: string;
  readonly commit: string;
}

const peers = [
  'ws',
  'undici',
  'recker-upstream',
  'partysocket',
  'reconnecting-websocket',
  'websocket-ts',
  'bufferutil',
];

export function installedVersion(name: string): string | undefined {
  try {
    const manifest = readFileSync(join(projectRoot, 'node_modules', name, 'package.json'), 'utf8');
    return (JSON.parse(manifest) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function commit(): string {
  try {
    const git = (...args: string[]): string =>
      execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8' }).trim();
    return git('rev-parse', '--short', 'HEAD');
  } catch {
    return 'unknown';
  }
}

export function describeEnvironment(): Environment {
  const processors = cpus();
  const name = (peer: string): string => (peer === 'recker-upstream' ? 'recker@1' : peer);
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${processors[0]?.model.trim() ?? 'unknown CPU'}, ${processors.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${osType()} ${release()}`,
    node: process.version,
    versions: peers.map((peer) => `${name(peer)} ${installedVersion(peer) ?? '–'}`).join(', '),
    commit: commit(),
  };
}
