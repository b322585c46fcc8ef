/**
 * The page of a recording in a real Chromium, opened from disk: no server is there.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError, ReckerWebSocket } from '../../src/index.js';
import { ASSETS } from '../../src/inspect/assets.js';
import { createLiveView, recorder, recordingPage } from '../../src/inspect/index.js';
import { transitionId } from '../../src/inspect/transitions.js';
import type { RedactedInspection } from '../../src/machine/index.js';
import { connectionPaths, fakePathDriver, runPath } from '../../src/testing/index.js';
import { startChromium } from '../browser/support.js';
import { needs } from '../support/tools.js';
import { madeRecording, outage } from './recordings.js';
import { foundIn, liveWithSecrets } from './secrets.js';

/** What a page may have beside the recordings. */
const MOST_BYTES = 300 * 1024;

const soon = <Value>(look: () => Value | Promise<Value>) =>
  expect.poll(look, { timeout: 8000, interval: 20 });

const hostile = `{"t":7,"c":"</script><script>alert(1)</script>","n":1,"event":"<img src=x onerror=alert(1)>","from":"__proto__","to":"session.<b>open</b>","url":"javascript:alert(1)//<svg onload=alert(1)>","error":{"name":"<i>Error</i>","code":"--><script>alert(1)</script>"},"code":1006,"attempt":3,"constructor":1}`;

describe('recordingPage()', () => {
  it('is one file of at most 300 KiB beside the recordings, that names nothing to load', async () => {
    const texts = [await outage(), madeRecording({ bytes: 262_144 })];
    const html = recordingPage(texts);
    const data = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(Buffer.byteLength(html) - data).toBeLessThan(MOST_BYTES);
    const [outside] = html.split('<template id="drawing">');
    const addresses = [...(outside ?? '').matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses).toEqual([expect.stringMatching(/^data:image\/svg/)]);
    expect(/@import|url\(|<script[^>]* src|style="|\son\w+="/.exec(html)).toBe(null);
  });

  it('allows what it contains by hash, and nothing else', async () => {
    const html = recordingPage(await outage());
    const [, policy = ''] = /Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const inline = [...html.matchAll(/<(style|script type="module")>([\s\S]*?)<\/(?:style|script)>/g)];
    expect(inline.length).toBe(5);
    for (const [, , text = ''] of inline)
      expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  });

  it('refuses what is no recording, and no recording at all', () => {
    for (const given of ['', '{}', 'text', [], ['{"format":"recker-recording"}']])
      expect(() => recordingPage(given)).toThrow(ConfigurationError);
  });

  it('lets no text of a recording, and no name, become an element', async () => {
    const text = `${(await outage()).split('\n')[0]}\n${hostile}\n<!-- <script>`;
    const html = recordingPage(text, { names: ['"><script>alert(1)</script>'] });
    expect(html.match(/<script/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html.includes('<img')).toBe(false);
  });

  it('costs a bundle nothing that does not use it', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: "import { recorder } from './src/inspect/index.ts'; globalThis.r = recorder;",
        resolveDir: fileURLToPath(new URL('../../', import.meta.url)),
      },
      bundle: true,
      write: false,
      minify: true,
      format: 'esm',
      platform: 'node',
      external: ['xstate'],
    });
    const code = outputFiles[0]?.text ?? '';
    expect(code).toContain('recker-recording');
    expect(/<svg|<!doctype/.exec(code)).toBe(null);
  });

  it('contains none of the secrets of a whole life', async () => {
    const recording = recorder();
    await liveWithSecrets(recording.inspect);
    expect(recording.toNDJSON().split('\n').length).toBeGreaterThan(15);
    expect(foundIn(recordingPage(recording.toNDJSON()))).toEqual([]);
  });
});

