/**
 * Run in network and mount namespaces of its own: a name with two addresses, the first of which drops every SYN.
 * Says how long the dial took, for addresses of one family and of both.
 */
import { execFileSync } from 'node:child_process';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { ReckerWebSocket } from '../../../src/index.js';

process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const run = (line: string): void => void execFileSync('sh', ['-c', line]);
const hosts = join(tmpdir(), `recker-hosts-${process.pid}`);
writeFileSync(hosts, '127.0.0.2 same.test\n127.0.0.1 same.test\n::1 both.test\n127.0.0.1 both.test\n');
run(`mount --bind ${hosts} /etc/hosts; rm ${hosts} 2>/dev/null || true`);
run('ip link set lo up; nft add table inet cut');
run("nft add chain inet cut out '{ type filter hook output priority 0; }'");
for (const name of ['same.test', 'both.test']) {
  // Whichever the resolver puts first is the dead one.
  const [first, second] = await lookup(name, { all: true });
  const family = first?.family === 6 ? 'ip6' : 'ip';
  const server = createServer();
  new WebSocketServer({ server });
  server.listen(0, second?.address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  run(
    `nft flush chain inet cut out; nft add rule inet cut out ${family} daddr ${first?.address} tcp dport ${port} drop`,
  );
  const ws = new ReckerWebSocket(`ws://${name}:${port}/`, JSON.parse(process.argv[2] ?? '{}'));
  ws.on('error', () => {});
  const start = performance.now();
  const error = await ws.connect().then(
    () => undefined,
    (cause: Error) => cause.message,
  );
  console.log(
    JSON.stringify({ name, first, second, took: performance.now() - start, error, dials: ws.stats().dials }),
  );
  await ws.close();
}
process.exit(0);
