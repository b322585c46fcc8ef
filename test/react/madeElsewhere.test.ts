/** A client that was made outside of React: used by the hooks, and neither connected nor closed by them. */
import { expect, it } from 'vitest';
import { needs } from '../support/tools.js';
import { ReactPage } from './page.js';

needs('chromium')('a client that was made elsewhere', () => {
  const page = ReactPage.use();
  const make = (options = '') =>
    page.evaluate(
      `void (globalThis.ws = new recker.ReckerWebSocket('${page.server.url('/')}', { ${options} }))`,
    );
  const counts = (events: readonly string[]) =>
    page.evaluate(`${JSON.stringify(events)}.map((event) => ws.listenerCount(event))`);

  it('useWebSocket() neither connects it nor closes it, and leaves no listener', async () => {
    await make();
    await page.evaluate(`probe({
      url: ws, reads: ['ws', 'state', 'lastMessage'], options: { onMessage: ({ data }) => log.push(data) },
    })`);
    expect(await page.evaluate('[hook.ws === ws, renders[0].state]')).toEqual([true, 'idle']);
    await page.evaluate('turn()');
    expect(page.server.sockets).toBe(0);
    await page.evaluate('ws.connect()');
    await page.has(`$('p')`, 'open');
    await page.evaluate(`hook.send('hello')`);
    page.server.broadcast('one');
    await page.has('[log, hook.lastMessage?.data]', [['one'], 'one']);
    await page.evaluate('unmount(), turn()');
    expect(await page.evaluate('ws.state')).toBe('open');
    expect(await counts(['message', 'state'])).toEqual([0, 0]);
    expect(await page.evaluate(`hook.send('x').catch(({ name }) => name)`)).toBe('StateError');
    expect(page.server.seen.messages.map(({ data }) => data.toString())).toEqual(['hello']);
    await page.evaluate('ws.close()');
    expect(page.complaints).toEqual([]);
  });

  it('in its place another one, or none: what is shown is of the present one', async () => {
    await make();
    await page.evaluate('ws.connect()');
    await page.evaluate(`globalThis.other = new recker.ReckerWebSocket('${page.server.url('/other')}');
      probe({ url: ws, reads: ['state'] })`);
    await page.has(`$('p')`, 'open');
    await page.evaluate(`probe({ url: other, reads: ['state'] })`);
    expect(await page.evaluate(`$('p')`)).toBe('idle');
    await page.evaluate(`probe({ url: null, reads: ['state'] })`);
    expect(await page.evaluate(`[$('p'), ws.state]`)).toEqual(['idle', 'open']);
    await page.evaluate('ws.close()');
  });

  it('options of a client are refused, handlers are not', async () => {
    await make();
    await page.evaluate(`show(React.createElement(Boundary, null,
      React.createElement(Probe, { url: ws, options: { onOpen() {}, reconnectDelay: undefined, reconnect: true } })))`);
    await page.has(`$('i')`, 'ConfigurationError reconnect');
  });

  it('useConnectionState() shows its state in many components, without a warning, and leaves no listener', async () => {
    await make('reconnect: true, reconnectDelay: 5');
    await page.evaluate(
      `show(Array.from({ length: 30 }, (_, key) => React.createElement(Light, { key, ws })))`,
    );
    const lights = `[...new Set([...document.querySelectorAll('b')].map(({ textContent }) => textContent))]`;
    expect(await page.evaluate(lights)).toEqual(['idle']);
    await page.evaluate('ws.connect()');
    await page.has(lights, ['open']);
    page.server.refuse(503);
    page.server.terminateAll();
    await page.has('ws.stats().dials > 1', true);
    page.server.accept();
    await page.has(lights, ['open']);
    expect(await counts(['state'])).toEqual([30]);
    await page.evaluate('show(null)');
    expect(await counts(['state'])).toEqual([0]);
    await page.evaluate('ws.close()');
    expect(page.complaints).toEqual([]);
  });

  it('useConnectionState() of another client, or of none', async () => {
    await make();
    await page.evaluate('ws.connect()');
    for (const [given, shown] of [
      ['ws', 'open'],
      ['null', 'idle'],
      ['undefined', 'idle'],
      ['ws', 'open'],
    ]) {
      await page.evaluate(`show(React.createElement(Light, { ws: ${given} }))`);
      expect(await page.evaluate(`$('b')`)).toBe(shown);
    }
    await page.evaluate('ws.close()');
  });
});
