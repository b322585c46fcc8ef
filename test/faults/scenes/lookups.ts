/** DNS servers that are slow, drop questions, or are dead: what that costs the names that they serve, and all others. */
import { ReckerWebSocket, type WebSocketOptions } from '../../../src/index.js';
import { type DnsAnswer, DnsServer } from '../../support/dnsServer.js';
import {
  buildNetwork,
  dial,
  dialRaw,
  EchoServer,
  lookupsPending,
  PORT,
  say,
  startHttpProxy,
  startSocksProxy,
} from './names.js';

buildNetwork('127.0.0.1 known.test\n');
let isDead = false;
const dns = await DnsServer.start(53, (name, type): DnsAnswer => {
  if (name.startsWith('known.')) return ['192.0.2.1'];
  if (isDead && name.includes('dead')) return 'silence';
  if (type === 'AAAA') return name.startsWith('dropping') ? 'silence' : [];
  return ['127.0.0.1'];
});
const server = await EchoServer.start();
await startHttpProxy();
await startSocksProxy();

const to = (name: string): string => `ws://${name}.test:${PORT}/`;
const proxies = (name: string): Record<string, [url: string, options: WebSocketOptions]> => ({
  direct: [to(name), {}],
  http: ['ws://127.0.0.1:1/', { proxy: `http://${name}.test:3128` }],
  socks: [`ws://127.0.0.1:${PORT}/`, { proxy: `socks5://${name}.test:1080` }],
});

// A resolver that drops AAAA: the system's lookup takes its 10 s and more.
for (const [route, [url, given]] of Object.entries(proxies('dropping'))) {
  say('dropping', { route, ...(await dial(url, given)) });
}

// Many clients at once, over each route, while a lookup takes 100 ms. All of it is in this one process, so it takes its time.
dns.delay = 100;
for (const [route, count] of Object.entries({ direct: 400, http: 20, socks: 20 })) {
  const [url, options] = proxies(`many-${route}`)[route] ?? ['', {}];
  dns.questions.length = 0;
  const outcomes = await Promise.all(
    Array.from({ length: count }, () => dial(url, { ...options, connectTimeout: 30_000 })),
  );
  say('many', {
    route,
    failed: outcomes.filter(({ error }) => error !== undefined).length,
    dials: outcomes.reduce((sum, { dials }) => sum + dials, 0),
    questions: dns.questions.length,
  });
}
dns.delay = 0;

// A zone that dies while three clients are connected to it.
const options: WebSocketOptions = {
  reconnect: true,
  connectTimeout: 600,
  reconnectDelay: 50,
  maxReconnectDelay: 100,
  maxReconnectAttempts: 0,
};
const clients = Array.from({ length: 3 }, (_, n) => new ReckerWebSocket(to(`dead-${n}`), options));
await Promise.all(clients.map((each) => each.connect()));
isDead = true;
for (const each of server.clients) each.terminate();
await new Promise<void>((resolve) => {
  const look = (): void => {
    if (clients.every((each) => each.stats().dials >= 4)) resolve();
  };
  for (const each of clients) each.on('reconnecting', look).on('error', () => {});
});
say('pending', { lookups: lookupsPending() });
const [healthy, raw, known, localhost] = await Promise.all([
  dial(to('healthy')),
  dialRaw(to('other')),
  dial(to('known')),
  dial(`ws://localhost:${PORT}/`),
]);
say('beside', { healthy, raw, known, localhost });
isDead = false;
const start = performance.now();
await Promise.all(clients.map((each) => each.connect()));
say('back', { ms: Math.round(performance.now() - start), lookups: lookupsPending() });
for (const each of clients) each.terminate();

process.exit(0);
