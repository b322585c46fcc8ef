/**
 * The package `socks`, with which `socks-proxy-agent` speaks to a proxy. The agent itself is not imported: it opens the
 * socket to the proxy inside a call, so a dial that is ended while the proxy hangs could not destroy that socket.
 *
 * Loaded when a client is made whose options may need it: it takes half as long to load as all the rest.
 */
import type { SocksClient } from 'socks';
import { requirePackage } from '../../node/index.js';

/** The part of it that is used. */
export interface SocksLibrary {
  readonly SocksClient: typeof SocksClient;
}

let loaded: SocksLibrary | undefined;

/**
 * The library; undefined where it cannot be loaded by `require`: in a bundle, or for the moment. Each call tries
 * again.
 */
export function socksLibrary(): SocksLibrary | undefined {
  try {
    loaded ??= requirePackage('socks') as SocksLibrary;
  } catch {
    // In a bundle, which contains it: importSocksLibrary().
  }
  return loaded;
}

/** The library by `import()`, which bundlers resolve. */
export async function importSocksLibrary(): Promise<SocksLibrary> {
  loaded ??= await import('socks');
  return loaded;
}

/** The environment variables that may name a SOCKS proxy. */
const VARIABLES = /^(?:wss?|https?|all)_proxy$/i;

/** Loads the library where the option `proxy` may need it. Never throws. */
export function loadFor({ proxy }: { readonly proxy: unknown }): void {
  if (mayBeSocks(proxy)) socksLibrary();
}

function mayBeSocks(proxy: unknown): boolean {
  // The value of a provider is not known yet.
  if (typeof proxy === 'function') return true;
  if (proxy === 'env') {
    return Object.entries(process.env).some(
      ([name, value]) => VARIABLES.test(name) && /^socks/i.test(value ?? ''),
    );
  }
  const url = typeof proxy === 'object' && proxy !== null ? (proxy as { readonly url?: unknown }).url : proxy;
  return typeof url === 'string' && /^socks/i.test(url.trim());
}
