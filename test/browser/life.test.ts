/**
 * The life of a page in a real Chromium: it goes offline, is hidden, frozen, kept in the back/forward cache and shown
 * again, and its policy forbids a URL.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { needs } from '../support/tools.js';
import { PRELUDE } from './scenes.js';
import { bundle, root, Site, startChromium } from './support.js';
import { Tab } from './tab.js';

needs('chromium')('the life of a page', () => {
  let browser: Browser;
  let site: Site;
  let server: FaultServer;
  let code: string;
  /** What is shown instead, where the tab is hidden. */
  let other: Tab;
  let tab: Tab;

  beforeAll(async () => {
    browser = await startChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
    site = await Site.start();
    ({ code } = await bundle(PRELUDE));
    site.files.set('/life.js', code);
    site.files.set('/page', '<!doctype html><title>page</title><script src="/life.js"></script>');
    site.files.set('/other', '<!doctype html><title>other</title>');
    other = await Tab.open(browser, `${site.url}/other`);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });
  beforeEach(async () => {
    server = await FaultServer.start();
    tab = await Tab.open(browser, `${site.url}/page`);
  });
  afterEach(async () => {
    await tab.close();
    await server.stop();
  });

  const make = (options: string) =>
    tab.evaluate(`void make('${server.url()}', { reconnect: true, ${options} }).connect().catch(() => {})`);
  const state = (expected: string) =>
    expect.poll(() => tab.evaluate('ws.state'), { timeout: 8000, interval: 20 }).toBe(expected);
  const line = (expected: string) =>
    expect.poll(() => tab.evaluate('lines'), { timeout: 8000, interval: 20 }).toContain(expected);
  const dials = () => server.seen.handshakes.length;
  const hide = async () => {
    await other.show();
    await expect.poll(() => tab.evaluate('document.visibilityState')).toBe('hidden');
  };
  const show = async () => {
    await tab.show();
    await expect.poll(() => tab.evaluate('document.visibilityState')).toBe('visible');
  };

  it('offline for 8 s, with 4 attempts: open within a second of online, and no attempt is used up', async () => {
    await make('reconnectDelay: 200, maxReconnectAttempts: 4');
    await state('open');
    await tab.evaluate(`void addEventListener('online', () => { globalThis.onlineAt = performance.now(); });
      void ws.on('open', () => { globalThis.openedAt = performance.now(); })`);
    await tab.goOffline(true);
    server.terminateAll();
    await line('reconnecting 1 30000');
    await sleep(8000);
    expect(await tab.evaluate('ws.state')).toBe('backoff');
    await tab.goOffline(false);
    await line('open true 1');
    expect(await tab.evaluate('openedAt - onlineAt')).toBeLessThan(1000);
    expect(await tab.evaluate(`ws.stats().dials`)).toBe(3);
  });

  it('online that comes 500 ms too early', async () => {
    await make('reconnectDelay: 700, maxReconnectAttempts: 1');
    await state('open');
    await tab.goOffline(true);
    server.refuse(503);
    server.terminateAll();
    await line('reconnecting 1 30000');
    await tab.goOffline(false);
    await sleep(500);
    server.accept();
    await line('open true 1');
    const lines = (await tab.evaluate('lines')) as string[];
    expect(lines.filter((each) => each.startsWith('reconnecting'))).toEqual([
      'reconnecting 1 700',
      'reconnecting 1 30000',
      'reconnecting 1 700',
    ]);
  });

  it('navigator.onLine that is wrong: it connects, at the latest maxReconnectDelay after a failed dial', async () => {
    server.refuse(503);
    await tab.evaluate(`void Object.defineProperty(navigator, 'onLine', { get: () => false })`);
    await tab.evaluate(`void (globalThis.at = [])`);
    await make('reconnectDelay: 10, maxReconnectDelay: 500, maxReconnectAttempts: 1');
    await line('reconnecting 1 500');
    server.accept();
    await tab.evaluate(`void (globalThis.from = performance.now())`);
    await line('open false 1');
    expect(await tab.evaluate('performance.now() - from')).toBeLessThan(1500);
    const error = await tab.evaluate(`lines.find((each) => each.startsWith('error'))`);
    expect(error).toBe('error ConnectionError');
  });

  it('shown again in a back-off of 20 s: dialled at once, and at most once each reconnectDelay', async () => {
    server.refuse(503);
    await make('reconnectDelay: 400, maxReconnectAttempts: 1, shouldReconnect: () => 20000');
    await line('reconnecting 1 20000');
    const began = performance.now();
    for (let toggled = 0; toggled < 8; toggled += 1) {
      await hide();
      await show();
    }
    await expect.poll(dials).toBeGreaterThan(1);
    const passed = performance.now() - began;
    expect(dials()).toBeLessThanOrEqual(2 + passed / 400);
    await state('backoff');
    await hide();
    server.accept();
    await show();
    await line('open false 1');
  });

  it('frozen, and the connection dropped meanwhile: it comes back when the page is shown', async () => {
    await make('reconnectDelay: 300');
    await state('open');
    await hide();
    await tab.freeze();
    server.terminateAll();
    await sleep(500);
    expect(dials()).toBe(1);
    await tab.thaw();
    await show();
    await line('open true 1');
    expect(dials()).toBe(2);
  });

  it('out of the back/forward cache, where the page has waited to dial: it dials at once', async () => {
    server.refuse(503);
    await make('reconnectDelay: 100, shouldReconnect: () => 600000');
    await line('reconnecting 1 600000');
    await tab.evaluate(
      `void addEventListener('pageshow', ({ persisted }) => { globalThis.persisted = persisted; })`,
    );
    await tab.send('Page.navigate', { url: `${site.url}/other` });
    await tab.loaded(`${site.url}/other`);
    server.accept();
    await tab.evaluate('history.back()');
    await tab.loaded(`${site.url}/page`);
    expect(await tab.evaluate('persisted')).toBe(true);
    await line('open false 1');
  });

  it('closed on pagehide, and connected on pageshow: the page is kept, and open again', async () => {
    await make('');
    await state('open');
    const page = await readFile(`${root}docs/in-a-page.md`, 'utf8');
    const [, lines = ''] = /^```js\n([\s\S]*?)^```$/m.exec(page) ?? [];
    expect(lines).toContain('pagehide');
    await tab.evaluate(lines);
    await tab.send('Page.navigate', { url: `${site.url}/other` });
    await tab.loaded(`${site.url}/other`);
    await expect.poll(() => server.seen.closes.map(({ code }) => code)).toEqual([1000]);
    await tab.evaluate('history.back()');
    await tab.loaded(`${site.url}/page`);
    await expect.poll(() => tab.evaluate(`lines.filter((each) => each.startsWith('open'))`)).toHaveLength(2);
  });

  it('woken with a half-open connection: found within heartbeatTimeout', async () => {
    server.echo();
    await make(`heartbeatMessage: 'ping', heartbeatInterval: 600000, heartbeatTimeout: 700`);
    await state('open');
    await hide();
    server.freeze();
    await tab.evaluate(`void document.addEventListener('visibilitychange', () => { globalThis.shownAt = performance.now(); });
      void ws.on('heartbeat-timeout', () => { globalThis.foundAt = performance.now(); })`);
    await show();
    await line('heartbeat-timeout');
    const took = (await tab.evaluate('foundAt - shownAt')) as number;
    expect(took).toBeGreaterThan(650);
    expect(took).toBeLessThan(1500);
    server.thaw();
    await line('open true 1');
  });

  it('10,000 clients made and dropped: each costs the same time, and the heap comes back', async () => {
    await tab.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spent = async () => {
      const { metrics } = await tab.send<{ metrics: { name: string; value: number }[] }>(
        'Performance.getMetrics',
      );
      return metrics.find(({ name }) => name === 'ThreadTime')?.value ?? 0;
    };
    const making = `{
      const client = recker.createClient({ baseUrl: 'http://127.0.0.1' });
      for (let n = 0; n < 2500; n += 1) client.ws('/', { autoConnect: false });
    }`;
    await tab.evaluate(making);
    const heap = await tab.heap();
    const times: number[] = [];
    for (let batch = 0; batch < 4; batch += 1) {
      const before = await spent();
      await tab.evaluate(making);
      times.push((await spent()) - before);
    }
    const [first = 0, second = 0, third = 0, last = 0] = times;
    expect(third + last, times.join(' ')).toBeLessThan(1.7 * (first + second));
    expect((await tab.heap()) - heap).toBeLessThan(2_000_000);
  });
});