it('the player knows which transitions each step has taken, on every path of the chart', async () => {
  Object.assign(globalThis, { document: { getElementById: () => null } });
  const player = Buffer.from(ASSETS['recording.js']?.text ?? '').toString('base64');
  const { takenIn } = (await import(`data:text/javascript;base64,${player}`)) as {
    takenIn(step: unknown): readonly string[];
  };
  Reflect.deleteProperty(globalThis, 'document');
  let [steps, differing] = [0, 0];
  const different = new Set<string>();
  for (const path of connectionPaths()) {
    const recording = recorder();
    let [pending, truth]: [string[], string[][]] = [[], []];
    await runPath(
      path,
      fakePathDriver({
        make: (options) => {
          const ws = new ReckerWebSocket('wss://a.example.com/', {
            ...options,
            inspect: {
              ...recording.inspect,
              next(event) {
                recording.inspect.next(event);
                const { type, actorRef, rootId, _transitions } = event as unknown as RedactedInspection;
                if (actorRef.sessionId !== rootId) return;
                for (const each of _transitions ?? []) pending.push(transitionId(each) ?? '?');
                if (type !== '@xstate.snapshot' || pending.length === 0) return;
                truth.push(pending);
                pending = [];
              },
            },
          });
          ws.on('error', () => {});
          return ws;
        },
      }),
    );
    const lines = recording.toNDJSON().trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(truth.length);
    for (const [index, line] of lines.entries()) {
      steps += 1;
      const ids = takenIn(JSON.parse(line));
      if (ids.join() === truth[index]?.join()) continue;
      differing += 1;
      different.add(`${truth[index]?.join()} ≠ ${ids.join()}`);
    }
    truth = [];
  }
  expect(steps).toBeGreaterThan(400);
  expect([...different]).toEqual([]);
  expect(differing).toBe(0);
}, 60_000);

