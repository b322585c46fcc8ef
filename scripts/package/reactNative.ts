/**
 * An app for React Native that uses the installed package: bundled by Metro with React Native's default configuration, and
 * run on React Native's own JavaScript of `WebSocket`, `URL` and `AbortController`.
 */
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultServer } from '../../src/testing/faultServer.js';
import { FOREIGN } from './bundlers.js';
import type { Shell } from './fakeTimers.js';
import { startReactNative } from './reactNativeSocket.js';

const VERSION = '0.86';

/** Metro and what setUpXHR.js needs. The rest of React Native is large: compilers, a debugger, Gradle. */
const APP = {
  private: true,
  dependencies: { 'react-native': VERSION, '@react-native/metro-config': VERSION },
  overrides: Object.fromEntries(
    [
      'hermes-compiler',
      'react-devtools-core',
      'fb-dotslash',
      '@react-native/gradle-plugin',
      '@react-native/community-cli-plugin',
    ].map((name) => [name, 'npm:nullthrows@1']),
  ),
};

const CONFIG = `
const { getDefaultConfig, mergeConfig } = require('@react-native/metro-config');
module.exports = mergeConfig(getDefaultConfig(__dirname), { maxWorkers: 1, resolver: RESOLVER });
`;

/** How long a scene may take to get where it should, in ms. */
const LIMIT = 10_000;

