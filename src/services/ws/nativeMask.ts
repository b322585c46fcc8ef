/**
 * The native masking of bufferutil (https://github.com/websockets/bufferutil), an optional peer. Used where it is
 * installed, unless WS_NO_BUFFER_UTIL is set, as with `ws`.
 */
import { requirePackage } from '../node/index.js';

/** Writes `length` bytes of `source`, masked, to `output` at `offset`. */
export type NativeMask = (
  source: Uint8Array,
  key: Uint8Array,
  output: Uint8Array,
  offset: number,
  length: number,
) => void;

let found: { readonly mask: NativeMask | undefined } | undefined;

/** Loaded at the first use: an import must have no effect. */
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