// What runs in the page is given as text: this program knows no DOM.
needs('chromium')('the page', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let folder: string;
  const complaints: string[] = [];
  const asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recker-page-'));
    browser = await startChromium();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    await context?.close();
    // The policy is kept: a violation is an error in the console.
    expect(complaints.splice(0)).toEqual([]);
    expect(asked.splice(0).filter((url) => !/^(file:|data:|http:\/\/127\.0\.0\.1:)/.test(url))).toEqual([]);
  });

  async function begin(): Promise<void> {
    context = await browser.newContext({ viewport: { width: 1500, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    page.setDefaultTimeout(8000);
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push(`a script of the recording ran: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => asked.push(request.url()));
  }

  async function open(texts: string | readonly string[], names?: readonly string[]): Promise<void> {
    await begin();
    const file = join(folder, 'recording.html');
    await writeFile(file, recordingPage(texts, { names }));
    await page.goto(pathToFileURL(file).href);
    expect(asked.splice(0)).toEqual([pathToFileURL(file).href]);
  }

  const text = (selector: string) => page.locator(selector).first().textContent();
  const texts = (selector: string): Promise<string[]> => page.locator(selector).allTextContents();

  /** The states and transitions that are lit in a panel's chart. */
  const lit = (panel = 0): Promise<string[]> =>
    page.evaluate(
      `[...document.querySelectorAll('.panel')[${panel}].querySelectorAll('.lit')].map(({ dataset }) => dataset.part)`,
    );

  const seek = (ms: number): Promise<void> =>
    page.evaluate(`(() => {
      const slider = document.querySelector('.player-slider');
      slider.value = ${ms};
      slider.dispatchEvent(new Event('input'));
    })()`);

  it('shows each moment: state, lit chart, marked step, what is left of a back-off', async () => {
    await open(await outage(), ['outage.ndjson']);
    expect(await page.title()).toBe('outage.ndjson · recker');
    expect(await text('.player-time')).toBe('0:00.000 / 0:09.000');
    expect(await texts('.tab-state')).toEqual(['closed', 'closed']);
    const moments: [ms: number, state: string, leaf: string][] = [
      [0, 'connecting', 'session.connecting'],
      [999, 'connecting', 'session.connecting'],
      [1000, 'open', 'session.open.alive'],
      [4500, 'backoff', 'backoff'],
      [6999, 'backoff', 'backoff'],
      [7001, 'reconnecting', 'session.reconnecting'],
      [8000, 'open', 'session.open.alive'],
      [9000, 'closed', 'closed.ended'],
      [2000, 'open', 'session.open.alive'],
    ];
    for (const [ms, state, leaf] of moments) {
      await seek(ms);
      expect([ms, await text('.panel-state')]).toEqual([ms, state]);
      expect(await lit()).toContain(`state-${leaf}`);
    }
    await seek(4500);
    expect(await text('.panel-facts')).toContain('attempt 1 in 0.5 s');
    expect(await lit()).toEqual([
      'state-backoff',
      'transition-session.open:socket.closed',
      'transition-lost.undecided:always:canRetry',
    ]);
    expect(await texts('.row-time[aria-pressed="true"]')).toEqual(['0:04.000']);
    // A step is a place in time.
    const atFive = page.getByRole('button', { name: '0:05.000' });
    await atFive.first().click();
    expect(await text('.player-time')).toContain('0:05.000');
    expect(await texts('.row:has([aria-pressed="true"]) .fact')).toContain('ConnectionError ECONNREFUSED');
    expect(await text('.panel-state')).toBe('backoff');
    // Of two steps at one moment each can be shown.
    await atFive.last().click();
    expect(await text('.panel-state')).toBe('reconnecting');
  });

  it('goes from step to step, by button and by key, and plays at three speeds', async () => {
    await open(await outage());
    const time = async () => (await text('.player-time'))?.split(' / ')[0];
    await page.getByTitle('The next step').click();
    expect(await time()).toBe('0:01.000');
    await page.locator('.player-slider').focus();
    await page.keyboard.press('ArrowRight');
    expect(await time()).toBe('0:04.000');
    await page.keyboard.press('ArrowLeft');
    expect(await time()).toBe('0:01.000');
    await page.keyboard.press('End');
    expect(await time()).toBe('0:09.000');

    const now = async () => Number(await page.locator('.player-slider').inputValue());
    const pace = async (name: string): Promise<number> => {
      await page.getByRole('button', { name, exact: true }).click();
      await seek(0);
      // The page's own clock: how much of the recording passes in how much of its time.
      return page.evaluate(`new Promise((resolve) => {
        const slider = document.querySelector('.player-slider');
        document.querySelector('.player-play').click();
        const begin = performance.now();
        const look = () => {
          const passed = performance.now() - begin;
          if (passed < 60) return requestAnimationFrame(look);
          document.querySelector('.player-play').click();
          resolve(Number(slider.value) / passed);
        };
        requestAnimationFrame(look);
      })`);
    };
    expect(await pace('×1')).toBeLessThan(3);
    const ten = await pace('×10');
    expect(ten).toBeGreaterThan(3);
    expect(ten).toBeLessThan(30);
    await page.getByRole('button', { name: '×100', exact: true }).click();
    await page.getByRole('button', { name: 'Play' }).click();
    await soon(now).toBe(9000);
    await soon(() => text('.player-play')).toBe('Play');
    expect(await text('.panel-state')).toBe('closed');
  });

  it('shows two clients of a recording side by side, at one moment', async () => {
    await open(await outage());
    expect(await page.locator('.panel').count()).toBe(1);
    await page.getByRole('button', { name: 'Side by side' }).click();
    expect(await texts('.panel-name')).toEqual(['chat.example.com/room #1', 'prices.example.com #2']);
    await seek(5500);
    expect(await texts('.panel-state')).toEqual(['backoff', 'open']);
    await seek(7000);
    expect(await texts('.panel-state')).toEqual(['reconnecting', 'closed']);
    expect(await lit(1)).toContain('state-closed.ended');
    // The list fills the panel that was used last.
    await page.locator('.panel').first().locator('h2').click();
    await page.locator('.tab').nth(1).click();
    expect(await texts('.panel-name')).toEqual(['prices.example.com #2', 'prices.example.com #2']);
    await page.getByRole('button', { name: 'Side by side' }).click();
    expect(await page.locator('.panel').count()).toBe(1);
  });

  it('shows two recordings side by side, each from its beginning', async () => {
    const first = await outage();
    const later = first.replace(/"t":(\d+)/g, (_, t: string) => `"t":${Number(t) + 3_600_000}`);
    await open([first, later], ['before.ndjson', 'after.ndjson']);
    expect(await texts('.panel-url')).toEqual([
      'wss://chat.example.com/room?token=*** · before.ndjson',
      'wss://chat.example.com/room?token=*** · after.ndjson',
    ]);
    await seek(4500);
    expect(await texts('.panel-state')).toEqual(['backoff', 'backoff']);
    expect(await text('.player-time')).toBe('0:04.500 / 0:09.000');
    expect(await page.locator('.tab').count()).toBe(4);
  });

  it('counts the transitions of a client, or of all, and colours them', async () => {
    await open(await outage());
    await page.getByRole('button', { name: 'Heat map' }).click();
    const counts = () => texts('.count-row');
    expect(await counts()).toContain('2lost.undecided · always · canRetry');
    expect(await counts()).toContain('1idle · connect');
    expect(await text('.panel-taken')).toBe('9 of 94');
    await page.getByLabel('Counted in the heat map').selectOption('recording');
    expect(await counts()).toContain('2idle · connect');
    const heat = (id: string): Promise<string> =>
      page.evaluate(
        `document.querySelector('[data-part="transition-${id}"]').style.getPropertyValue('--heat')`,
      );
    expect(Number(await heat('idle:connect'))).toBe(1);
    expect(Number(await heat('session.reconnecting:socket.failed'))).toBeCloseTo(
      Math.log(2) / Math.log(3),
      2,
    );
    expect(await heat('exhausted:connect')).toBe('');
    await page.getByRole('button', { name: 'Heat map' }).click();
    expect(await page.locator('.hot').count()).toBe(0);
  });

  it('shows hostile text as text', async () => {
    const cut = `${(await outage()).split('\n')[0]}\n${hostile}\n${hostile.replace('"t":7', '"t":1e300')}\n{"t":`;
    await open(cut, ['<b>.ndjson']);
    expect(await text('.panel-name')).toBe('client #</script><script>alert(1)</script>');
    expect(await texts('.row-trigger')).toContain('<img src=x onerror=alert(1)>');
    expect(await text('.player-message')).toBe('<b>.ndjson: its last line is cut');
    await page.getByRole('button', { name: 'Heat map' }).click();
    await seek(3);
    expect(await page.locator('#recordings').locator('script, img, b, i').count()).toBe(0);
  });

  it('says what is missing or other, and takes no file that is no recording', async () => {
    const other = (await outage()).replace(/"chart":"\w+"/, '"chart":"0","dropped":3');
    await open(other, ['old.ndjson']);
    expect(await text('.player-message')).toBe(
      'old.ndjson: 3 clients were forgotten. old.ndjson: recorded with another version of the chart, so some steps may not be lit',
    );
    await drop([
      ['bad.txt', 'no recording'],
      ['more.ndjson', await outage()],
    ]);
    await soon(() => text('.player-message')).toMatch(/^bad\.txt: This is not a recording of version 1/);
    await soon(() => page.locator('.panel').count()).toBe(2);
    expect(await texts('.panel-url')).toEqual([
      'wss://chat.example.com/room?token=*** · old.ndjson',
      'wss://chat.example.com/room?token=*** · more.ndjson',
    ]);
  });

  /** Drops files onto the page. */
  const drop = (files: readonly (readonly [name: string, text: string])[]): Promise<void> =>
    page.evaluate(`(() => {
      const dataTransfer = new DataTransfer();
      for (const [name, text] of ${JSON.stringify(files)}) dataTransfer.items.add(new File([text], name));
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    })()`);

  it('opens two full recordings in less than a second', async () => {
    const full = madeRecording({ bytes: 262_144 });
    expect(full.length).toBeGreaterThan(262_144);
    await open([full, full]);
    expect(await page.locator('.panel').count()).toBe(2);
    // Other tests may keep the machine busy: the fastest of a few loads counts.
    let loaded = Number.POSITIVE_INFINITY;
    for (let load = 0; load < 5 && loaded >= 1000; load += 1) {
      await page.reload();
      const took = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd";
      loaded = Math.min(loaded, await page.evaluate<number>(took));
    }
    expect(loaded).toBeLessThan(1000);
  });

  it('does not freeze with ten thousand clients', async () => {
    await open(madeRecording({ clients: 10_000 }));
    expect(await text('.player-count')).toBe('10000');
    expect(await page.locator('.tab').count()).toBe(300);
    expect(await text('.player-none')).toBe('9,700 more');
    const timed = (act: string) =>
      page.evaluate<number>(
        `(() => { const begin = performance.now(); ${act}; return performance.now() - begin; })()`,
      );
    const search = `{ const find = document.querySelector('.player-find'); find.value = '/feed/9999';
      find.dispatchEvent(new Event('input')); }`;
    expect(await timed(search)).toBeLessThan(500);
    expect(await page.locator('.tab').count()).toBe(1);
    await page.locator('.tab').click();
    expect(await text('.panel-name')).toBe('host-49.example.com/feed/9999 #9999');
    expect(
      await timed(
        "for (let ms = 0; ms < 100; ms += 1) { const slider = document.querySelector('.player-slider'); slider.value = ms * 100; slider.dispatchEvent(new Event('input')); }",
      ),
    ).toBeLessThan(1000);
    expect(await timed("document.querySelector('.player-heat').click()")).toBeLessThan(500);
    await page.getByLabel('Counted in the heat map').selectOption('recording');
    expect(await text('.count-row .num')).toBe('10,000');
  });

  it('opens in the live view, where a recording is dropped onto it, and goes back', async () => {
    const view = await createLiveView();
    await begin();
    await page.goto(view.url);
    await soon(() => text('#link')).toBe('live');
    await drop([['outage.ndjson', await outage()]]);
    await soon(() => page.locator('.panel').count()).toBe(1);
    await seek(4500);
    expect(await text('.panel-state')).toBe('backoff');
    expect(await lit()).toContain('state-backoff');
    expect(await page.locator('#live').isVisible()).toBe(false);
    await drop([['again.ndjson', await outage()]]);
    await soon(() => page.locator('.panel').count()).toBe(2);
    await page.getByRole('button', { name: 'Back to live' }).click();
    expect(await page.locator('#live').isVisible()).toBe(true);
    expect(await page.locator('.player').isVisible()).toBe(false);
    await view.close();
    complaints.length = 0;
  });
});
