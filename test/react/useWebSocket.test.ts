/** One connection for each mounted component, in a real Chromium under StrictMode; sockets are counted at the server. */
import { expect, it } from 'vitest';
import { needs } from '../support/tools.js';
import { ReactPage } from './page.js';

needs('chromium')('useWebSocket() in a page', () => {
  const page = ReactPage.use();
  const handshakes = () => page.server.seen.handshakes.length;

  it('connects once under StrictMode, closes when unmounted, and connects again', async () => {
    await page.evaluate(`probe({ url: '${page.server.url('/')}', reads: ['ws', 'state'] })`);
    await page.has(`$('p')`, 'open');
    expect([page.server.sockets, handshakes()]).toEqual([1, 1]);
    await page.evaluate('unmount()');
    await page.sockets(0);
    expect(page.server.seen.closes.map(({ code }) => code)).toEqual([1000]);
    await page.evaluate(`probe({ url: '${page.server.url('/')}', reads: ['ws', 'state'] })`);
    await page.has(`$('p')`, 'open');
    expect([page.server.sockets, handshakes()]).toEqual([1, 2]);
    expect(page.complaints).toEqual([]);
  });

  it('gives each component a connection of its own', async () => {
    await page.evaluate(
      `show([1, 2, 3].map((key) => React.createElement(Probe, { key, url: '${page.server.url('/')}' })))`,
    );
    await page.sockets(3);
    await page.evaluate(
      `show([2].map((key) => React.createElement(Probe, { key, url: '${page.server.url('/')}' })))`,
    );
    await page.sockets(1);
    expect(handshakes()).toBe(3);
  });

  it('renders, with what it reads alone, in this order', async () => {
    await page.evaluate(`probe({ url: '${page.server.url('/a')}', reads: ['ws', 'state'] }, false)`);
    await page.has(`$('p')`, 'open');
    const url = page.server.url('/a');
    expect(await page.evaluate('renders')).toEqual([
      { url, ws: null, state: 'idle' },
      { url, ws: url, state: 'idle' },
      { url, ws: url, state: 'connecting' },
      { url, ws: url, state: 'open' },
    ]);
  });

  it('renders once where nothing is read, whatever happens', async () => {
    await page.evaluate(
      `probe({ url: '${page.server.url('/')}', options: { reconnect: true, reconnectDelay: 5 } }, false)`,
    );
    await page.sockets(1);
    const connection = await page.server.waitForConnection(1);
    for (let n = 0; n < 1000; n += 1) connection.send(`${n}`);
    connection.terminate();
    await page.server.waitForConnection(2);
    expect(await page.evaluate('renders.length')).toBe(1);
  });

  it('1,000 messages render nothing until lastMessage is read; then the newest is shown', async () => {
    await page.evaluate(`
      probe({
        url: '${page.server.url('/')}', reads: ['state'],
        options: { onMessage: ({ data }) => { globalThis.count = (globalThis.count ?? 0) + 1; } },
      }, false)`);
    await page.has(`$('p')`, 'open');
    await page.evaluate('renders.length = 0');
    const connection = await page.server.waitForConnection(1);
    for (let n = 0; n < 1000; n += 1) connection.send(`${n}`);
    await page.has('count', 1000);
    expect(await page.evaluate('renders.length')).toBe(0);
    await page.evaluate(`probe({ url: '${page.server.url('/')}', reads: ['state', 'lastMessage'] }, false)`);
    expect(await page.evaluate('renders')).toHaveLength(1);
    for (let n = 0; n < 1000; n += 1) connection.send(`again ${n}`);
    await page.has('renders.at(-1).lastMessage', { data: 'again 999', isBinary: false });
    expect(handshakes()).toBe(1);
    expect(page.complaints).toEqual([]);
  });

  it('what was not read is up to date when it is read later, also outside of a render', async () => {
    await page.evaluate(`probe({ url: '${page.server.url('/')}' }, false)`);
    await page.sockets(1);
    await page.server.waitForConnection(1);
    await page.evaluate(`void hook.state`);
    await page.has('renders.length > 1 && hook.state', 'open');
    page.server.terminateAll();
    await page.has('hook.state', 'closed');
  });

  it('comes back when the server does, with one socket', async () => {
    await page.evaluate(
      `probe({ url: '${page.server.url('/')}', reads: ['state'], options: { reconnect: true, reconnectDelay: 20, maxReconnectAttempts: 0 } })`,
    );
    await page.has(`$('p')`, 'open');
    await page.server.restart();
    await expect.poll(handshakes, { timeout: 8000 }).toBeGreaterThan(1);
    await page.has(`$('p')`, 'open');
    expect(page.server.sockets).toBe(1);
    const states = (await page.evaluate('renders.map(({ state }) => state)')) as string[];
    expect(states).toContain('backoff');
    expect(states).toContain('reconnecting');
  });

  it('what effects of components inside send at once arrives', async () => {
    await page.evaluate(
      `show(React.createElement(Probe, { url: '${page.server.url('/')}' }, React.createElement(Sender, { text: 'hello' })), false)`,
    );
    await page.server.waitForMessage(({ data }) => data.toString() === 'hello');
    expect([handshakes(), await page.evaluate('log')]).toEqual([1, []]);
  });

  it('what an effect sends when it is cleaned up arrives', async () => {
    await page.evaluate(`
      globalThis.Member = function Member() {
        const { ws } = hooks.useWebSocket('${page.server.url('/')}');
        React.useEffect(() => {
          ws?.send('join');
          return () => void ws?.send('leave');
        }, [ws]);
        return React.createElement('p', null, 'member');
      };
      show(React.createElement(Member), false)`);
    await page.server.waitForMessage(({ data }) => data.toString() === 'join');
    await page.evaluate('unmount()');
    await page.sockets(0);
    expect(page.server.seen.messages.map(({ data }) => data.toString())).toEqual(['join', 'leave']);
    expect(page.server.seen.closes.map(({ code }) => code)).toEqual([1000]);
  });

  it('send() is the same function for ever, and rejects where there is no client', async () => {
    await page.evaluate(`probe({ url: null, reads: ['ws', 'state'] }, false)`);
    expect(await page.evaluate(`hook.send('x').catch(({ name, state }) => [name, state])`)).toEqual([
      'StateError',
      'idle',
    ]);
    expect(await page.evaluate(`hook.sendJSON({}).catch(({ name }) => name)`)).toBe('StateError');
    await page.evaluate(`
      globalThis.first = [hook.send, hook.sendJSON];
      // Need not be awaited.
      void hook.send('x');
      probe({ url: '${page.server.url('/')}', reads: ['ws', 'state'] }, false)`);
    await page.has(`$('p')`, 'open');
    expect(await page.evaluate('[hook.send, hook.sendJSON].every((each, n) => each === first[n])')).toBe(
      true,
    );
    await page.evaluate(`hook.send('text')`);
    await page.evaluate(`hook.sendJSON({ a: 1 })`);
    expect(page.server.seen.messages.map(({ data }) => data.toString())).toEqual(['text', '{"a":1}']);
    await page.evaluate(`unmount(), turn()`);
    expect(await page.evaluate(`hook.send('x').catch(({ name }) => name)`)).toBe('StateError');
    expect(await page.evaluate('renders.slice(0, 1)')).toEqual([{ url: null, ws: null, state: 'idle' }]);
    expect(page.complaints).toEqual([]);
  });

  it('a hidden tree has no connection; one that is shown again has one', async () => {
    const hide = (mode: string) =>
      page.evaluate(
        `show(React.createElement(React.Activity, { mode: '${mode}' }, React.createElement(Probe, { url: '${page.server.url('/')}', reads: ['state'] })))`,
      );
    await hide('visible');
    await page.has(`$('p')`, 'open');
    await hide('hidden');
    await page.sockets(0);
    await hide('visible');
    await page.has(`$('p')`, 'open');
    expect([page.server.sockets, handshakes()]).toEqual([1, 2]);
  });

  it('what a hidden tree sends arrives, and leaves no socket when it is unmounted', async () => {
    await page.evaluate(
      `show(React.createElement(React.Activity, { mode: 'visible' }, React.createElement(Probe, { url: '${page.server.url('/')}' })))`,
    );
    await page.sockets(1);
    await page.evaluate(
      `show(React.createElement(React.Activity, { mode: 'hidden' }, React.createElement(Probe, { url: '${page.server.url('/')}' })))`,
    );
    await page.sockets(0);
    await page.evaluate(`void hook.send('from behind')`);
    await page.server.waitForMessage(({ data }) => data.toString() === 'from behind');
    expect(page.server.sockets).toBe(1);
    // The page's clean-up unmounts it, and waits for 0 sockets.
  });

  it('a tree that suspends keeps its connection', async () => {
    await page.evaluate(`
      globalThis.Waiting = ({ on }) => { if (on) React.use(on); return null; };
      globalThis.suspend = (on) => show(React.createElement(React.Suspense, { fallback: 'waiting' },
        React.createElement(Probe, { url: '${page.server.url('/')}', reads: ['state'] }),
        React.createElement(Waiting, { on })));
      suspend()`);
    await page.has(`$('p')`, 'open');
    await page.evaluate(`suspend(new Promise((resolve) => { globalThis.go = resolve; }))`);
    expect(await page.evaluate(`document.body.textContent.includes('waiting')`)).toBe(true);
    await page.evaluate('turn()');
    await page.evaluate('go()');
    await page.has(`document.body.textContent.includes('waiting')`, false);
    expect([page.server.sockets, handshakes()]).toEqual([1, 1]);
  });
});
