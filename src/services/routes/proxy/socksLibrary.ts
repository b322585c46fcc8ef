/**
 * The package `socks`, loaded when a client is made whose options may need it: it takes half as long to load as all
 * the rest.
 *
 * Loaded by `require`: what `import()` fails with once, Node returns for ever, and a process that is out of file
 * descriptors for a moment would never dial again through a SOCKS proxy.
 */
import nodeModule from 'node:module';
import type { SocksClient } from 'socks';

/** What is used of it. */
export interface SocksLibrary {
  readonly SocksClient: typeof SocksClient;
}

/** There in the CommonJS build only. */
declare const __filename: string | undefined;

let loaded: SocksLibrary | undefined;

/** The library; undefined where it cannot be required, as in a bundle, or not now. Asked again, it tries again. */
export function socksLibrary(): SocksLibrary | undefined {
  try {
    loaded ??= nodeModule.createRequire(typeof __filename === 'string' ? __filename : import.meta.url)(
      'socks',
    ) as SocksLibrary;
  } catch {
    // A bundle has it inside: importSocksLibrary().
  }
  return loaded;
}

/** The same as a bundler finds it. */
export async function importSocksLibrary(): Promise<SocksLibrary> {
  loaded ??= await import('socks');
  return loaded;
}

/** The variables of which one may name a SOCKS proxy. */
const VARIABLES = /^(?:wss?|https?|all)_proxy$/i;

/** Loads what the option `proxy` may need. Never throws. */
export function loadFor({ proxy }: { readonly proxy: unknown }): void {
  if (mayBeSocks(proxy)) socksLibrary();
}

function mayBeSocks(proxy: unknown): boolean {
  // What a provider will give is not known.
  if (typeof proxy === 'function') return true;
  if (proxy === 'env') {
    return Object.entries(process.env).some(
      ([name, value]) => VARIABLES.test(name) && /^socks/i.test(value ?? ''),
    );
  }
  const url = typeof proxy === 'object' && proxy !== null ? (proxy as { readonly url?: unknown }).url : proxy;
  return typeof url === 'string' && /^socks/i.test(url.trim());
}
