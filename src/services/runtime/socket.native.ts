/**
 * The form of socket.ts for React Native, whose `WebSocket` differs from the standard's
 * (https://github.com/facebook/react-native/blob/main/packages/react-native/Libraries/WebSocket/WebSocket.js):
 * - Its third argument has headers.
 * - `bufferedAmount` and `extensions` are undefined, and `wasClean` of the event `close`.
 * - Why a connection failed is the `reason` of the `close` that follows `error`.
 * - On Android `close()` during the dial does nothing: the connection opens all the same.
 */
import { type DialRequest, NO_CLOSE, type TransportFeature } from '../../port/index.js';
import type { NativeSocket } from './socket.js';

export type { NativeSocket } from './socket.js';

/** What is used of React Native's class. */
interface ReactNativeSocket {
  binaryType: string;
  readonly protocol?: string | null;
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: NativeSocket['onmessage'];
  onerror: ((event: { readonly message?: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason?: string | null }) => void) | null;
  send(data: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
}

type ReactNativeConstructor = new (
  url: string,
  protocols: string[],
  options: { readonly headers: Readonly<Record<string, string>> },
) => ReactNativeSocket;

class Standard implements NativeSocket {
  readonly bufferedAmount = 0;
  readonly extensions = '';
  onopen: NativeSocket['onopen'] = null;
  onmessage: NativeSocket['onmessage'] = null;
  onerror: NativeSocket['onerror'] = null;
  onclose: NativeSocket['onclose'] = null;
  readonly #socket: ReactNativeSocket;
  #isClosed = false;

  constructor(socket: ReactNativeSocket) {
    this.#socket = socket;
    let hasFailed = false;
    let message: unknown;
    socket.onopen = () => {
      if (this.#isClosed) socket.close();
      else this.onopen?.();
    };
    socket.onmessage = (event) => this.onmessage?.(event);
    socket.onerror = (event) => {
      hasFailed = true;
      // Up to React Native 0.78 it was here.
      message = event.message;
    };
    socket.onclose = ({ code, reason }) => {
      if (hasFailed) this.onerror?.({ message: reason || message });
      this.onclose?.({ code, reason: hasFailed ? '' : (reason ?? ''), wasClean: code !== NO_CLOSE });
    };
  }

  get binaryType(): string {
    return this.#socket.binaryType;
  }

  set binaryType(type: string) {
    this.#socket.binaryType = type;
  }

  get protocol(): string {
    return this.#socket.protocol ?? '';
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  send(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  close(code?: number, reason?: string): void {
    this.#isClosed = true;
    this.#socket.close(code, reason);
  }
}

/** What its constructor can be given beyond a URL and subprotocols. */
export const nativeFeatures: readonly TransportFeature[] = Object.freeze(['headers'] as const);

/** Begins to dial; undefined where the runtime has no such class. */
export function openSocket({ url, protocols, headers }: DialRequest): NativeSocket | undefined {
  const { WebSocket } = globalThis as unknown as { readonly WebSocket?: ReactNativeConstructor };
  return WebSocket && new Standard(new WebSocket(url, [...protocols], { headers: { ...headers } }));
}
