/** How a program, and a page, gets each client: what they import. */
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ClientName, importedEntry, reckerEntry } from './index.js';

/** What a program imports. */
export function modulesOf(name: ClientName): readonly string[] {
  switch (name) {
    case 'recker':
      return [pathToFileURL(importedEntry()).href];
    case 'ws-xstate':
      return ['ws', 'xstate'];
    case 'partysocket':
      return ['partysocket/ws'];
    case 'net-corked':
      return ['node:net'];
    case 'net':
      return ['node:net'];
    default:
      return [name];
  }
}

/** What XState has that a chart of states, delays and one invoked actor needs. */
const XSTATE = ['setup', 'createActor', 'fromCallback', 'assign', 'raise', 'emit', 'sendTo', 'cancel'];

/** What a page imports to have a client. */
export function pageOf(name: ClientName): string {
  switch (name) {
    case 'recker':
      return pageWith(['createClient']);
    case 'ws-xstate':
      return keep(XSTATE, 'xstate');
    case 'websocket-ts':
      return keep(['WebsocketBuilder', 'ExponentialBackoff'], name);
    default:
      return `import Socket from '${modulesOf(name)[0]}'; globalThis.kept = Socket;`;
  }
}

/** A page with `names` of recker: of the build for browsers that stands beside the one for Node. */
export function pageWith(names: readonly string[]): string {
  return keep(names, join(dirname(reckerEntry()), 'browser', 'index.js'));
}

const keep = (names: readonly string[], from: string): string =>
  `import { ${names.join(', ')} } from ${JSON.stringify(from)}; globalThis.kept = [${names.join(', ')}];`;
