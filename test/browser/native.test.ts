/**
 * The build for browsers over the native WebSocket of a real Chromium: in a page, and one scene in a worker; and
 * the same transport over another native WebSocket in Node.
 */
import { runInThisContext } from 'node:vm';
import type { Browser, Page } from 'playwright-core';
import { WebSocket as UndiciWebSocket } from 'undici';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nativeTransport, ReckerWebSocket } from '../../src/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { type SlowLink, slowLink } from '../support/slowLink.js';
import { needs } from '../support/tools.js';
import { lines, make, type Place, PRELUDE, SCENES } from './scenes.js';
import { bundle, openPage, Site, startChromium } from './support.js';

let server: FaultServer;

beforeEach(async () => {
  server = await FaultServer.start();
});
afterEach(() => server.stop());

needs('chromium')('in a page', () => {
  let browser: Browser;
  let site: Site;
  let page: Page;
  let place: Place;
  let code: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
    site = await Site.start();
    ({ code } = await bundle(PRELUDE));
    site.files.set('/worker.js', code);
    page = await openPage(browser, site, code, complaints);
    place = { evaluate: (text) => page.evaluate(text), binary: 'Uint8Array', options: '' };
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    expect(complaints).toEqual([]);
  });

  for (const [title, scene] of Object.entries(SCENES)) it(title, () => scene(place, server));

  it('binary messages are a Buffer where the page has that', async () => {
    server.sendOnAccept([Buffer.from([1, 2])]);
    await page.evaluate(`void (globalThis.Buffer = class Buffer extends Uint8Array {
      static from(...args) { return new Buffer(...args); }
    })`);
    await make(place, server);
    await page.evaluate('ws.connect()');
    await lines(place, ['state connecting', 'state open', 'open false 0', 'message true Buffer 2']);
    await page.evaluate('delete globalThis.Buffer, ws.close()');
  });

  it('what a page cannot do is refused by name', async () => {
    const refused = async (expression: string): Promise<unknown> =>
      page.evaluate(`(() => {
        const at = (options, url = 'ws://127.0.0.1:1/') => new recker.ReckerWebSocket(url, options);
        try { ${expression}; } catch (error) { return error.name + ' ' + error.option; }
      })()`);
    for (const [option, value] of Object.entries({
      headers: '{ a: "b" }',
      proxy: '"http://127.0.0.1:1"',
      dispatcher: '{ dispatch() {} }',
      tls: '{}',
      lookup: '() => {}',
      family: '4',
      localAddress: '"127.0.0.1"',
      perMessageDeflate: 'true',
      maxPayload: '10',
      maxFrameSize: '10',
      receiveQueue: '{}',
      heartbeatInterval: '1000',
    })) {
      expect(await refused(`at({ ${option}: ${value} })`)).toBe(`ConfigurationError ${option}`);
    }
    expect(await refused('at().ping()')).toBe('ConfigurationError ping');
    expect(await refused('at().close(1001)')).toBe('ConfigurationError code');
    expect(await refused(`at({}, 'ws://user:pass@127.0.0.1:1/')`)).toBe('ConfigurationError url');
    expect(
      await refused(`recker.createClient({ baseUrl: 'http://a.example', headers: { a: 'b' } }).ws('/')`),
    ).toBe('ConfigurationError headers');
    expect(await refused(`at({ heartbeatInterval: 1000, heartbeatMessage: 'ping' })`)).toBeUndefined();
  });

  it('the network that is back makes it dial at once', async () => {
    server.refuse(503);
    await make(place, server, 'reconnect: true, reconnectDelay: 600000, maxReconnectDelay: 600000');
    await page.evaluate('void ws.connect().catch(() => {})');
    await expect.poll(() => page.evaluate('ws.state')).toBe('backoff');
    server.accept();
    await page.evaluate(`void dispatchEvent(new Event('online'))`);
    await expect.poll(() => page.evaluate('ws.state')).toBe('open');
    await page.evaluate('ws.close()');
    await page.evaluate(`void dispatchEvent(new Event('online'))`);
    expect(await page.evaluate('ws.state')).toBe('closed');
  });

  it('a page that wakes asks at once whether the peer is there', async () => {
    server.echo();
    await page.evaluate('void (globalThis.pongs = 0)');
    await make(place, server, `heartbeatInterval: 600000, heartbeatMessage: 'are you there?'`);
    await page.evaluate('ws.connect()');
    await page.evaluate(`void document.dispatchEvent(new Event('resume'))`);
    await expect.poll(() => page.evaluate('pongs')).toBe(1);
    await page.evaluate('ws.close()');
  });

  describe('an upload on a slow link', () => {
    let link: SlowLink;
    beforeEach(async () => {
      link = await slowLink(server.port, 2_500_000);
    });
    afterEach(() => link.stop());

    /** Sends `count` messages of 100 KB, with a heartbeat of a second; nothing but heartbeats is answered. */
    const upload = async (count: number): Promise<void> => {
      await page.evaluate(`void make('ws://127.0.0.1:${link.port}/', {
        heartbeatMessage: 'ping', heartbeatInterval: 1000, heartbeatTimeout: 500, closeTimeout: 1000 })`);
      await page.evaluate('ws.connect()');
      const connection = await server.waitForConnection();
      connection.on('message', (data, isBinary) => {
        if (!isBinary) connection.send(data as Buffer);
      });
      await page.evaluate(`{ for (let n = 0; n < ${count}; n += 1) ws.send(new Uint8Array(100_000)); }`);
    };
    const opened = ['state connecting', 'state open', 'open false 0'];

    it('is no dead peer, though answers wait behind it; close() waits for the rest', async () => {
      await upload(120);
      const arrived = (count: number) =>
        server.waitFor(({ messages }) => messages.filter(({ isBinary }) => isBinary).length >= count);
      await arrived(70);
      expect(await page.evaluate(`lines.filter((line) => !line.startsWith('message'))`)).toEqual(opened);
      await page.evaluate('ws.close()');
      await arrived(120);
      // The peer's Close follows the last message.
      await expect
        .poll(() => page.evaluate('lines.at(-1)'), { timeout: 5000 })
        .toBe('close 1000 "" true false');
    });

    it('that stalls is found', { timeout: 20_000 }, async () => {
      await upload(80);
      await server.waitFor(({ messages }) => messages.length > 5);
      link.cut();
      await expect
        .poll(() => page.evaluate('lines'), { timeout: 15_000 })
        .toEqual(expect.arrayContaining(['heartbeat-timeout']));
    });
  });

  it('works in a worker', async () => {
    server.echo();
    const seen = await page.evaluate(`new Promise((resolve) => {
      const text = "importScripts('${site.url}/worker.js');" +
        "const ws = make('${server.url('/')}', {});" +
        "ws.connect().then(() => ws.send('hello'));" +
        "ws.on('message', () => ws.close().then(() => postMessage(lines)))";
      const worker = new Worker(URL.createObjectURL(new Blob([text])));
      worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
    })`);
    expect(seen).toEqual([
      'state connecting',
      'state open',
      'open false 0',
      'message false "hello"',
      'state closing',
      'state closed',
      'close 1000 "" true false',
    ]);
  });
});

it('a runtime without a WebSocket says so, for good', async () => {
  vi.stubGlobal('WebSocket', undefined);
  const ws = new ReckerWebSocket('ws://127.0.0.1:1/', { transport: nativeTransport, reconnect: true });
  ws.on('error', () => {});
  await expect(ws.connect()).rejects.toThrow('This runtime has no global WebSocket');
  expect(ws.state).toBe('closed');
  vi.unstubAllGlobals();
});

describe("the option transport: nativeTransport in Node, on undici's WebSocket", () => {
  const place: Place = {
    evaluate: async (code) => runInThisContext(code),
    binary: 'Buffer',
    options: 'transport: recker.nativeTransport, ',
  };

  beforeAll(async () => {
    vi.stubGlobal('WebSocket', UndiciWebSocket);
    const recker = await import('../../src/index.js');
    vi.stubGlobal('recker', recker);
    runInThisContext(PRELUDE.replace(/^\s*import .*$/m, '').replace('globalThis.recker = recker;', ''));
  });
  afterAll(() => vi.unstubAllGlobals());

  for (const [title, scene] of Object.entries(SCENES)) it(title, () => scene(place, server));
});
