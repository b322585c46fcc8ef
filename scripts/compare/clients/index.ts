/** The clients by name. A cell loads its own client and no other. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Client, ClientName } from '../client.js';

const loaders: Record<ClientName, () => Promise<{ readonly client: Client }>> = {
  recker: () => import('./recker.js'),
  ws: () => import('./ws.js'),
  partysocket: () => import('./partysocket.js'),
  'reconnecting-websocket': () => import('./reconnectingWebSocket.js'),
  'websocket-ts': () => import('./websocketTs.js'),
  'recker@1': () => import('./upstream.js'),
  undici: () => import('./undici.js'),
  native: () => import('./native.js'),
};

export async function loadClient(name: ClientName): Promise<Client> {
  return (await loaders[name]()).client;
}

const root = new URL('../../../', import.meta.url);

/** The version of the package that a column is about; none for this tree and for the native one. */
export function versionOf(name: ClientName): string | undefined {
  if (name === 'native' || name === 'recker') return undefined;
  const folder = `node_modules/${name === 'recker@1' ? 'recker-upstream' : name}/`;
  const path = createRequire(import.meta.url).resolve(new URL(`${folder}package.json`, root).pathname);
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version;
}
