/**
 * The native masking of bufferutil (https://github.com/websockets/bufferutil), an optional peer: used where it is
 * installed, as `ws` does, unless WS_NO_BUFFER_UTIL is set.
 */
import { requirePackage } from '../node/index.js';

/** Writes `length` bytes of `source`, masked, to `output` from `offset` on. */
export type NativeMask = (
  source: Uint8Array,
  key: Uint8Array,
  output: Uint8Array,
  offset: number,
  length: number,
) => void;

let found: { readonly mask: NativeMask | undefined } | undefined;

/** Looked for when first asked for: an import must have no effect. */
export function nativeMask(): NativeMask | undefined {
  found ??= { mask: load() };
  return found.mask;
}

function load(): NativeMask | undefined {
  if (process.env.WS_NO_BUFFER_UTIL) return undefined;
  try {
    return (requirePackage('bufferutil') as { readonly mask: NativeMask }).mask;
  } catch {
    return undefined;
  }
}
