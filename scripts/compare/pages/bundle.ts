/** What a page with one client loads: its adapter, bundled as for a user's page. */
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { forms } from '../../package/pageSources.js';
import type { ClientName } from '../client.js';

/** The clients that run in a page, and their adapters. */
const ADAPTERS = {
  recker: './clients/recker.ts',
  partysocket: '../clients/partysocket.ts',
  'reconnecting-websocket': './clients/reconnectingWebSocket.ts',
  'websocket-ts': '../clients/websocketTs.ts',
  native: '../clients/native.ts',
} as const satisfies Partial<Record<ClientName, string>>;

export type PageClientName = keyof typeof ADAPTERS;

export const pageClientNames = Object.keys(ADAPTERS) as PageClientName[];

/** The adapters for Node hand ws to their library. Its place is taken by the page's own class. */
const pagesWebSocket: Plugin = {
  name: 'pages-websocket',
  setup(bundler) {
    bundler.onResolve({ filter: /^ws$/ }, () => ({ path: 'ws', namespace: 'page' }));
    bundler.onLoad({ filter: /./, namespace: 'page' }, () => ({
      contents: 'export const { WebSocket } = globalThis;',
    }));
  },
};

export async function scriptOf(name: PageClientName): Promise<string> {
  const made = await build({
    stdin: {
      contents: `
        import './watch.ts';
        import { install } from './inPage.ts';
        import { client } from '${ADAPTERS[name]}';
        install(client);`,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    plugins: [forms('browser'), pagesWebSocket],
    logLevel: 'silent',
  });
  return made.outputFiles[0]?.text ?? '';
}
