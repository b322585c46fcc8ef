/** The class in a page: the same program with Chromium's own class and with this one writes the same lines. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { bundle, openPage, Site, startChromium } from '../browser/support.js';
import { needs } from '../support/tools.js';

const PRELUDE = `
import { webSocketClass, WebSocket } from './src/websocket/index.ts';
globalThis.classes = { native: globalThis.WebSocket, own: WebSocket, bound: webSocketClass({ connectTimeout: 5000 }) };
globalThis.thrown = (act) => { try { act(); return 'nothing'; } catch (error) { return error.name; } };
globalThis.play = (Impl, url, act) => new Promise((resolve) => {
  const lines = [];
  const ws = new Impl(url);
  ws.binaryType = 'arraybuffer';
  lines.push(ws.readyState + ' ' + ws.binaryType + ' ' + thrown(() => ws.send('early')));
  ws.onopen = (event) => { lines.push('open ' + ws.readyState + ' ' + event.constructor.name); act.open?.(ws, lines); };
  ws.onmessage = ({ data, origin }) => {
    lines.push('message ' + (typeof data === 'string' ? data : 'bytes ' + data.byteLength) + ' ' + (origin === new URL(url).origin));
    act.message?.(ws, lines);
  };
  ws.onerror = () => lines.push('error ' + ws.readyState);
  ws.onclose = (event) => {
    lines.push('close ' + ws.readyState + ' ' + event.code + ' ' + event.reason + ' ' + event.wasClean + ' ' + event.constructor.name);
    resolve(lines);
  };
  act.made?.(ws, lines);
});`;

/** Programs, each as an expression of what it does to a socket. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'an empty Close after two messages': `{
    open(ws) { ws.send('text'); ws.send(new Uint8Array(300).subarray(100)); },
    message(ws, lines) { if (lines.length === 4) { ws.close(); lines.push(ws.readyState); } },
  }`,
  'a code and a reason': `{ open: (ws) => ws.close(3000, 'bye') }`,
  'codes that are refused': `{ open(ws, lines) {
    for (const code of [1001, 2999, 5000, null]) lines.push(thrown(() => ws.close(code)));
    lines.push(thrown(() => ws.close(1000, 'x'.repeat(124))));
    ws.close(1000);
  } }`,
  'close() while connecting': `{ made(ws, lines) { ws.close(); lines.push(ws.readyState); } }`,
  'send() after close()': `{ open(ws, lines) { ws.close(); ws.send('abc'); lines.push(ws.bufferedAmount); } }`,
};

needs('chromium')('in a page', () => {
  let browser: Browser;
  let site: Site;
  let page: Page;
  let server: FaultServer;
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await FaultServer.start();
    server.echo();
    browser = await startChromium();
    site = await Site.start();
    page = await openPage(browser, site, (await bundle(PRELUDE)).code, complaints);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await server?.stop();
    expect(complaints).toEqual([]);
  });

  const play = (name: string, url: string, act: string): Promise<unknown> =>
    page.evaluate(`play(classes.${name}, ${JSON.stringify(url)}, ${act})`);

  for (const [title, act] of Object.entries(PROGRAMS)) {
    it(title, async () => {
      const native = await play('native', server.url('/'), act);
      expect(native).toContainEqual(expect.stringMatching(/^close 3 /));
      for (const name of ['own', 'bound']) expect(await play(name, server.url('/'), act)).toEqual(native);
    });
  }

  it('a dial that fails', async () => {
    const native = await play('native', 'ws://127.0.0.1:1/', '{}');
    expect(await play('own', 'ws://127.0.0.1:1/', '{}')).toEqual(native);
  });

  it('the Close of the peer', async () => {
    for (const name of ['native', 'own']) {
      const lines = play(name, server.url('/'), `{ open: (ws) => ws.send('ready') }`);
      await server.waitForMessage(({ data }) => data === 'ready');
      server.closeAll(4001, 'moved');
      expect((await lines) as string[]).toContain('close 3 4001 moved true CloseEvent');
    }
  });

  it('has no binary type of Node, and refuses headers', async () => {
    const refused = `thrown(() => new classes.own('ws://h/', [], { headers: { a: 'b' } }))`;
    expect(await page.evaluate(refused)).toBe('ConfigurationError');
    const url = JSON.stringify(server.url('/'));
    const type = `(() => { const ws = new classes.own(${url}); ws.binaryType = 'nodebuffer'; ws.close(); return ws.binaryType; })()`;
    expect(await page.evaluate(type)).toBe('blob');
  });
});
