/**
 * Every dial keeps one contract: the scenes of contract.ts, played over each route to the server. The proxies here
 * live in this process, and each route proves that it was taken; the real proxies have files of their own.
 */
import { Agent, Client, interceptors, Pool, ProxyAgent, Socks5ProxyAgent } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WebSocketOptions } from '../../src/index.js';
import { type Certificates, makeCertificates } from '../support/certificates.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { SocksProxy } from '../support/socksProxy.js';
import { needs } from '../support/tools.js';
import { play, SCENES, type TestRoute } from './contract.js';

let certificates: Certificates;
let http: ConnectProxy;
let https: ConnectProxy;
let socks: SocksProxy;

beforeAll(async () => {
  certificates = await makeCertificates();
  http = await ConnectProxy.start();
  https = await ConnectProxy.start({ tls: certificates.server });
  socks = await SocksProxy.start();
});

afterAll(async () => {
  await Promise.all([http?.stop(), https?.stop(), socks?.stop(), certificates?.remove()]);
});

/** How often a route's proxy was taken. */
interface Proof {
  count(): number;
}

function contract(title: string, route: () => TestRoute, proof?: () => Proof): void {
  describe(title, () => {
    let before = 0;
    for (const name of Object.keys(SCENES)) {
      it(name, async () => {
        before = proof?.().count() ?? 0;
        await play(name, route());
      });
    }
    afterEach(() => {
      if (proof !== undefined) expect(proof().count(), 'times the proxy was taken').toBeGreaterThan(before);
    });
  });
}

const plain = (options: () => WebSocketOptions) => (): TestRoute => ({ options });
const secure = (options: () => WebSocketOptions) => (): TestRoute => ({
  server: { tls: certificates.server },
  options: () => ({ tls: { ca: certificates.ca.cert }, ...options() }),
});
const named = (route: () => TestRoute) => (): TestRoute => ({
  ...route(),
  url: (server, path) => server.url(path).replace('127.0.0.1', 'localhost'),
});

/** A dispatcher of the route's own, ended with it. */
function dispatched(
  make: (origin: string) => { dispatch: Agent['dispatch']; destroy(): Promise<void> },
  tls = false,
): () => TestRoute {
  return () => {
    const made: { destroy(): Promise<void> }[] = [];
    return {
      ...(tls ? { server: { tls: certificates.server } } : {}),
      options(server) {
        const dispatcher = make(server.url('').replace('ws', 'http'));
        made.push(dispatcher);
        return { dispatcher: dispatcher as never };
      },
      async end() {
        await Promise.all(made.map((each) => each.destroy()));
      },
    };
  };
}

/** Its pool cannot be made to close an idle connection. */
const keepingOne = (route: () => TestRoute) => (): TestRoute => ({ ...route(), idle: 1 });

needs('openssl')('the contract', () => {
  const connects = (proxy: () => ConnectProxy) => () => ({ count: () => proxy().heads.length });
  const requests = () => ({ count: () => socks.requests.length });
  const at = (scheme: string, port: number) => ({ proxy: `${scheme}://127.0.0.1:${port}` });

  contract(
    'directly',
    plain(() => ({})),
  );
  contract(
    'directly, wss',
    secure(() => ({})),
  );
  contract(
    'http proxy',
    plain(() => at('http', http.port)),
    connects(() => http),
  );
  contract(
    'http proxy, wss',
    secure(() => at('http', http.port)),
    connects(() => http),
  );
  const throughTls = () => ({
    proxy: { url: `https://127.0.0.1:${https.port}`, proxyTls: { ca: certificates.ca.cert } },
  });
  contract(
    'https proxy',
    plain(throughTls),
    connects(() => https),
  );
  contract(
    'https proxy, wss',
    secure(throughTls),
    connects(() => https),
  );
  for (const scheme of ['socks', 'socks4', 'socks4a', 'socks5', 'socks5h']) {
    contract(`${scheme} proxy`, named(plain(() => at(scheme, socks.port))), requests);
  }
  contract(
    'socks5 proxy, wss',
    secure(() => at('socks5', socks.port)),
    requests,
  );

  contract(
    'dispatcher: Agent',
    dispatched(() => new Agent()),
  );
  contract(
    'dispatcher: Agent, wss',
    named(dispatched(() => new Agent({ connect: { ca: certificates.ca.cert } }), true)),
  );
  contract(
    'dispatcher: Pool',
    dispatched((origin) => new Pool(origin, { connections: 2, keepAliveTimeout: 10 })),
  );
  contract(
    'dispatcher: Client',
    dispatched((origin) => new Client(origin, { keepAliveTimeout: 10 })),
  );
  contract(
    'dispatcher: composed',
    dispatched(() => new Agent().compose(interceptors.dns(), interceptors.redirect({ maxRedirections: 0 }))),
  );
  contract(
    'dispatcher: ProxyAgent',
    dispatched(() => new ProxyAgent(`http://127.0.0.1:${http.port}`)),
    connects(() => http),
  );
  contract(
    'dispatcher: ProxyAgent, wss',
    named(
      dispatched(
        () =>
          new ProxyAgent({
            uri: `https://localhost:${https.port}`,
            proxyTls: { ca: certificates.ca.cert },
            requestTls: { ca: certificates.ca.cert },
          }),
        true,
      ),
    ),
    connects(() => https),
  );
  contract(
    'dispatcher: Socks5ProxyAgent',
    keepingOne(dispatched(() => new Socks5ProxyAgent(`socks5://127.0.0.1:${socks.port}`))),
    requests,
  );
});
