/**
 * Run by halfOpen.test.ts in a network namespace of its own: a link between two addresses is cut by nftables,
 * with no FIN and no RST, under our client and under three others. Says what each of them noticed, and when.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { WebSocket as PartySocket } from 'partysocket';
import { WebSocket } from 'ws';
import { ReckerWebSocket, type WebSocketOptions } from '../../../src/index.js';
import { FaultServer } from '../../../src/testing/index.js';

/** Its types say `export default`, its CommonJS says `module.exports`. */
const ReconnectingWebSocket = createRequire(import.meta.url)('reconnecting-websocket') as new (
  ...args: unknown[]
) => Parameters<typeof other>[1];

process.env.PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const settings: WebSocketOptions = JSON.parse(process.argv[2] ?? '{}');
const watchFor = Number(process.argv[3]);
const run = (line: string): void => void execFileSync('sh', ['-c', line]);
const say = (line: object): void => console.log(JSON.stringify(line));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The sockets that this process holds in the kernel. */
const sockets = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;

run('ip link set lo up; nft add table inet cut');
run("nft add chain inet cut out '{ type filter hook output priority 0; }'");
const server = await FaultServer.start();
server.echo();
const url = server.url();

interface Client {
  readonly name: string;
  send(): void;
  isOpen(): boolean;
}

/** Which of the others reported anything at all. */
const noticed = new Set<string>();

function other(
  name: string,
  ws: {
    send(data: string): void;
    readonly readyState: number;
    addEventListener(event: 'close' | 'error', listener: () => void): void;
  },
): Client {
  for (const event of ['close', 'error'] as const) {
    ws.addEventListener(event, () => noticed.add(`${name} ${event}`));
  }
  return { name, send: () => ws.send('x'), isOpen: () => ws.readyState === 1 };
}

const ours = ['idle', 'sending'].map((name) => {
  const ws = new ReckerWebSocket(url, settings);
  ws.on('error', () => {});
  return { name, ws };
});
const options = { WebSocket, maxRetries: 3 };
const others: Client[] = ['idle', 'sending'].flatMap((doing) => [
  other(`ws ${doing}`, new WebSocket(url)),
  other(`partysocket ${doing}`, new PartySocket(url, undefined, options) as never),
  other(`reconnecting-websocket ${doing}`, new ReconnectingWebSocket(url, [], options)),
]);
await Promise.all(ours.map(({ ws }) => ws.connect()));
while (!others.every((each) => each.isOpen())) await sleep(5);

const timer = setInterval(() => {
  for (const { name, ws } of ours) if (name === 'sending') void ws.send('x').catch(() => {});
  for (const each of others) if (each.name.endsWith('sending')) each.send();
}, 100);
await sleep(300);

run(`nft add rule inet cut out tcp dport ${server.port} drop`);
run(`nft add rule inet cut out tcp sport ${server.port} drop`);
const cut = performance.now();
const held = sockets();
const since = (): number => performance.now() - cut;

await Promise.all(
  ours.map(
    ({ name, ws }) =>
      new Promise<void>((resolve) => {
        const record: Record<string, unknown> = { client: name };
        ws.once('heartbeat-timeout', () => {
          record.noticed = since();
        });
        ws.once('close', (code, _reason, { error, unsentBytes, willReconnect }) => {
          Object.assign(record, { code, error: error?.name, unsentBytes, willReconnect });
          record.socketsGone = held - sockets();
        });
        ws.on('state', (state) => {
          if (state === 'reconnecting') record.dialled ??= since();
        });
        ws.once('reconnect-error', (error) => {
          Object.assign(record, {
            dialFailed: since(),
            dialError: error.name,
            phase: 'phase' in error && error.phase,
          });
          say(record);
          resolve();
        });
      }),
  ),
);
await sleep(watchFor - since());
say({ others: others.map(({ name, isOpen }) => [name, isOpen()]), noticed: [...noticed], after: since() });

// The link is mended: ours come back by themselves.
run('nft flush chain inet cut out');
const mended = performance.now();
while (!ours.every(({ ws }) => ws.isConnected)) await sleep(5);
say({ back: performance.now() - mended });
clearInterval(timer);
process.exit(0);
