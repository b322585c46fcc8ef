/**
 * The scenes of native.test.ts, which has Chromium, in the two other engines; and what each says of its own page.
 */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { FaultServer } from '../../src/testing/faultServer.js';
import { makeCertificates } from '../support/certificates.js';
import { needs } from '../support/tools.js';
import { ENGINES, type Engine } from './engines.js';
import { make, type Place, PRELUDE, SCENES } from './scenes.js';
import { bundle, Site } from './support.js';

for (const [name, { tools, keepsSilentDials, start }] of Object.entries(ENGINES)) {
  needs('openssl', ...tools)(`in a page of ${name}`, () => {
    let engine: Engine;
    let site: Site;
    let server: FaultServer;
    let place: Place;

    beforeAll(async () => {
      site = await Site.start();
      site.files.set('/client.js', (await bundle(PRELUDE)).code);
      const html = '<!doctype html><title>page</title><script src="/client.js"></script>';
      site.files.set('/page', html);
      site.files.set('/policy', html);
      site.headers.set('/policy', { 'Content-Security-Policy': "connect-src 'self'" });
      engine = await start();
      await engine.open(`${site.url}/page`);
      place = {
        evaluate: (text) => engine.evaluate(text),
        binary: 'Uint8Array',
        options: '',
        keepsSilentDials,
      };
    }, 90_000);
    afterAll(async () => {
      await engine?.stop();
      await site?.stop();
    });
    beforeEach(async () => {
      server = await FaultServer.start();
    });
    afterEach(() => server.stop());

    for (const [title, scene] of Object.entries(SCENES)) {
      it(title, { timeout: 20_000 }, () => scene(place, server));
    }

    it('the network that is back makes it dial at once', async () => {
      server.refuse(503);
      await make(place, server, 'reconnect: true, reconnectDelay: 600000, maxReconnectDelay: 600000');
      await place.evaluate('void ws.connect().catch(() => {})');
      await expect.poll(() => place.evaluate('ws.state')).toBe('backoff');
      server.accept();
      await place.evaluate(`void dispatchEvent(new Event('online'))`);
      await expect.poll(() => place.evaluate('ws.state'), { timeout: 8000 }).toBe('open');
      await place.evaluate('ws.close()');
    });

    it('a page that wakes asks at once whether the peer is there', async () => {
      server.echo();
      await place.evaluate('void (globalThis.pongs = 0)');
      await make(place, server, `heartbeatInterval: 600000, heartbeatMessage: 'are you there?'`);
      await place.evaluate('ws.connect()');
      await place.evaluate(`void document.dispatchEvent(new Event('visibilitychange'))`);
      await expect.poll(() => place.evaluate('pongs')).toBe(1);
      await place.evaluate('ws.close()');
    });

    it('a policy that forbids the URL is one attempt, and final', async () => {
      await engine.open(`${site.url}/policy`);
      await make(place, server, 'reconnect: true, reconnectDelay: 10');
      const failure = await place.evaluate(
        `ws.connect().catch(({ name, message, final }) => [name, message, final, ws.state, ws.stats().dials])`,
      );
      expect(failure).toEqual([
        'ConnectionError',
        "The page's Content Security Policy forbids this URL (connect-src)",
        true,
        'closed',
        1,
      ]);
      expect(server.seen.handshakes).toEqual([]);
      await engine.open(`${site.url}/page`);
    });

    it('a page from https that dials ws: is one attempt, and final', async () => {
      const certificates = await makeCertificates();
      const code = site.files.get('/client.js');
      const secure = createServer(certificates.server, (_request, response) => {
        response.setHeader('Content-Type', 'text/html').end(`<title>secure</title><script>${code}</script>`);
      });
      await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
      try {
        await engine.open(`https://127.0.0.1:${(secure.address() as AddressInfo).port}/`);
        const failure = await place.evaluate(`
          make('ws://chat.test/', { reconnect: true, reconnectDelay: 10 });
          ws.connect().catch(({ name, message, final }) => [name, message, final, ws.state, ws.stats().dials]);
        `);
        expect(failure).toEqual([
          'ConnectionError',
          'Mixed content: a page from https must use wss://',
          true,
          'closed',
          1,
        ]);
      } finally {
        await engine.open(`${site.url}/page`);
        secure.closeAllConnections();
        await new Promise((resolve) => secure.close(resolve));
        await certificates.remove();
      }
    });
  });
}
