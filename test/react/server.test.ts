/** Rendering on a server, with react-dom's own renderer: nothing is dialled, no timer and no socket is left. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createElement, type ReactNode } from 'react';
// @ts-expect-error: the package of its types is not installed.
import * as reactServer from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { useConnectionState, useWebSocket } from '../../src/react/index.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { needs } from '../support/tools.js';
import { ReactPage } from './page.js';

const run = promisify(execFile);

const { renderToString } = reactServer as { readonly renderToString: (element: ReactNode) => string };

type Props = Parameters<typeof useWebSocket>;

function Shown({ given: [url, options] }: { readonly given: Props }) {
  const { ws, state, lastMessage, send } = useWebSocket(url, options);
  return createElement('p', null, `${String(ws)} ${state} ${String(lastMessage)} ${typeof send}`);
}

const rendered = (...given: Props): string => renderToString(createElement(Shown, { given }));

describe('on a server', () => {
  it('renders as long as there is no client, whatever the URL', async () => {
    const server = await FaultServer.start();
    const empty = '<p>null idle undefined function</p>';
    for (const url of [server.url('/'), '/chat', () => server.url('/'), null])
      expect(rendered(url)).toBe(empty);
    expect(rendered(server.url('/'), { reconnect: true, onMessage: () => {} })).toBe(empty);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.seen.handshakes).toEqual([]);
    expect(server.sockets).toBe(0);
    await server.stop();
  });

  it('renders a client that was made elsewhere as idle, as the page that hydrates does', async () => {
    const server = await FaultServer.start();
    const ws = new ReckerWebSocket(server.url('/'));
    await ws.connect();
    expect(rendered(ws)).toBe('<p>[object ReckerWebSocket] idle undefined function</p>');
    expect(renderToString(createElement(() => useConnectionState(ws)))).toBe('idle');
    expect(ws.listenerCount('state')).toBe(0);
    await ws.close();
    await server.stop();
  });

  it('send() during a render rejects, and need not be awaited', async () => {
    let sent: Promise<void> | undefined;
    renderToString(
      createElement(() => {
        sent = useWebSocket('ws://127.0.0.1:1/').send('x');
        return null;
      }),
    );
    await expect(sent).rejects.toThrow('useWebSocket() has no client');
  });

  it('a program that renders ends by itself, at once', async () => {
    const program = `
      import { createElement } from 'react';
      import { renderToString } from 'react-dom/server';
      import { useWebSocket } from './src/react/index.js';
      const Chat = () => useWebSocket('ws://127.0.0.1:1/', { reconnect: true, onError: () => console.log('dialled') }).state;
      console.log(renderToString(createElement(Chat)), process.getActiveResourcesInfo().filter((name) => /Timeout|TCP/.test(name)));
    `;
    const { stdout, stderr } = await run(process.execPath, [
      '--import',
      'tsx',
      '--input-type=module',
      '-e',
      program,
    ]);
    expect([stdout, stderr]).toEqual(['idle []\n', '']);
  });
});

needs('chromium')('a page that hydrates what the server rendered', () => {
  const page = ReactPage.use();

  it('matches it, and connects then', async () => {
    const url = page.server.url('/');
    // The same as Probe of the page.
    const html = renderToString(createElement(() => createElement('p', null, useWebSocket(url).state)));
    await page.evaluate(`
      globalThis.tree = () => React.createElement(React.StrictMode, null,
        React.createElement(Probe, { url: '${url}', reads: ['ws', 'state'] }));
      document.getElementById('root').innerHTML = '${html}';
      renders.length = 0;
      globalThis.hydrated = hydrateRoot(document.getElementById('root'), tree());`);
    await page.has(`$('p')`, 'open');
    expect(await page.evaluate('renders[0]')).toEqual({ url, ws: null, state: 'idle' });
    expect([page.server.sockets, page.server.seen.handshakes.length]).toEqual([1, 1]);
    expect(page.complaints).toEqual([]);
    await page.evaluate('hydrated.unmount()');
  });
});
