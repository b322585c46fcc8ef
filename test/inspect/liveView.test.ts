/**
 * The live view's server: who gets an answer, what pages receive, and that it holds nothing up.
 */
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ReckerWebSocket } from '../../src/index.js';
import { ASSETS } from '../../src/inspect/assets.js';
import { History } from '../../src/inspect/history.js';
import { createLiveView, type LiveView } from '../../src/inspect/index.js';
import { PageStream } from '../../src/inspect/stream.js';
import { fakeTransport } from '../../src/testing/index.js';
import { foundIn, liveWithSecrets } from './secrets.js';

const views: LiveView[] = [];
afterEach(async () => {
  for (const view of views.splice(0)) await view.close();
});

async function openView(options?: Parameters<typeof createLiveView>[0]): Promise<LiveView> {
  const view = await createLiveView(options);
  views.push(view);
  return view;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(url: string | URL, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname, search } = new URL(url);
    const asked = request(
      { hostname, port, path: `${pathname}${search}`, method, headers, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            text: Buffer.concat(parts).toString(),
          }),
        );
      },
    );
    asked.on('error', reject).end();
  });
}

/** A page's stream: what it received so far, and a method to wait for more. */
async function follow(view: LiveView, connection?: string) {
  const url = new URL('events', view.url);
  if (connection !== undefined) url.searchParams.set('connection', connection);
  const asked = request(url).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  let check = (): void => {};
  response.on('data', (part: Buffer) => {
    text += part.toString();
    check();
  });
  const ended = new Promise<void>((resolve) => response.on('close', resolve));
  response.on('error', () => {});
  return {
    text: () => text,
    ended,
    /** The data of the newest event of that name. */
    newest(name: string): Record<string, unknown> {
      const all = text.split('\n\n').filter((block) => block.startsWith(`event: ${name}\n`));
      const last = all.at(-1);
      return last === undefined ? {} : JSON.parse(last.slice(last.indexOf('data: ') + 6));
    },
    until(pattern: RegExp): Promise<void> {
      return new Promise((resolve) => {
        check = () => {
          if (pattern.test(text)) resolve();
        };
        check();
      });
    },
    leave: () => asked.destroy(),
  };
}

function makeClient(view: LiveView, transport = fakeTransport()): ReckerWebSocket {
  const ws = new ReckerWebSocket('wss://a.example.com/x?token=secret', {
    transport,
    reconnect: true,
    inspect: view.inspect,
  });
  ws.on('error', () => {});
  return ws;
}

describe('who gets an answer', () => {
  it('is who knows the token, names this server, and comes from no other page', async () => {
    const { url } = await openView();
    const { port, host } = new URL(url);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{24}\/$/);
    for (const headers of [
      {},
      { Host: `localhost:${port}` },
      { Origin: `http://${host}` },
      { 'Sec-Fetch-Site': 'same-origin' },
      { 'Sec-Fetch-Site': 'none' },
    ]) {
      const { status, text } = await ask(url, headers);
      expect([status, text]).toEqual([200, ASSETS['index.html']?.text]);
    }
  });

  it.each([
    ['another Host, as after a re-binding of DNS', { Host: 'evil.example.com' }],
    ['another port in Host', { Host: '127.0.0.1:1' }],
    ['no port in Host', { Host: '127.0.0.1' }],
    ['another Origin', { Origin: 'https://evil.example.com' }],
    ['an opaque Origin', { Origin: 'null' }],
    ['a page of another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another local server’s page', { 'Sec-Fetch-Site': 'same-site' }],
  ])('is not %s: that gets nothing', async (_, headers) => {
    const view = await openView();
    makeClient(view);
    for (const path of ['', 'app.js', 'events', 'connection.svg']) {
      const { status, text } = await ask(new URL(path, view.url), headers as Record<string, string>);
      expect([status, text]).toEqual([403, '']);
    }
  });

  it('is nobody without the token, or with one that is nearly right', async () => {
    const view = await openView();
    makeClient(view);
    const { origin, pathname } = new URL(view.url);
    const token = pathname.slice(1, -1);
    const other = token.startsWith('A') ? 'B' : 'A';
    for (const path of [
      '/',
      '/events',
      '/app.js',
      `/${token}`,
      `/${other}${token.slice(1)}/`,
      `/${token.slice(1)}/events`,
      `/${token}x/events`,
      `//${token}/events`,
      `/${token}/../${token}x/events`,
      `/${token}/no-such-file`,
      `/${token}/__proto__`,
      '/favicon.ico',
    ]) {
      const { status, text } = await ask(`${origin}${path}`);
      expect([path, status, text]).toEqual([path, 403, '']);
    }
  });

  it('is nobody who would change something', async () => {
    const { url } = await openView();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await ask(url, {}, method)).status).toBe(403);
    }
  });

  it('has a token of its own for each view', async () => {
    const [one, other] = [await openView(), await openView()];
    expect(new URL(one.url).pathname).not.toBe(new URL(other.url).pathname);
  });

  it('listens on loopback alone, at the port that was asked for', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    await expect(createLiveView({ port })).rejects.toThrow('EADDRINUSE');
    await new Promise((resolve) => blocker.close(resolve));
    const { url } = await openView({ port });
    expect(new URL(url).port).toBe(String(port));
    // The rest of 127.0.0.0/8 would answer if it listened on all addresses.
    await expect(ask(url.replace('127.0.0.1', '127.0.0.2'))).rejects.toThrow('ECONNREFUSED');
  });
});

