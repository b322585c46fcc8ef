/**
 * `npx tsx scripts/reach.ts [row]`: how long a name takes that is hard to reach, over each route, with `ws` alone beside it.
 * Prints the table of docs/names.md. Runs in network namespaces of its own; needs unshare, nft, ip, python3 and
 * /dev/net/tun.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  buildNetwork,
  EchoServer,
  PORT,
  startHttpProxy,
  startSocksProxy,
  v4,
  v6,
} from '../test/faults/scenes/names.js';
import { type DnsAnswer, DnsServer } from '../test/support/dnsServer.js';
import type { Found, Task } from './reach/client.js';

if (process.env.RECKER_REACH === undefined) {
  const { status } = spawnSync(
    'unshare',
    ['-Urnm', process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    { stdio: 'inherit', env: { ...process.env, RECKER_REACH: 'inside' } },
  );
  process.exit(status ?? 1);
}

/** A row: what a name has, and how many dial it at once. */
interface Row {
  readonly title: string;
  readonly A: DnsAnswer;
  readonly AAAA: DnsAnswer;
  readonly count?: number;
  /** Milliseconds of each DNS answer. */
  readonly delay?: number;
}

const slow = (last: number): Pick<Row, 'A' | 'AAAA'> => ({
  A: [`10.9.1.${last}`],
  AAAA: [`fd00:9::${last}`],
});
const fine: Pick<Row, 'A'> = { A: [v4('fine')] };

const ROWS: readonly Row[] = [
  { title: 'one address, at once', ...fine, AAAA: [] },
  { title: 'two families, handshake 20 ms', ...slow(2) },
  { title: 'two families, handshake 300 ms', ...slow(3) },
  { title: 'two families, handshake 1.5 s', ...slow(4) },
  { title: 'handshake 300 ms, and no route to the other family', A: ['10.9.1.3'], AAAA: ['2001:db8:9::1'] },
  { title: 'first address dead', ...fine, AAAA: [v6('dead')] },
  { title: 'first address accepts, then silent', ...fine, AAAA: [v6('silent')] },
  { title: 'first address refuses', ...fine, AAAA: [v6('refusing')] },
  { title: 'AAAA questions dropped', ...fine, AAAA: 'silence' },
  { title: '400 at once, a lookup takes 100 ms', ...fine, AAAA: [], count: 400, delay: 100 },
];

const ROUTES = {
  direct: (name: string) => ({ url: `ws://${name}:${PORT}/`, proxy: undefined }),
  'HTTP proxy': (name: string) => ({ url: 'ws://127.0.0.1:1/', proxy: `http://${name}:3128` }),
  'SOCKS proxy': (name: string) => ({ url: `ws://127.0.0.1:${PORT}/`, proxy: `socks5h://${name}:1080` }),
} as const;

process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
buildNetwork();
const link = spawn('python3', [fileURLToPath(new URL('reach/link.py', import.meta.url))], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(link.stdout, 'data');
await EchoServer.start();
await startHttpProxy();
await startSocksProxy();

let row: Row = ROWS[0] as Row;
const dns = await DnsServer.start(53, (_name, type) => row[type]);

async function cell(task: Task): Promise<string> {
  dns.questions.length = 0;
  const path = fileURLToPath(new URL('reach/client.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path, JSON.stringify(task)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  const { open, ms, dials } = JSON.parse(text) as Found;
  const lookups = `${dials} ${dials === 1 ? 'dial' : 'dials'}, ${dns.questions.length} questions`;
  if (open === 0) return `never; ${lookups}`;
  const all = open === task.count ? `${ms} ms` : `${open} of ${task.count}, ${ms} ms`;
  return `${all}; ${lookups}`;
}

const only = process.argv[2];
console.log('| | direct | `ws`, direct | HTTP proxy | SOCKS proxy | `ws`, SOCKS proxy |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const [n, each] of ROWS.entries()) {
  if (only !== undefined && !each.title.includes(only)) continue;
  row = each;
  dns.delay = each.delay ?? 0;
  const cells: string[] = [];
  for (const [route, who] of [
    ['direct', 'recker'],
    ['direct', 'ws'],
    ['HTTP proxy', 'recker'],
    ['SOCKS proxy', 'recker'],
    ['SOCKS proxy', 'ws'],
  ] as const) {
    cells.push(await cell({ who, ...ROUTES[route](`row-${n}.test`), count: each.count ?? 1 }));
  }
  console.log(`| ${each.title} | ${cells.join(' | ')} |`);
}
link.kill();
process.exit(0);
