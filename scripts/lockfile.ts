/**
 * Completes package-lock.json: a registry that serves only this platform's builds makes npm leave the other
 * platforms' optional packages out, and `npm ci` then refuses the file. Each gets the entry that npm would have
 * written, without the hash that nobody here can know. To be run after `npm install` behind such a registry.
 *
 * Usage: npx tsx scripts/lockfile.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** What an optional package runs on, by its name: `@rollup/rollup-linux-arm-gnueabihf`. */
function platformOf(name: string): { os?: string[]; cpu?: string[] } {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.find((each) => words.includes(each));
  const cpu = CPUS.find((each) => words.includes(each));
  return { ...(cpu === undefined ? {} : { cpu: [cpu] }), ...(os === undefined ? {} : { os: [os] }) };
}

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, Entry> };
const added: string[] = [];
for (const [where, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const isThere = [`${where}/node_modules/${name}`, `node_modules/${name}`].some(
      (each) => each in lock.packages,
    );
    if (isThere || !/^\d/.test(version)) continue;
    const { dev } = entry;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platformOf(name),
      ...(dev === undefined ? {} : { dev }),
      optional: true,
    } as Entry;
    added.push(name);
  }
}
const [root, ...rest] = Object.entries(lock.packages);
if (root === undefined) throw new Error('package-lock.json has no packages');
rest.sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries([root, ...rest]);
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'nothing was missing' : `added ${added.length}: ${added.join(', ')}`);
