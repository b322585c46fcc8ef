/**
 * What a page or worker of a real Chromium says of itself: where it is from, whether it is online, and what its policy
 * forbids.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { needs } from '../support/tools.js';
import { PRELUDE } from './scenes.js';
import { bundle, Site, startChromium } from './support.js';

/** Dials, with attempts left, and reports what comes: the events in order, and the error of the first loss. */
const DIAL = `
  globalThis.dial = (url) => new Promise((resolve) => {
    const ws = make(url, { reconnect: true, reconnectDelay: 10, maxReconnectAttempts: 2 });
    ws.on('close', (_code, _reason, { error, willReconnect }) => {
      ws.close();
      resolve({ name: error.name, message: error.message, final: error.final, willReconnect, dials: ws.stats().dials });
    });
    ws.connect().catch(() => {});
  });
`;

needs('chromium')('a page', () => {
  let browser: Browser;
  let site: Site;
  let code: string;
  let page: Page;
  let server: FaultServer;

  beforeAll(async () => {
    browser = await startChromium();
    site = await Site.start();
    ({ code } = await bundle(`${PRELUDE}${DIAL}`));
    site.files.set('/client.js', code);
    const html = '<!doctype html><title>page</title><script src="/client.js"></script>';
    site.files.set('/plain', html);
    site.files.set('/policy', html);
    site.headers.set('/policy', { 'Content-Security-Policy': "connect-src 'self'; worker-src blob:" });
    site.files.set('/reported', html);
    site.headers.set('/reported', { 'Content-Security-Policy-Report-Only': "connect-src 'self'" });
    page = await browser.newPage();
    page.setDefaultTimeout(10_000);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
  });
  beforeEach(async () => {
    server = await FaultServer.start();
  });
  afterEach(() => server.stop());

  const at = (path: string) => page.goto(`${site.url}${path}`);
  /** A worker that runs `text`, which answers with what it posts. */
  const inWorker = (text: string, shared = false) =>
    page.evaluate(`new Promise((resolve, reject) => {
      const start = ${shared} ? 'onconnect = ({ ports: [port] }) => { globalThis.answer = (data) => port.postMessage(data); start(); };'
        : 'globalThis.answer = (data) => postMessage(data); setTimeout(() => start());';
      const text = "importScripts('${site.url}/client.js'); globalThis.start = () => {" + ${JSON.stringify(text)} + "};" + start;
      const url = URL.createObjectURL(new Blob([text]));
      const worker = ${shared} ? new SharedWorker(url) : new Worker(url);
      worker.onerror = ({ message }) => reject(new Error(message));
      (worker.port ?? worker).onmessage = ({ data }) => resolve(data);
    })`);
  const FORBIDDEN = {
    name: 'ConnectionError',
    message: "The page's Content Security Policy forbids this URL (connect-src)",
    final: true,
    willReconnect: false,
    dials: 1,
  };

  it('whose policy forbids the URL fails for good, and names the directive', async () => {
    await at('/policy');
    expect(await page.evaluate(`dial('${server.url('/chat?token=secret')}')`)).toEqual(FORBIDDEN);
    expect(server.seen.handshakes).toEqual([]);
  });

  it('whose policy only reports dials', async () => {
    await at('/reported');
    await page.evaluate(`void make('${server.url()}', {})`);
    await page.evaluate('ws.connect()');
    expect(await page.evaluate('ws.state')).toBe('open');
    await page.evaluate('ws.close()');
  });

  it('whose worker is under the same policy says so there', async () => {
    await at('/policy');
    expect(await inWorker(`dial('${server.url()}').then(answer)`)).toEqual(FORBIDDEN);
  });

  it('from https, where ws: is mixed content, fails for good', async () => {
    await page.route('https://secure.test/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<title>secure</title><script>${code}</script>` }),
    );
    await page.goto('https://secure.test/');
    expect(await page.evaluate(`dial('ws://chat.test/?token=secret')`)).toEqual({
      ...FORBIDDEN,
      message: 'Mixed content: a page from https must use wss://',
    });
  });

  it('that is offline says so; else that there is no reason', async () => {
    await at('/plain');
    server.refuse(401);
    expect(await page.evaluate(`dial('${server.url()}')`)).toMatchObject({
      message: expect.stringMatching(/^The connection failed; the runtime gives no reason: no server, /),
      final: false,
      willReconnect: true,
    });
    await page.context().setOffline(true);
    expect(await page.evaluate(`dial('${server.url()}')`)).toMatchObject({
      message: 'The connection failed: the browser is offline',
      final: false,
      willReconnect: true,
    });
    await page.context().setOffline(false);
  });

  it('resolves a path against its own address, as new WebSocket() does', async () => {
    await page.goto(`${site.url}/plain#part`);
    const resolved = (path: string) =>
      page.evaluate(`[recker.createClient().ws('${path}', { autoConnect: false }).url,
        new recker.ReckerWebSocket('${path}').url, new WebSocket('${path}').url]`);
    const host = site.url.replace('http:', 'ws:');
    expect(await resolved('/chat?b=2')).toEqual(Array(3).fill(`${host}/chat?b=2`));
    expect(await resolved('chat')).toEqual(Array(3).fill(`${host}/chat`));
    expect(await resolved('//other.test/chat')).toEqual(Array(3).fill('ws://other.test/chat'));
    expect(
      await page.evaluate(
        `recker.createClient({ baseUrl: 'https://api.test' }).ws('/chat', { autoConnect: false }).url`,
      ),
    ).toBe('wss://api.test/chat');
    const refused = page.evaluate(`recker.createClient().ws('http://127.0.0.1/')`);
    await expect(refused).rejects.toThrow('url must begin with ws://, not http://');
    await page.goto('about:blank');
    await page.addScriptTag({ content: code });
    await expect(page.evaluate(`recker.createClient().ws('/chat')`)).rejects.toThrow(
      'url must be a full ws://',
    );
  });

  for (const shared of [false, true]) {
    it(`the network that is back makes a ${shared ? 'shared ' : ''}worker dial at once`, async () => {
      await at('/plain');
      server.refuse(503);
      const state = inWorker(
        `make('${server.url()}', { reconnect: true, reconnectDelay: 600000, maxReconnectDelay: 600000 });
        ws.connect().then(() => answer(ws.state));
        ws.once('reconnecting', () => setTimeout(() => dispatchEvent(new Event('online')), 200));`,
        shared,
      );
      await server.waitFor(({ handshakes }) => handshakes.length === 1);
      server.accept();
      expect(await state).toBe('open');
    });
  }
});
