/**
 * A page that uses the installed package, bundled by esbuild, Vite and webpack as they come, without a setting
 * for `recker`; and run in Chromium where there is one.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { FaultServer } from '../../src/testing/faultServer.js';

const PAGE = `
import { createClient, ConfigurationError } from 'recker';
import { ConfigurationError as Same } from 'recker/machine';

const client = createClient({ baseUrl: location.hash.slice(1) });
const ws = client.websocket('/chat');
ws.on('message', (message) => {
  document.title = message.data + ' ' + (ConfigurationError === Same);
  ws.close();
});
ws.send('hello');
`;

/** With hooks: a client of `recker` is known to `recker/react`, and the other way round. */
const HOOKS = `
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { ReckerWebSocket } from 'recker';
import { useWebSocket } from 'recker/react';

const url = location.hash.slice(1).replace('http', 'ws');
const elsewhere = new ReckerWebSocket(url);
function Page() {
  const { ws, lastMessage, send } = useWebSocket(url, { onOpen: () => send('hooks') });
  const given = useWebSocket(elsewhere);
  document.title = [lastMessage?.data, ws?.constructor === ReckerWebSocket, given.ws === elsewhere].join(' ');
  return null;
}
createRoot(document.body).render(createElement(Page));
`;

/** Each page, and its title in the end. */
const PAGES = { page: [PAGE, 'hello true'], hooks: [HOOKS, 'hooks true true'] } as const;

/** What must not be in a bundle for pages. */
export const FOREIGN =
  /["']node:|require\(["'](?:ws|undici|net|tls|http)["']\)|from ?["'](?:ws|undici|net|tls)["']/;

const BUNDLERS: Readonly<Record<string, (folder: string, entry: string, out: string) => Promise<unknown>>> = {
  esbuild: (_folder, entry, out) =>
    build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      outfile: join(out, 'page.js'),
      logLevel: 'error',
    }),
  vite: (root, entry, outDir) =>
    vite({
      root,
      configFile: false,
      logLevel: 'error',
      build: { outDir, lib: { entry, formats: ['iife'], name: 'page', fileName: () => 'page.js' } },
    }),
  webpack: (context, entry, path) =>
    new Promise((resolve, reject) => {
      webpack(
        { context, mode: 'production', entry, output: { path, filename: 'page.js' } },
        (error, stats) => {
          if (error) reject(error);
          else if (stats?.hasErrors()) reject(new Error(stats.toString({ colors: false })));
          else resolve(undefined);
        },
      );
    }),
};

/** A module that needs one class of errors: what else it brings is no use to it. */
export const ONE_CLASS = "import { ConnectionError } from 'recker'; globalThis.kept = ConnectionError;";

/** Bytes, minified and gzipped, that {@link ONE_CLASS} may take. */
const MOST_FOR_ONE_CLASS = 1500;

/** @throws where a bundle of {@link ONE_CLASS} holds more than that class */
export function checkOneClass(name: string, code: string): string {
  const size = gzipSync(code, { level: 9 }).length;
  if (size > MOST_FOR_ONE_CLASS) throw new Error(`${name}: one class of errors takes ${size} bytes`);
  return `${name}: ${size} bytes for one class of errors`;
}

async function bundleOneClass(folder: string): Promise<string[]> {
  const entry = join(folder, 'one.js');
  await writeFile(entry, ONE_CLASS);
  const reported: string[] = [];
  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    const out = join(folder, `one-${name}`);
    await bundle(folder, entry, out);
    reported.push(checkOneClass(name, await readFile(join(out, 'page.js'), 'utf8')));
  }
  return reported;
}

/** @returns the size of each bundle, in bytes */
export async function checkBundlers(folder: string, executablePath: string | undefined): Promise<string[]> {
  const reported: string[] = [];
  const server = await FaultServer.start();
  server.echo();
  const site = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>nothing yet</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
  const browser = executablePath === undefined ? undefined : await chromium.launch({ executablePath, args });
  try {
    for (const [title, [text, expected]] of Object.entries(PAGES)) {
      const entry = join(folder, `${title}.js`);
      await writeFile(entry, text);
      for (const [name, bundle] of Object.entries(BUNDLERS)) {
        const out = join(folder, `bundle-${title}-${name}`);
        await bundle(folder, entry, out);
        // webpack moves notices of licences, such as React's, to a file of their own.
        const files = (await readdir(out)).filter((file) => file !== 'page.js.LICENSE.txt');
        if (files.join() !== 'page.js') throw new Error(`${name} made ${files.join()}`);
        const code = await readFile(join(out, 'page.js'), 'utf8');
        const foreign = FOREIGN.exec(code);
        if (foreign !== null) throw new Error(`${name} bundled ${foreign[0]}`);
        reported.push(`${name} ${code.length} bytes${title === 'page' ? '' : ` with ${title}`}`);
        const page = await browser?.newPage();
        if (page === undefined) continue;
        const { port } = site.address() as AddressInfo;
        await page.goto(`http://127.0.0.1:${port}/#http://127.0.0.1:${server.port}`);
        // Vite leaves this name of React's to the page of a library.
        await page.addScriptTag({ content: `globalThis.process = { env: { NODE_ENV: 'production' } };` });
        await page.addScriptTag({ content: code });
        await page.waitForFunction(`document.title === '${expected}'`, undefined, { timeout: 10_000 });
        await page.close();
      }
    }
  } finally {
    await browser?.close();
    await server.stop();
    site.closeAllConnections();
    site.close();
  }
  return [...reported, ...(await bundleOneClass(folder))];
}
