/**
 * Where a day in a page takes place: a page of a real Chromium that holds one client, a server that misbehaves on demand, and
 * what can happen to a page from outside.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { FaultServer } from '../../../src/testing/faultServer.js';
import { Site, startChromium } from '../../../test/browser/support.js';
import { Tab } from '../../../test/browser/tab.js';
import type { Client, Happening, Kind, Settings } from '../client.js';
import { type PageClientName, scriptOf } from './bundle.js';

/** Playwright turns off what a real browser does with hidden pages and with pages that were left. */
const LIFE_OF_PAGES = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
];

/** Chrome does so since version 149; a Chromium that is built without its field trials has to be asked. */
const AS_CHROME = ['--enable-features=DisconnectWebSocketOnBFCache'];

/** How often a state is asked for, in ms. */
const POLL = 20;

/** How long a browser on a loaded machine may take for what it does at once, in ms. */
const PATIENCE = 15_000;

const OTHER = '<!doctype html><title>other</title>';
const PAGE = '<!doctype html><title>page</title><script src="/client.js"></script>';
const SECURE = 'https://secure.test/';

type Check = () => boolean | Promise<boolean>;

export class PageWorld {
  /** At first it echoes, which answers a heartbeat by message. */
  readonly server: FaultServer;
  readonly site: Site;
  readonly #browser: Browser;
  #tab: Tab | undefined;
  #other: Tab | undefined;
  #evaluate: (expression: string) => Promise<unknown> = (expression) => this.tab.evaluate(expression);

  private constructor(browser: Browser, site: Site, server: FaultServer) {
    this.#browser = browser;
    this.site = site;
    this.server = server;
  }

  static async start(name: PageClientName): Promise<PageWorld> {
    const [browser, script, site, server] = await Promise.all([
      startChromium({ ignoreDefaultArgs: LIFE_OF_PAGES }, AS_CHROME),
      scriptOf(name),
      Site.start(),
      FaultServer.start(),
    ]);
    server.echo();
    site.files.set('/client.js', script);
    site.files.set('/page', PAGE);
    site.files.set('/other', OTHER);
    return new PageWorld(browser, site, server);
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    await this.site.stop();
    await this.server.stop();
  }

  get tab(): Tab {
    if (this.#tab === undefined) throw new Error('load() comes first');
    return this.#tab;
  }

  /** Opens the page, in a tab beside another one. `headers` are those of its document. */
  async load(headers: Readonly<Record<string, string>> = {}): Promise<void> {
    this.site.headers.set('/page', headers);
    this.#other = await Tab.open(this.#browser, `${this.site.url}/other`);
    this.#tab = await Tab.open(this.#browser, `${this.site.url}/page`);
  }

  /** Opens the page from https, under a name that is no loopback for the browser. */
  async loadSecure(): Promise<void> {
    const page = await this.#browser.newPage();
    await page.route(`${SECURE}**`, (route) => {
      const isScript = route.request().url().endsWith('.js');
      const body = isScript ? this.site.files.get('/client.js') : PAGE;
      return route.fulfill({ contentType: isScript ? 'text/javascript' : 'text/html', body: body ?? '' });
    });
    await page.goto(SECURE);
    this.#evaluate = (expression) => page.evaluate(expression);
  }

  /** The value of an expression in the page. `inPage` there is what inPage.ts offers. */
  ask(expression: string): Promise<unknown> {
    return this.#evaluate(expression);
  }

  has(feature: keyof Client['has']): Promise<boolean> {
    return this.ask(`inPage.has.${feature}`) as Promise<boolean>;
  }

  /** Makes a session in the page. What that throws is part of `said()`. */
  async begin(settings: Settings = {}, url = this.server.url()): Promise<void> {
    await this.ask(`inPage.open(${JSON.stringify(url)}, ${JSON.stringify(settings)})`);
  }

  /** Makes a session, and waits until it is open. */
  async open(settings: Settings = {}, url = this.server.url()): Promise<void> {
    await this.begin(settings, url);
    if (!(await this.until(() => this.isOpen(), PATIENCE))) throw new Error('the client did not connect');
  }

  isOpen(): Promise<boolean> {
    return this.ask('inPage.session?.isOpen === true') as Promise<boolean>;
  }

  async events(kind: Kind): Promise<readonly Happening[]> {
    const all = (await this.ask('inPage.session?.events ?? []')) as readonly Happening[];
    return all.filter((each) => each.kind === kind);
  }

  /** All errors that the program got: by a throw and by events. */
  async said(): Promise<string> {
    const messages = (await this.events('error')).map(({ message }) => message ?? '');
    return [await this.ask('inPage.thrown'), ...messages].join('\n');
  }

  /** How many errors nobody caught. */
  complaints(): Promise<number> {
    return this.ask('inPage.complaints.length') as Promise<number>;
  }

  /** How many native sockets the client has made, or tried to. */
  dials(): Promise<number> {
    return this.ask('inPage.dials.length') as Promise<number>;
  }

  /** How many handshakes have arrived at the server. */
  get handshakes(): number {
    return this.server.seen.handshakes.length;
  }

  /** Waits until the client reports one more close: a dial has failed, and a back-off begins. */
  async nextClose(ms: number): Promise<void> {
    const before = (await this.events('close')).length;
    await this.until(async () => (await this.events('close')).length > before, ms);
  }

  /** Whether `check` became true within `ms`. */
  async until(check: Check, ms: number): Promise<boolean> {
    const limit = performance.now() + ms;
    while (!(await check())) {
      if (performance.now() > limit) return false;
      await sleep(POLL);
    }
    return true;
  }

  /** How many ms `check` took to become true; undefined where it did not within `ms`. */
  async timeOf(check: Check, ms: number): Promise<number | undefined> {
    const began = performance.now();
    return (await this.until(check, ms)) ? performance.now() - began : undefined;
  }

  pause(ms: number): Promise<void> {
    return sleep(ms);
  }

  /** Another tab is shown instead. */
  async hide(): Promise<void> {
    await this.#other?.show();
    await this.#becomes('hidden');
  }

  async show(): Promise<void> {
    await this.tab.show();
    await this.#becomes('visible');
  }

  async #becomes(state: string): Promise<void> {
    const isSo = await this.until(
      async () => (await this.ask('document.visibilityState')) === state,
      PATIENCE,
    );
    if (!isSo) throw new Error(`the page did not become ${state}`);
  }

  /** The user follows a link and comes back: the page is kept in the back/forward cache. */
  async leaveAndReturn(meanwhile: () => void = () => {}): Promise<void> {
    await this.ask(`void addEventListener('pageshow', ({ persisted }) => { inPage.persisted = persisted; })`);
    await this.tab.send('Page.navigate', { url: `${this.site.url}/other` });
    await this.tab.loaded(`${this.site.url}/other`);
    meanwhile();
    await this.ask('history.back()');
    await this.tab.loaded(`${this.site.url}/page`);
    if ((await this.ask('inPage.persisted')) !== true) throw new Error('the browser did not keep the page');
  }
}
