/**
 * The live view's page in a real Chromium: what is lit follows the chart, and what can be done with it.
 */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ReckerWebSocket, type WebSocketOptions } from '../../src/index.js';
import { createLiveView, type LiveView } from '../../src/inspect/index.js';
import { ConnectionError } from '../../src/port/errors.js';
import { FaultServer } from '../../src/testing/faultServer.js';
import { type FakeTransport, fakeTransport, VirtualClock } from '../../src/testing/index.js';
import { TcpRelay } from '../../src/testing/relay.js';
import { startChromium } from '../browser/support.js';
import { needs } from '../support/tools.js';

/** What comes when the page has been updated; other tests may keep the machine busy. */
const soon = <Value>(look: () => Value | Promise<Value>) =>
  expect.poll(look, { timeout: 8000, interval: 20 });

// What runs in the page is given as text: this program knows no DOM.
needs('chromium')('the page', () => {
  let browser: Browser;
  let view: LiveView;
  let page: Page;
  /** What the page complained about: there must be nothing. */
  const complaints: string[] = [];
  /** Everything that the page asked for. */
  const asked: string[] = [];

  beforeAll(async () => {
    browser = await startChromium();
  }, 60_000);

  afterAll(() => browser?.close());

  afterEach(async () => {
    await page?.context().close();
    await view?.close();
    expect(complaints.splice(0)).toEqual([]);
    for (const url of asked.splice(0))
      expect(url).toMatch(/^(http:\/\/127\.0\.0\.1:\d+\/|data:|blob:http:\/\/127\.0\.0\.1)/);
  });

  async function open(width = 1600, colorScheme: 'light' | 'dark' = 'light'): Promise<void> {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme,
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
    page.setDefaultTimeout(8000);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(view.url);
  }

  interface Client {
    readonly ws: ReckerWebSocket;
    readonly transport: FakeTransport;
    readonly clock: VirtualClock;
  }

  function make(path: string, options: WebSocketOptions = {}): Client {
    const transport = fakeTransport();
    const clock = new VirtualClock(Date.now());
    const ws = new ReckerWebSocket(`wss://a.example.com${path}`, {
      transport,
      clock,
      inspect: view.inspect,
      reconnect: true,
      heartbeatInterval: 1000,
      heartbeatTimeout: 500,
      ...options,
    });
    ws.on('error', () => {});
    return { ws, transport, clock };
  }

  /** Waits until exactly these states are lit, the innermost as the one that it is in, and these transitions. */
  async function lit(states: readonly string[], transitions: readonly (string | RegExp)[]): Promise<void> {
    await soon(() => idsOf('#chart .state.lit', 'state-')).toEqual(states);
    await soon(() => idsOf('#chart .transition.lit', 'transition-')).toEqual(
      transitions.map((each) => (typeof each === 'string' ? each : expect.stringMatching(each))),
    );
    expect(await idsOf('#chart .here', 'state-')).toEqual(states.slice(-1));
  }

  function idsOf(selector: string, prefix: string): Promise<string[]> {
    return page.evaluate(
      `[...document.querySelectorAll(${JSON.stringify(selector)})].map(({ id }) => id.replace(${JSON.stringify(prefix)}, ''))`,
    );
  }

  /** The timeline in words, without the times. */
  function rows(): Promise<string[]> {
    return page.evaluate(`[...document.querySelectorAll('.row-body')].map((row) =>
      [...row.querySelectorAll('strong, .row-trigger, .fact')].map((part) => part.textContent).filter(Boolean).join(' '))`);
  }

  const OPEN = ['session', 'session.open', 'session.open.alive'];

  it('shows the active state whole in a window of 1280 by 800', async () => {
    view = await createLiveView();
    const { ws, transport, clock } = make('/small');
    await open(1280);
    await page.setViewportSize({ width: 1280, height: 800 });
    /** How far the active state's box goes beyond the space of the chart, in pixels, on its worst side. */
    const cropped = (): Promise<number> =>
      page.evaluate(`(() => {
        const frame = document.getElementById('chart').getBoundingClientRect();
        const box = document.querySelector('#chart .here').getBoundingClientRect();
        const bottom = Math.min(frame.bottom, innerHeight);
        return Math.max(0, frame.left - box.left, box.right - frame.right, frame.top - box.top, box.bottom - bottom);
      })()`);
    await lit(['idle'], []);
    await soon(cropped).toBe(0);
    ws.connect().catch(() => {});
    await lit(['session', 'session.connecting'], ['idle:connect']);
    await soon(cropped).toBe(0);
    transport.last.open();
    await soon(() => page.textContent('#state')).toBe('open');
    await soon(cropped).toBe(0);
    transport.last.end();
    await soon(() => page.textContent('#state')).toBe('backoff');
    await soon(cropped).toBe(0);
    clock.advance(1000);
    await soon(() => page.textContent('#state')).toBe('reconnecting');
    await soon(cropped).toBe(0);
    await ws.close();
    await soon(() => page.textContent('#state')).toBe('closed');
    await soon(cropped).toBe(0);
  });

  it('lights the chart through connect, freeze, back-off, reconnect and close', async () => {
    view = await createLiveView();
    const { ws, transport, clock } = make('/room?token=secret');
    await open();
    await lit(['idle'], []);
    ws.connect().catch(() => {});
    await lit(['session', 'session.connecting'], ['idle:connect']);
    transport.last.open();
    await lit(OPEN, ['session.connecting:socket.opened:hasHeartbeat']);
    await soon(() => page.textContent('#state')).toBe('open');
    // The peer freezes: a Ping, no Pong.
    await clock.advanceAsync(1000);
    await soon(() => idsOf('#chart .state.lit', 'state-')).toEqual(
      expect.arrayContaining(['session', 'session.open', 'session.open.awaitingPong']),
    );
    expect(await idsOf('#chart .transition.lit', 'transition-')).toEqual([
      'session.open.alive:after.nextPing:otherwise',
    ]);
    expect(await page.textContent('#state')).toBe('open · awaiting pong');
    await clock.advanceAsync(500);
    await lit(
      ['backoff'],
      [/^session\.open\.awaitingPong.*:socket\.answered:otherwise$/, 'lost.undecided:always:canRetry'],
    );
    expect(await page.isVisible('#countdown')).toBe(true);
    await clock.advanceAsync(1000);
    await lit(['session', 'session.reconnecting'], ['backoff:after.retryDelay']);
    transport.last.fail(new ConnectionError('connect ECONNREFUSED 192.0.2.1:443', { code: 'ECONNREFUSED' }));
    await lit(['backoff'], ['session.reconnecting:socket.failed', 'lost.undecided:always:canRetry']);
    await clock.advanceAsync(2000);
    transport.last.open();
    await lit(OPEN, ['session.reconnecting:socket.opened:hasHeartbeat']);
    ws.close(1000, 'good night');
    await lit(['session', 'session.closing', 'session.closing.byUs'], ['session.open:close']);
    transport.last.end({ code: 1000, reason: 'good night', wasClean: true });
    await lit(['closed', 'closed.ended'], ['session.closing.byUs:socket.closed']);

    await soon(() => page.textContent('#state')).toBe('closed');
    const reported = await rows();
    expect(reported).toEqual([
      'closed socket.closed closed with 1000, clean reason good night',
      'closing · byUs close',
      'open socket.opened',
      'reconnecting after retryDelay attempt 2',
      'backoff socket.failed attempt 2 dial in 2.00 s closed with 1006 ConnectionError connect ECONNREFUSED 192.0.2.1:443',
      'reconnecting after retryDelay attempt 1',
      'backoff socket.answered attempt 1 dial in 1.00 s closed with 1006 TimeoutError The peer answered no Ping within 500 ms',
      'heartbeat Ping sent, waiting',
      'open socket.opened',
      'connecting connect',
      'idle made',
    ]);
    expect(await page.textContent('#url')).toBe('wss://a.example.com/room?token=***');
  });

  it('follows a real connection whose network freezes and comes back', async () => {
    view = await createLiveView();
    const server = await FaultServer.start();
    const relay = await TcpRelay.start({ port: server.port });
    server.echo();
    const ws = new ReckerWebSocket(relay.url('/chat'), {
      inspect: view.inspect,
      reconnect: true,
      reconnectDelay: 1500,
      heartbeatInterval: 400,
      heartbeatTimeout: 300,
    });
    const state = () => page.textContent('#state');
    const leaf = () => idsOf('#chart .here', 'state-').then((ids) => ids.join());
    await open();
    await lit(['idle'], []);
    await ws.connect();
    await soon(leaf).toMatch(/^session\.open\./);
    await soon(state).toMatch(/^open/);
    ws.send('hello');
    await soon(() =>
      page.locator('.tile', { hasText: 'Messages in' }).locator('dd').first().textContent(),
    ).toBe('1');
    relay.freeze({ drop: true });
    await soon(leaf).toBe('backoff');
    await soon(state).toBe('backoff');
    relay.thaw();
    await soon(leaf).toMatch(/^session\.open\./);
    await soon(() =>
      page.locator('.tile', { hasText: 'Reconnects' }).locator('dd').first().textContent(),
    ).toBe('1');
    await ws.close();
    await soon(leaf).toBe('closed.ended');
    await soon(state).toBe('closed');
    await relay.close();
    await server.stop();
  });

  it('shows counters, round trips, and a step of the past in the chart', async () => {
    view = await createLiveView();
    const { ws, transport, clock } = make('/feed');
    ws.connect();
    transport.last.open();
    for (let n = 0; n < 1234; n += 1) transport.last.message('12345');
    ws.send('hello');
    await clock.advanceAsync(1000);
    await clock.advanceAsync(25);
    transport.last.pong();
    await clock.advanceAsync(475);
    await open();
    await lit(OPEN, ['session.open.awaitingPong:socket.ponged']);
    const tile = (name: string) =>
      page.locator('.tile', { hasText: name }).locator('dd').first().textContent();
    await soon(() => tile('Messages in')).toBe('1,234');
    expect(await tile('Messages out')).toBe('1');
    expect(await tile('Bytes in')).toBe('6.17 kB');
    expect(await tile('Round trip')).toBe('25 ms');
    expect(await tile('Reconnects')).toBe('0');
    expect((await rows())[0]).toBe('heartbeat 1 round trip last 25 ms');

    await page.locator('#timeline li', { hasText: 'connecting' }).locator('button').click();
    await lit(['session', 'session.connecting'], ['idle:connect']);
    await page.keyboard.press('Escape');
    await lit(OPEN, ['session.open.awaitingPong:socket.ponged']);
  });

  it('pauses, goes on, and saves the timeline', async () => {
    view = await createLiveView();
    const { ws, transport } = make('/feed');
    await open();
    await lit(['idle'], []);
    await page.getByRole('button', { name: 'Pause' }).click();
    ws.connect();
    transport.last.open();
    // While paused nothing comes, so there is nothing to wait for: the stream is closed.
    await soon(() => page.textContent('#link')).toBe('paused');
    expect(await page.textContent('#state')).toBe('idle');
    await page.getByRole('button', { name: 'Resume' }).click();
    await lit(OPEN, ['session.connecting:socket.opened:hasHeartbeat']);

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save timeline' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^recker-a\.example\.com-feed-\d+\.json$/);
    const saved = JSON.parse(await readFile(await download.path(), 'utf8'));
    expect(saved.connection.state).toBe('open');
    expect(saved.timeline.map(({ to }: { to: string }) => to)).toEqual([
      'idle',
      'session.connecting',
      'session.open.alive',
    ]);
  });

  it('lists hundreds of connections, finds them, and opens them by key and click', async () => {
    view = await createLiveView();
    const clients = Array.from({ length: 300 }, (_, n) => make(`/feed/${n}`, { heartbeatInterval: 0 }));
    for (const [n, { ws, transport }] of clients.entries()) {
      ws.connect().catch(() => {});
      if (n % 3 === 0) transport.last.open();
      if (n % 3 === 1) transport.last.fail(new ConnectionError('connect ECONNREFUSED'));
    }
    await open();
    const tabs = page.getByRole('tab');
    await soon(() => tabs.count()).toBe(300);
    expect(await page.textContent('#count')).toBe('300');
    await page.getByRole('button', { name: '100 backoff' }).click();
    await soon(() => page.locator('.tab:visible').count()).toBe(100);
    await page.getByRole('button', { name: '100 backoff' }).click();
    await page.getByRole('searchbox').fill('/feed/299');
    await soon(() => page.locator('.tab:visible').count()).toBe(1);
    await page.locator('.tab:visible').click();
    await soon(() => page.textContent('#name')).toContain('/feed/299');
    await page.getByRole('searchbox').fill('');
    // The tab list is one stop of the Tab key; arrows move in it.
    await page.locator('.tab[aria-selected="true"]').focus();
    await page.keyboard.press('Home');
    await soon(() => page.textContent('#name')).toContain('/feed/0 ');
    await page.keyboard.press('ArrowDown');
    await soon(() => page.textContent('#name')).toContain('/feed/1 ');
    await lit(['backoff'], ['session.connecting:socket.failed', 'lost.undecided:always:canRetry']);
    expect(await page.locator('.tab[tabindex="0"]').count()).toBe(1);
    // All change at once.
    for (const { ws } of clients) ws.close();
    await soon(() => page.getByRole('button', { name: /\d+ closed/ }).count()).toBe(1);
  });

  it('is reached by keyboard alone, from the buttons to the steps', async () => {
    view = await createLiveView();
    make('/feed');
    await open();
    await lit(['idle'], []);
    const stops: string[] = [];
    for (let press = 0; press < 8; press += 1) {
      await page.keyboard.press('Tab');
      stops.push(
        await page.evaluate(
          "document.activeElement.id || document.activeElement.getAttribute('role') || document.activeElement.className",
        ),
      );
    }
    expect(stops.slice(0, 6)).toEqual(['pause', 'save', 'tab', 'zoom', 'chart', 'row-time mono']);
  });

  it.each([
    [400, 'light'],
    [400, 'dark'],
    [1600, 'light'],
    [1600, 'dark'],
  ] as const)('fits a page of %i pixels, %s', async (width, scheme) => {
    view = await createLiveView();
    const { ws, transport } = make(
      `/a/rather/long/path/that/somebody/has/chosen/for/a/feed?with=many&query=values`,
    );
    ws.connect();
    transport.last.open();
    await open(width, scheme);
    await lit(OPEN, ['session.connecting:socket.opened:hasHeartbeat']);
    const [scrolled, paper, text] = await page.evaluate<[number, string, string]>(`[
      document.documentElement.scrollWidth - document.documentElement.clientWidth,
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.body).color,
    ]`);
    expect(scrolled).toBe(0);
    const brightness = (color: string) => Number(/\d+/.exec(color)?.[0]);
    expect(brightness(paper) > brightness(text)).toBe(scheme === 'light');
    // The lit state is in sight.
    const [frame, here] = [
      await page.locator('#chart').boundingBox(),
      await page.locator('#chart .here').boundingBox(),
    ];
    if (frame === null || here === null) throw new Error('not there');
    expect(here.x).toBeGreaterThanOrEqual(frame.x);
    expect(here.x + here.width).toBeLessThanOrEqual(frame.x + frame.width);
  });

  it('says so when the process is gone', async () => {
    view = await createLiveView();
    make('/feed');
    await open();
    await lit(['idle'], []);
    await view.close();
    await soon(() => page.textContent('#link')).toContain('no answer');
    // The browser reports the refused connection as well.
    complaints.length = 0;
  });
});
