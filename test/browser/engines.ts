/**
 * Firefox and WebKitGTK, each driven by the protocol that it has: WebDriver BiDi by puppeteer-core, WebDriver by
 * selenium-webdriver, which needs the engine's own driver and a display.
 */
import { existsSync } from 'node:fs';
import { type Browser, launch, type Page } from 'puppeteer-core';
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver';
import { Daemon, findTool, freePort, scratch } from '../support/tools.js';

/** One page of an engine. */
export interface Engine {
  open(url: string): Promise<void>;
  evaluate(text: string): Promise<unknown>;
  stop(): Promise<void>;
}

export interface EngineKind {
  /** The programs, as `needs()` takes them. */
  readonly tools: readonly string[];
  /** See `Place`. */
  readonly keepsSilentDials: boolean;
  start(): Promise<Engine>;
}

/** How long a browser may take to start, in ms: Firefox took 8 s on a busy machine. */
const START_LIMIT = 60_000;

class Firefox implements Engine {
  readonly #browser: Browser;
  readonly #page: Page;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.#page = page;
  }

  static async start(): Promise<Firefox> {
    const executablePath = findTool('firefox-esr') ?? '';
    const browser = await launch({
      browser: 'firefox',
      executablePath,
      timeout: START_LIMIT,
      acceptInsecureCerts: true,
      // It must ask nobody on the internet.
      extraPrefsFirefox: {
        'network.captive-portal-service.enabled': false,
        'network.connectivity-service.enabled': false,
      },
    });
    return new Firefox(browser, await browser.newPage());
  }

  async open(url: string): Promise<void> {
    await this.#page.goto(url);
  }

  evaluate(text: string): Promise<unknown> {
    return this.#page.evaluate(text);
  }

  stop(): Promise<void> {
    return this.#browser.close();
  }
}

/** WebKitGTK's own small browser; Debian has no link to it on the PATH. */
const MINI_BROWSER = ['4.1', '4.0']
  .map((version) => `/usr/lib/x86_64-linux-gnu/webkit2gtk-${version}/MiniBrowser`)
  .find(existsSync);

/** The displays of X servers of the tests begin here. */
const FIRST_DISPLAY = 6000;

/** What `evaluate` runs: WebDriver itself waits for no promise. */
const EVALUATE = `
  const [text, done] = arguments;
  Promise.resolve().then(() => (0, eval)(text)).then((value) => done({ value }), (error) => done({ error: String(error) }));
`;

class WebKit implements Engine {
  readonly #driver: WebDriver;
  readonly #daemons: readonly Daemon[];

  private constructor(driver: WebDriver, daemons: readonly Daemon[]) {
    this.#driver = driver;
    this.#daemons = daemons;
  }

  static async start(): Promise<WebKit> {
    // X listens on the port that its display names (X11 protocol, appendix B).
    const display = await freePort();
    const x = await Daemon.start({
      command: 'Xvfb',
      args: [
        `:${display - FIRST_DISPLAY}`,
        '-screen',
        '0',
        '800x600x24',
        '-listen',
        'tcp',
        '-nolisten',
        'unix',
        '-ac',
      ],
      folder: await scratch(),
      port: display,
    });
    const port = await freePort();
    const driver = await Daemon.start({
      command: 'env',
      args: [
        `DISPLAY=127.0.0.1:${display - FIRST_DISPLAY}`,
        'WEBKIT_DISABLE_COMPOSITING_MODE=1',
        'WebKitWebDriver',
        `--port=${port}`,
      ],
      folder: await scratch(),
      port,
    });
    const capabilities = new Capabilities({
      browserName: 'MiniBrowser',
      acceptInsecureCerts: true,
      'webkitgtk:browserOptions': { binary: MINI_BROWSER, args: ['--automation'] },
    });
    const session = await new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities(capabilities)
      .build();
    return new WebKit(session, [driver, x]);
  }

  open(url: string): Promise<void> {
    return this.#driver.get(url);
  }

  async evaluate(text: string): Promise<unknown> {
    const { value, error } = await this.#driver.executeAsyncScript<{ value?: unknown; error?: string }>(
      EVALUATE,
      text,
    );
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async stop(): Promise<void> {
    await this.#driver.quit();
    for (const each of this.#daemons) await each.stop();
  }
}

export const ENGINES: Readonly<Record<string, EngineKind>> = {
  Firefox: { tools: ['firefox-esr'], keepsSilentDials: true, start: () => Firefox.start() },
  WebKitGTK: {
    keepsSilentDials: false,
    tools: ['WebKitWebDriver', 'Xvfb', MINI_BROWSER ?? '/usr/lib/webkit2gtk-4.1/MiniBrowser'],
    start: () => WebKit.start(),
  },
};
