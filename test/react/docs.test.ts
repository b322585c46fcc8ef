/** The components of docs/react.md, as they stand there, in a real Chromium under StrictMode and on a server. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { bundle, openPage, Site, startChromium } from '../browser/support.js';
import { blocks } from '../docs/blocks.js';
import { needs } from '../support/tools.js';

/** What a page shows of the component, and what the server has seen before it is unmounted and after. */
interface Play {
  readonly element: string;
  /** The text that is there once `hello` has arrived. */
  readonly shows: string;
  readonly path: string;
  readonly click?: string;
  readonly seen: readonly string[];
  /** A client that is made outside stays open. */
  readonly stays?: boolean;
}

const PLAYS: Readonly<Record<string, Play>> = {
  Chat: {
    element: '<Chat room="a" />',
    shows: 'openhelloSay hello',
    path: '/a',
    click: 'button',
    seen: ['{"text":"Hello!"}'],
  },
  Member: { element: '<Member room="b" />', shows: 'b', path: '/b', seen: ['join', 'leave'] },
  Price: { element: '<Price symbol="BTC" />', shows: 'hello', path: '/BTC?token=secret', seen: [] },
  Light: { element: '<><Light /><Newest /></>', shows: 'openhello', path: '/prices', seen: [], stays: true },
};

needs('chromium')('the components of docs/react.md', () => {
  const components = blocks.filter(({ at }) => at.startsWith('docs/react.md'));
  let browser: Browser;
  let site: Site;
  let server: FaultServer;

  beforeAll(async () => {
    browser = await startChromium();
    site = await Site.start();
    site.files.set('/api/token', 'secret');
    server = await FaultServer.start();
    server.sendOnAccept(['hello']);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await server?.stop();
  });

  it('are all tried', () => {
    expect(components).toHaveLength(Object.keys(PLAYS).length);
  });

  for (const [name, { element, shows, path, click, seen, stays = false }] of Object.entries(PLAYS)) {
    it(name, async () => {
      server.forget();
      const { code = '' } = components.find(({ code }) => code.includes(`export function ${name}(`)) ?? {};
      const made = await bundle(`
        import { StrictMode } from 'react';
        import { flushSync } from 'react-dom';
        import { createRoot } from 'react-dom/client';
        ${code.replace(/wss:\/\/\w+\.example\.com/g, `ws://127.0.0.1:${server.port}`)}
        const root = createRoot(document.getElementById('root'));
        flushSync(() => root.render(<StrictMode>${element}</StrictMode>));
        globalThis.unmount = () => flushSync(() => root.unmount());
      `);
      const complaints: string[] = [];
      const page = await openPage(browser, site, made.code, complaints);
      const text = () => page.evaluate(`document.getElementById('root').textContent`);
      await expect.poll(text, { timeout: 8000 }).toBe(shows);
      if (click !== undefined) await page.click(click);
      await server.waitFor(({ messages }) => messages.length >= Math.min(1, seen.length));
      expect(server.seen.handshakes.map(({ url }) => url)).toEqual([path]);
      await page.evaluate('unmount()');
      if (!stays) await expect.poll(() => server.sockets, { timeout: 8000 }).toBe(0);
      expect(server.seen.messages.map(({ data }) => data.toString())).toEqual(seen);
      await page.close();
      await expect.poll(() => server.sockets, { timeout: 8000 }).toBe(0);
      expect(complaints).toEqual([]);
    });
  }
});
