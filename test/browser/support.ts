/**
 * A page in a real Chromium: bundles text as a user's bundler would, serves it, and runs it there.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { type Browser, chromium, type LaunchOptions, type Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { forms, withoutDescriptions } from '../../scripts/package/pageSources.js';
import { findTool } from '../support/tools.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a browser on a machine without display or internet needs to start quickly and ask nobody. */
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const startChromium = (
  options: LaunchOptions = {},
  switches: readonly string[] = [],
): Promise<Browser> =>
  chromium.launch({
    executablePath: findTool('chromium') ?? '',
    args: [...SWITCHES, ...switches],
    ...options,
  });

/** The package's sources, so that these tests need no build. */
const fromSources: Plugin = {
  name: 'from-sources',
  setup(bundler) {
    bundler.onResolve({ filter: /^recker$/ }, () => ({ path: `${root}src/index.ts` }));
    bundler.onResolve({ filter: /^recker\/react$/ }, () => ({ path: `${root}src/react/index.ts` }));
    bundler.onResolve({ filter: /^recker\/machine$/ }, () => ({ path: `${root}src/machine/public.ts` }));
  },
};

export interface Bundle {
  readonly code: string;
  /** Everything that went in. */
  readonly inputs: readonly string[];
}

/** A user's module with `recker` from the sources. */
export async function bundle(contents: string, minify = false): Promise<Bundle> {
  const made = await build({
    stdin: { contents, resolveDir: root, loader: 'tsx' },
    bundle: true,
    write: false,
    metafile: true,
    minify,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    // Of React the form that StrictMode is strict in.
    define: { 'process.env.NODE_ENV': '"development"' },
    plugins: [forms('browser'), withoutDescriptions, fromSources],
    logLevel: 'silent',
  });
  return { code: made.outputFiles[0]?.text ?? '', inputs: Object.keys(made.metafile.inputs) };
}

/** An HTTP server of a few files on a port of its own. */
export class Site {
  readonly files = new Map<string, string>([
    ['/', '<!doctype html><title>test</title><div id="root"></div>'],
  ]);
  /** Headers of a file's answer. */
  readonly headers = new Map<string, Readonly<Record<string, string>>>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      const text = this.files.get(request.url ?? '/');
      const isScript = request.url?.endsWith('.js') ?? false;
      response.writeHead(text === undefined ? 404 : 200, {
        'Content-Type': isScript ? 'text/javascript' : 'text/html',
        ...this.headers.get(request.url ?? '/'),
      });
      response.end(text);
    });
  }

  static async start(): Promise<Site> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Site(server);
  }

  /** Takes WebSockets on the same port. */
  acceptWebSockets(): WebSocketServer {
    return new WebSocketServer({ server: this.#server });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A page that runs `code`; what it complains about is collected. */
export async function openPage(
  browser: Browser,
  site: Site,
  code: string,
  complaints: string[] = [],
): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(site.url);
  await page.addScriptTag({ content: code });
  return page;
}

/** A folder that is gone afterwards. */
export async function inFolder<Value>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<Value>,
): Promise<Value> {
  const folder = await mkdtemp(join(tmpdir(), 'recker-browser-'));
  try {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
