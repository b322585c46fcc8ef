/** The example of one connection for all tabs, as it stands, in a real Chromium. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { WebSocket, WebSocketServer } from 'ws';
import { needs } from '../support/tools.js';
import { bundle, root, Site, startChromium } from './support.js';

needs('chromium')('examples/shared-worker', () => {
  let browser: Browser;
  let site: Site;
  let server: WebSocketServer;
  const connections: WebSocket[] = [];

  beforeAll(async () => {
    browser = await startChromium();
    site = await Site.start();
    server = site.acceptWebSockets();
    server.on('connection', (socket, { url }) => {
      expect(url).toBe('/live');
      connections.push(socket);
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
    });
    const path = (name: string) => `${root}examples/shared-worker/${name}.ts`;
    // As in a project of its own: a file of a package without side effects would not be bundled for its effects.
    const worker = (await readFile(path('worker'), 'utf8')).replace('../../src/index.js', 'recker');
    site.files.set('/worker.js', (await bundle(worker)).code);
    const tab = await bundle(`
      import { joinConnection } from ${JSON.stringify(path('tab'))};
      globalThis.seen = [];
      globalThis.send = joinConnection('/worker.js', (message) => seen.push(message));
    `);
    site.files.set('/tab.js', tab.code);
    site.files.set('/tab', '<!doctype html><title>tab</title><script src="/tab.js"></script>');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await site?.stop();
  });

  const seen = (page: Page, message: object) =>
    expect.poll(() => page.evaluate('seen'), { timeout: 8000 }).toContainEqual(message);

  it('two tabs share a connection, which comes back, and ends with the last of them', async () => {
    const context = await browser.newContext();
    const [first, second] = [await context.newPage(), await context.newPage()];
    for (const page of [first, second]) {
      await page.goto(`${site.url}/tab`);
      await seen(page, { type: 'state', state: 'open' });
    }
    await first.evaluate(`send('hello')`);
    for (const page of [first, second]) await seen(page, { type: 'message', data: 'hello' });
    expect(connections).toHaveLength(1);

    connections[0]?.terminate();
    await seen(first, { type: 'state', state: 'backoff' });
    // It waits for reconnectDelay since the last dial, whatever the back-off is.
    await second.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await expect.poll(() => connections.length, { timeout: 8000 }).toBe(2);
    await second.evaluate(`send('still here')`);
    await seen(first, { type: 'message', data: 'still here' });

    const closed = new Promise<number>((resolve) => connections[1]?.once('close', resolve));
    await first.goto('about:blank');
    await second.evaluate(`send('alone')`);
    await seen(second, { type: 'message', data: 'alone' });
    expect(connections[1]?.readyState).toBe(1);
    // The other way for a tab to leave.
    await second.close({ runBeforeUnload: false });
    expect(await closed).toBeOneOf([1000, 1001, 1005, 1006]);
    await context.close();
  });
});
