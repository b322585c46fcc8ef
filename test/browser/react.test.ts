/**
 * The seed's React example, as it stands there, in a page of a real Chromium under StrictMode: React mounts every
 * component twice to find effects that do not clean up, and no socket is left over.
 */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { block } from '../seed/examples.js';
import { needs } from '../support/tools.js';
import { bundle, openPage, Site, startChromium } from './support.js';

needs('chromium')('the useEffect example of the seed', () => {
  let browser: Browser;
  let site: Site;
  let server: FaultServer;

  beforeAll(async () => {
    browser = await startChromium();
    site = await Site.start();
    server = await FaultServer.start();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await site?.stop();
    await server?.stop();
  });

  it('leaks no socket under StrictMode', { timeout: 40_000 }, async () => {
    server.sendOnAccept(['hello']);
    const { code } = await bundle(`
      import { StrictMode, useEffect, useState } from 'react';
      import { createRoot } from 'react-dom/client';
      import { createClient } from 'recker';

      const client = createClient({ baseUrl: 'http://127.0.0.1:${server.port}' });

      function Chat() {
        const [text, setText] = useState('');
        const handleMessage = (message) => setText(message.data);
        ${block('Best Practices › 4. Clean Up Resources').code}
        return <p>{text}</p>;
      }

      globalThis.effects = 0;
      function Counter() {
        useEffect(() => { globalThis.effects += 1; }, []);
        return null;
      }

      const root = createRoot(document.getElementById('root'));
      root.render(<StrictMode><Counter /><Chat /></StrictMode>);
      globalThis.unmount = () => root.unmount();
    `);
    const complaints: string[] = [];
    const page = await openPage(browser, site, code, complaints);
    await page.waitForSelector('text=hello');
    // Mounted, unmounted, mounted: and one connection all in all.
    expect(await page.evaluate('effects')).toBe(2);
    expect(server.sockets).toBe(1);
    expect(server.seen.handshakes.length).toBe(1);

    await page.evaluate('unmount()');
    await expect.poll(() => server.sockets, { timeout: 8000 }).toBe(0);
    expect(server.seen.closes.map(({ code }) => code)).toEqual([1000]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
