/** Names with several addresses, some of which are slow, dead, refusing or silent: to the server and to proxies. */
import { connect } from 'node:net';
import { ReckerWebSocket, type WebSocketOptions } from '../../../src/index.js';
import {
  buildNetwork,
  dial,
  dialRaw,
  EchoServer,
  limitPorts,
  PORT,
  say,
  serveZone,
  startHttpProxy,
  startSocksProxy,
  v4,
  v6,
  type Zone,
} from './names.js';

const both = (first: Parameters<typeof v4>[0], second = first): Zone[string] => ({
  A: [v4(first)],
  AAAA: [v6(second)],
});

const ZONE: Zone = {
  // Names are looked up once each: what one dial learns of an address, another one knows.
  'slow.test': both('slow'),
  'no-ipv6.test': { A: [v4('slow')], AAAA: ['2001:db8:9::1'] },
  'dead.test': { A: [v4('fine')], AAAA: [v6('dead')] },
  'silent.test': { A: [v4('fine')], AAAA: [v6('silent')] },
  'refusing.test': { A: [v4('fine')], AAAA: [v6('refusing')] },
  'all-refusing.test': { A: [v4('refusing'), v4('alsoRefusing')], AAAA: [v6('refusing')] },
  'behind.test': { A: [v4('dead'), v4('fine')] },
  'fine.test': both('fine'),
};

buildNetwork();
await serveZone(ZONE);
const server = await EchoServer.start();
const socksRequests: string[] = [];
await startHttpProxy();
await startSocksProxy(socksRequests);

const to = (name: string): string => `ws://${name}.test:${PORT}/`;
const routes = (name: string): Record<string, [url: string, options: WebSocketOptions]> => ({
  direct: [to(name), {}],
  http: ['ws://127.0.0.1:1/', { proxy: `http://${name}.test:3128` }],
  socks: [`ws://127.0.0.1:${PORT}/`, { proxy: `socks5://${name}.test:1080` }],
});
const once = { connectTimeout: 8000 } as const;

const slow: Promise<void>[] = Object.entries(routes('slow')).map(async ([route, [url, options]]) =>
  say('slow', { route, ...(await dial(url, { ...once, ...options })) }),
);
slow.push(dialRaw(to('no-ipv6')).then((raw) => say('noIpv6Raw', raw)));
slow.push(dial(to('no-ipv6'), once).then((found) => say('noIpv6', found)));
await Promise.all(slow);

for (const [route, [url, options]] of Object.entries(routes('dead'))) {
  const first = await dial(url, { ...once, ...options });
  say('dead', { route, first, second: await dial(url, { ...once, ...options }) });
}
say('refusing', await dial(to('refusing'), once));
say('allRefusing', await dial(to('all-refusing'), once));
const again = { reconnect: true, reconnectDelay: 10, connectTimeout: 600, maxReconnectAttempts: 3 } as const;
say('silent', await dial(to('silent'), again));
say('behindSocks', {
  ...(await dial(to('behind'), { ...once, proxy: 'socks5://127.0.0.1:1080' })),
  requests: socksRequests.slice(-2),
});
socksRequests.length = 0;
say('behindSocksAgain', {
  ...(await dial(to('behind'), { ...once, proxy: 'socks5://127.0.0.1:1080' })),
  requests: [...socksRequests],
});

server.connections.length = 0;
await dial(to('fine'), { ...once, family: 4 });
await dial(to('fine'), { ...once, family: 6 });
await dial(to('fine'), { ...once, localAddress: v4('alsoRefusing') });
await dial(to('fine'), { ...once, localAddress: v6('alsoRefusing') });
say('options', { connections: server.connections });
// No port is left, for a while. It is not the address's fault.
limitPorts(40_000, 40_001);
const holders = [0, 1, 2].map(() => connect(PORT, v4('fine')).on('error', () => {}));
await Promise.all(
  holders.map((each) => new Promise((resolve) => each.on('connect', resolve).on('close', resolve))),
);
const ports = new ReckerWebSocket(to('fine'), {
  family: 4,
  reconnect: true,
  reconnectDelay: 20,
  maxReconnectDelay: 20,
});
const codes: unknown[] = [];
ports
  .on('error', () => {})
  .on('reconnecting', () => {
    if (codes.length === 2) limitPorts(32_768, 60_999);
  });
for (const event of ['error', 'reconnect-error'] as const) {
  ports.on(event, (error) => codes.push('code' in error ? error.code : error.name));
}
await ports.connect();
say('ports', { codes });
process.exit(0);