describe('what is answered', () => {
  it('allows the page its own files and nothing else, and is kept by nobody', async () => {
    const { url } = await openView();
    for (const name of Object.keys(ASSETS)) {
      const { headers, text } = await ask(new URL(name, url));
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('unsafe');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(text).toBe(ASSETS[name]?.text);
      // Namespaces are names, not addresses.
      expect(
        text.replaceAll('http://www.w3.org/2000/svg', '').replaceAll('https://www.w3.org/WAI/', ''),
      ).not.toMatch(/https?:\/\//);
    }
  });

  it('sends a page all there is, then what changes', async () => {
    const view = await openView();
    const transport = fakeTransport();
    const ws = makeClient(view, transport);
    const list = await follow(view);
    await list.until(/event: all/);
    const [first] = list.newest('all').connections as [{ id: string; name: string; state: string }];
    expect(first).toMatchObject({ state: 'idle' });
    expect(first.name).toMatch(/^a\.example\.com\/x #\d+$/);
    const page = await follow(view, first.id);
    await page.until(/event: counters/);
    ws.connect();
    transport.last.open();
    transport.last.message('12345');
    await page.until(/event: entries/);
    await list.until(/"state":"open"/);
    expect(list.newest('changed').connections).toMatchObject([
      { id: first.id, state: 'open', active: ['session', 'session.open', 'session.open.alive'] },
    ]);
    expect(page.newest('counters')).toMatchObject({
      url: 'wss://a.example.com/x?token=***',
      stats: { messagesIn: 1, bytesIn: 5, dials: 1, opens: 1 },
    });
    const entries = page.newest('entries').entries as { to: string }[];
    expect(entries.map(({ to }) => to)).toEqual(['session.connecting', 'session.open.alive']);
    // The list does not get what the page of one connection gets.
    expect(list.text()).not.toContain('event: entries');
    list.leave();
    page.leave();
  });

  it('holds none of the planted secrets', async () => {
    const view = await openView();
    const { ws } = await liveWithSecrets(view.inspect);
    expect(ws.state).toBe('closed');
    const list = await follow(view);
    await list.until(/event: all\ndata: .*\n\n/);
    const [{ id }] = list.newest('all').connections as [{ id: string }];
    const page = await follow(view, id);
    await page.until(/event: counters\ndata: .*\n\n/);
    const timeline = page.newest('timeline').entries as { to: string }[];
    expect(timeline.at(-1)?.to).toBe('closed.aborted');
    expect(timeline.length).toBeGreaterThan(15);
    expect(page.text()).toContain('The headers provider failed');
    expect(foundIn(list.text() + page.text())).toEqual([]);
    list.leave();
    page.leave();
  });

  it('lets a page go that does not read', () => {
    vi.useFakeTimers();
    const history = new History();
    const response: EventEmitter & { writableLength: number; written: number; destroyed: boolean } =
      Object.assign(new EventEmitter(), {
        writableLength: 0,
        written: 0,
        destroyed: false,
        write() {
          response.written += 1;
        },
        end() {},
        destroy() {
          response.destroyed = true;
          response.emit('close');
        },
      });
    const page = new PageStream(response as unknown as ServerResponse, history, undefined);
    const ws = new ReckerWebSocket('wss://a.example.com', {
      transport: fakeTransport(),
      inspect: (event) => history.record(event),
    });
    vi.advanceTimersByTime(100);
    expect([response.written, response.destroyed]).toEqual([2, false]);
    response.writableLength = 5 * 1024 * 1024;
    ws.connect();
    vi.advanceTimersByTime(100);
    expect([response.written, response.destroyed]).toEqual([2, true]);
    // Nothing is listened to, collected or timed for it any more.
    ws.close();
    expect(vi.getTimerCount()).toBe(0);
    page.close();
    vi.useRealTimers();
  });
});

describe('close()', () => {
  it('ends open pages and the server, however often it is called', async () => {
    const view = await openView();
    const page = await follow(view);
    await page.until(/event: all/);
    const [once_, again] = [view.close(), view.close()];
    await Promise.all([once_, again, page.ended]);
    await expect(ask(view.url)).rejects.toThrow('ECONNREFUSED');
    // Clients that still report do no harm.
    expect(makeClient(view).state).toBe('idle');
    await view.close();
  });
});

describe('a process with an open view', () => {
  it('ends by itself with a page connected, which still gets what happened last', async () => {
    const script = `
      import { ReckerWebSocket } from './src/index.js';
      import { createLiveView } from './src/inspect/index.js';
      import { fakeTransport } from './src/testing/index.js';
      const view = await createLiveView();
      const ws = new ReckerWebSocket('wss://a.example.com', { transport: fakeTransport(), inspect: view.inspect });
      process.once('message', () => {
        ws.close();
        // Nothing but the view is left then.
        process.disconnect();
      });
      process.send(view.url);
    `;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const exited = once(child, 'exit');
    const [url] = (await once(child, 'message')) as [string];
    const page = await follow({ url } as LiveView);
    await page.until(/event: all/);
    child.send('go');
    expect(await exited).toEqual([0, null]);
    await page.ended;
    expect(page.newest('changed').connections).toMatchObject([{ state: 'closed' }]);
  });
});
