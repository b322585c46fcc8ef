/**
 * The clients by name. Each module is loaded by the process that measures it and by no other, so that no
 * client pays for another one's memory.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client } from './client.js';

export const clientNames = [
  'ws',
  'recker',
  'recker-upstream',
  'undici',
  'partysocket',
  'reconnecting-websocket',
  'websocket-ts',
  'net',
  'net-corked',
  'ws-xstate',
] as const;

export type ClientName = (typeof clientNames)[number];

/** What each library is measured against. */
export const BASELINE: ClientName = 'ws';

/** What a table's heading says of it. */
export const clientTitles: Record<ClientName, string> = {
  ws: 'ws',
  recker: '**recker**',
  'recker-upstream': 'recker@1',
  undici: 'undici',
  partysocket: 'partysocket',
  'reconnecting-websocket': 'reconnecting-websocket',
  'websocket-ts': 'websocket-ts',
  net: 'net (bare TCP)',
  'net-corked': 'net, corked',
  'ws-xstate': 'ws + XState',
};

const loaders: Record<ClientName, () => Promise<Client>> = {
  ws: async () => (await import('./ws.js')).client,
  recker: async () => (await import('./recker.js')).load(importedEntry()),
  'recker-upstream': async () => (await import('./upstream.js')).client,
  undici: async () => (await import('./undici.js')).client,
  partysocket: async () => (await import('./partysocket.js')).client,
  'reconnecting-websocket': async () => (await import('./reconnectingWebSocket.js')).client,
  'websocket-ts': async () => (await import('./websocketTs.js')).client,
  net: async () => (await import('./net.js')).client,
  'net-corked': async () => (await import('./net.js')).corkedClient,
  'ws-xstate': async () => (await import('./wsXState.js')).client,
};

export function loadClient(name: ClientName): Promise<Client> {
  return loaders[name]();
}

/**
 * The built package, as a user gets it. `BENCH_RECKER` names another build, to compare two of them. The
 * harness sets BENCH_ROOT for its children, since there this file runs from a temporary folder.
 */
export function reckerEntry(): string {
  const root = process.env.BENCH_ROOT ?? new URL('../..', import.meta.url);
  return process.env.BENCH_RECKER ?? fileURLToPath(new URL('dist/index.js', root));
}

/** What `import` gives in Node: a module beside the ESM build, where that build has one. */
export function importedEntry(): string {
  const entry = reckerEntry();
  const door = join(dirname(entry), 'node', 'index.mjs');
  return existsSync(door) ? door : entry;
}

/** Why a client cannot take part, if it cannot. */
export function unavailable(name: ClientName): string | undefined {
  if (name !== 'recker' || existsSync(reckerEntry())) return undefined;
  return `recker is left out: ${reckerEntry()} does not exist (npm run build)`;
}