async function until(what: string, check: () => unknown): Promise<void> {
  const limit = performance.now() + LIMIT;
  while (!(await check())) {
    assert(performance.now() < limit, `React Native: not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

type Evaluate = (text: string) => unknown;
type Scene = (evaluate: Evaluate, server: FaultServer) => Promise<void>;

const SCENES: Readonly<Record<string, Scene>> = {
  async 'text and binary come back, headers arrive, nothing waits'(evaluate, server) {
    server.echo();
    const taken = await evaluate(`(async () => {
      globalThis.ws = recker.createClient({ baseUrl: '${server.url('/').replace('ws', 'http')}', headers: { 'X-App': 'yes' } })
        .ws('rooms/../chat?q=ž', { headers: () => ({ Authorization: 'Bearer 1' }), protocols: ['a'] });
      ws.send('ahoj 🐎');
      ws.send(new Uint8Array([1, 2, 255]));
      return JSON.stringify(await take(ws, 2));
    })()`);
    assert.equal(taken, '["ahoj 🐎","1,2,255"]');
    const [handshake] = server.seen.handshakes;
    assert.equal(handshake?.url, '/chat?q=%C5%BE');
    assert.equal(handshake?.headers['x-app'], 'yes');
    assert.equal(handshake?.headers.authorization, 'Bearer 1');
    assert.equal(evaluate('ws.protocol + ws.bufferedAmount + ws.extensions'), 'a0');
    assert.equal(await evaluate(`ws.close(3000, 'bye').then(() => ws.state)`), 'closed');
    assert.deepEqual(server.seen.closes, [{ code: 3000, reason: 'bye' }]);
  },

  async 'a connection that is lost comes back, with what was sent meanwhile'(evaluate, server) {
    server.echo();
    await evaluate(`(async () => {
      globalThis.ws = new recker.ReckerWebSocket('${server.url('/')}', { reconnect: true, reconnectDelay: 20 });
      globalThis.seen = [];
      ws.on('error', () => {});
      ws.on('message', ({ data }) => seen.push(data));
      ws.on('close', (code, reason, { wasClean, error }) => { seen.push(code + ' ' + wasClean + ' ' + error?.message); ws.send('queued'); });
      await ws.connect();
    })()`);
    (await server.waitForConnection(1)).terminate();
    await until('queued', () => evaluate(`seen.at(-1) === 'queued'`));
    assert.match(String(evaluate('seen[0]')), /^1006 false .*(EOF|ECONNRESET)/);
    await evaluate('ws.removeAllListeners("close").close()');
  },

  async 'a refusal says what the system says'(evaluate, server) {
    server.refuse(401);
    const message = await evaluate(`(async () => {
      const ws = new recker.ReckerWebSocket('${server.url('/')}');
      ws.on('error', () => {});
      return ws.connect().then(() => 'open', (error) => error.name + ': ' + error.message);
    })()`);
    assert.match(String(message), /^ConnectionError: .*401/);
  },

  async 'an AbortController of React Native ends the client'(evaluate, server) {
    await evaluate(`(async () => {
      globalThis.controller = new AbortController();
      globalThis.ws = new recker.ReckerWebSocket('${server.url('/')}', { reconnect: true, signal: controller.signal });
      await ws.connect();
      controller.abort();
    })()`);
    assert.equal(evaluate('ws.state'), 'closed');
    const name = await evaluate(`ws.connect().catch((error) => error.name)`);
    assert.equal(name, 'AbortError');
    await until('no socket', () => server.sockets === 0);
  },

  async 'wake() ends a wait'(evaluate, server) {
    server.refuse(503);
    evaluate(`
      globalThis.ws = new recker.ReckerWebSocket('${server.url('/')}', { reconnect: true, reconnectDelay: 50, shouldReconnect: () => 600000 });
      ws.on('error', () => {});
      ws.connect().catch(() => {});
    `);
    await until('backoff', () => evaluate(`ws.state === 'backoff'`));
    server.accept();
    // At the earliest reconnectDelay after the last dial began.
    await new Promise((resolve) => setTimeout(resolve, 60));
    evaluate('ws.wake()');
    await until('open', () => evaluate(`ws.state === 'open'`));
    await evaluate('ws.close()');
  },

  async 'a heartbeat by message finds a dead peer'(evaluate, server) {
    server.echo();
    await evaluate(`(async () => {
      globalThis.ws = new recker.ReckerWebSocket('${server.url('/')}', { heartbeatInterval: 30, heartbeatTimeout: 200, heartbeatMessage: 'ping' });
      globalThis.pongs = 0;
      ws.on('error', () => {});
      ws.on('pong', () => { pongs += 1; });
      await ws.connect();
    })()`);
    await until('pongs', () => evaluate('pongs >= 2'));
    server.freeze();
    await until('closed', () => evaluate(`ws.state === 'closed'`));
  },

  async 'a dial that is given up leaves no connection, though Android cannot cancel it'(evaluate, server) {
    evaluate(`
      globalThis.ws = new recker.ReckerWebSocket('${server.url('/')}', {});
      ws.connect().catch(() => {});
    `);
    await until('connecting', () => evaluate(`ws.state === 'connecting'`));
    await evaluate('ws.close()');
    await until('the upgrade', () => server.seen.handshakes.length === 1);
    await until('no socket', () => server.sockets === 0);
  },

  async 'what it cannot do is refused by name'(evaluate) {
    const options = { proxy: `'http://127.0.0.1:1'`, tls: '{}', maxPayload: '10', perMessageDeflate: 'true' };
    for (const [name, value] of Object.entries(options)) {
      const refused = evaluate(`(() => {
        try { new recker.ReckerWebSocket('ws://127.0.0.1:1/', { ${name}: ${value} }); return 'made'; }
        catch (error) { return error.name + ' ' + error.option; }
      })()`);
      assert.equal(refused, `ConfigurationError ${name}`);
    }
    const urls = {
      '/chat': /baseUrl/,
      'http://a.example/': /ws:\/\/a\.example/,
      'wss://a.example/#x': /fragment/,
    };
    for (const [url, expected] of Object.entries(urls)) {
      const refused = evaluate(
        `(() => { try { new recker.ReckerWebSocket('${url}'); } catch (error) { return error.message; } })()`,
      );
      assert.match(String(refused), expected);
    }
    assert.equal(evaluate('isOneClass'), true);
  },
};

/** Starts while other checks run: it mostly waits for the network. */
export async function installReactNative(home: string, tarball: string, sh: Shell): Promise<void> {
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'package.json'), JSON.stringify(APP));
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional'];
  await sh(home, 'npm', 'install', '--legacy-peer-deps', ...flags, tarball);
}

async function bundle(home: string, name: string, resolver: string, sh: Shell): Promise<string> {
  await writeFile(join(home, `${name}.config.js`), CONFIG.replace('RESOLVER', resolver));
  const out = join(home, `${name}.bundle.js`);
  const flags = [
    '--platform',
    'android',
    '--dev',
    'false',
    '--minify',
    'false',
    '--config',
    `${name}.config.js`,
  ];
  await sh(home, join(home, 'node_modules/.bin/metro'), 'build', 'app.js', ...flags, '--out', out);
  const code = await readFile(out, 'utf8');
  const foreign = FOREIGN.exec(code);
  if (foreign !== null) throw new Error(`Metro bundled ${foreign[0]}`);
  return code;
}

/** @returns what was tried */
export async function checkReactNative(root: string, home: string, sh: Shell): Promise<string> {
  await cp(join(root, 'test/package/reactNative/app.js'), join(home, 'app.js'));
  const code = await bundle(home, 'default', '{}', sh);
  // As up to Metro 0.81, which reads the field `react-native`.
  await bundle(home, 'fields', '{ unstable_enablePackageExports: false }', sh);
  const evaluate = startReactNative(code);
  for (const [title, scene] of Object.entries(SCENES)) {
    const server = await FaultServer.start();
    try {
      await scene(evaluate, server);
    } catch (error) {
      throw new Error(`React Native: ${title}`, { cause: error });
    } finally {
      await server.stop();
    }
  }
  return `React Native ${VERSION}: bundled by Metro, ${Object.keys(SCENES).length} scenes run`;
}
