/**
 * The runtime's global `WebSocket`, as the standard has it. The build for React Native puts socket.native.ts in this
 * one's place.
 */
import type { DialRequest, TransportFeature } from '../../port/index.js';

/** What is used of the WHATWG interface (https://websockets.spec.whatwg.org/#the-websocket-interface). */
export interface NativeSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  readonly extensions: string;
  readonly protocol: string;
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: string | ArrayBuffer }) => void) | null;
  onerror: ((event: { readonly error?: unknown; readonly message?: unknown }) => void) | null;
  onclose:
    | ((event: { readonly code: number; readonly reason: string; readonly wasClean: boolean }) => void)
    | null;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

type NativeConstructor = new (url: string, protocols: string[]) => NativeSocket;

/** What its constructor can be given beyond a URL and subprotocols. */
export const nativeFeatures: readonly TransportFeature[] = Object.freeze([]);

/** Begins to dial; undefined where the runtime has no such class. */
export function openSocket({ url, protocols }: DialRequest): NativeSocket | undefined {
  const { WebSocket } = globalThis as unknown as { readonly WebSocket?: NativeConstructor };
  return WebSocket && new WebSocket(url, [...protocols]);
}
