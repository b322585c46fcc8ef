/**
 * What dials need is loaded before they begin: a process that is out of file descriptors for a moment dials again once
 * it has some, also where its first dial through a proxy met that.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { ConnectProxy } from '../support/connectProxy.js';
import { SocksProxy } from '../support/socksProxy.js';

const run = promisify(execFile);
const CHILD = fileURLToPath(new URL('./loadingChild.ts', import.meta.url));

it.each(['http', 'socks5', 'socks5h', 'provider', 'env', 'dispatcher'])(
  'no descriptor is left at the first dial: %s',
  { timeout: 30_000 },
  async (route) => {
    const server = await FaultServer.start();
    const http = await ConnectProxy.start();
    const socks = await SocksProxy.start();
    const proxies = { http: `http://127.0.0.1:${http.port}`, socks: `127.0.0.1:${socks.port}` };
    const command = 'ulimit -n 120; exec "$0" --import tsx "$@"';
    const given = [CHILD, route, server.url('/'), proxies.http, proxies.socks];
    const { stdout } = await run('sh', ['-c', command, process.execPath, ...given]);
    await Promise.all([server.stop(), http.stop(), socks.stop()]);
    const { failures, after } = JSON.parse(stdout);
    expect(failures).toContain('EMFILE');
    expect(after).toBe('open');
  },
);

it('no route is imported at a dial, but for the fallback of a bundle', () => {
  const routes = [
    'routeFor',
    'dispatcher/dispatcherRoute',
    'proxy/httpProxyRoute',
    'proxy/socksRoute',
    'proxy/tunnelRoute',
  ];
  const files = [...routes.map((name) => `routes/${name}`), 'ws/wsTransport'];
  for (const file of files) {
    const path = fileURLToPath(new URL(`../../src/services/${file}.ts`, import.meta.url));
    expect(readFileSync(path, 'utf8'), file).not.toMatch(/import\('/);
  }
});
