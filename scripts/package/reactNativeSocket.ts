/**
 * What React Native has in native code, for its own JavaScript in a context of `node:vm`: the module behind its
 * `WebSocket`, over ws, and the few globals that its engine has. It behaves as the module of Android does.
 */
import { createContext, runInContext } from 'node:vm';
import { WebSocket } from 'ws';

type Emit = (event: string, fact: Readonly<Record<string, unknown>>) => void;

class NativeSockets {
  readonly #sockets = new Map<number, WebSocket>();
  readonly #emit: Emit;

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  connect(
    url: string,
    protocols: string[] | null,
    { headers }: { headers: Record<string, string> },
    id: number,
  ): void {
    const socket = new WebSocket(url, protocols ?? [], { headers: { ...headers } });
    this.#sockets.set(id, socket);
    const fail = (message: string) => {
      if (this.#sockets.delete(id)) this.#emit('websocketFailed', { id, message });
    };
    socket.on('open', () => this.#emit('websocketOpen', { id, protocol: socket.protocol }));
    socket.on('message', (data: Buffer, isBinary) => {
      const message = isBinary
        ? { type: 'binary', data: data.toString('base64') }
        : { type: 'text', data: data.toString() };
      this.#emit('websocketMessage', { id, ...message });
    });
    socket.on('error', ({ message }) => fail(message));
    socket.on('close', (code, reason) => {
      if (code === 1006) fail('EOFException');
      else if (this.#sockets.delete(id))
        this.#emit('websocketClosed', { id, code, reason: reason.toString() });
    });
  }

  send(text: string, id: number): void {
    this.#sockets.get(id)?.send(text);
  }

  sendBinary(base64: string, id: number): void {
    this.#sockets.get(id)?.send(Buffer.from(base64, 'base64'));
  }

  /** Android knows a socket from the moment it is open. */
  close(code: number, reason: string, id: number): void {
    const socket = this.#sockets.get(id);
    if (socket?.readyState !== WebSocket.CONNECTING) socket?.close(code, reason);
  }

  addListener(): void {}
  removeListeners(): void {}
}

/** What Hermes does not have, or did not have for long. */
const LACKS = `
  delete globalThis.FinalizationRegistry;
  globalThis.global = globalThis.window = globalThis;
  const known = Object.getOwnPropertyDescriptors(Symbol);
  delete known.asyncIterator;
  delete known.prototype;
  const Real = Symbol;
  globalThis.Symbol = Object.defineProperties((text) => Real(text), known);
`;

/** Runs a bundle of Metro; returns what evaluates text there. */
export function startReactNative(bundle: string): (text: string) => unknown {
  const scope: Record<string, unknown> = { console, setTimeout, clearTimeout, setImmediate, btoa };
  scope.performance = { now: () => performance.now() };
  const context = createContext(scope);
  const emit: Emit = (event, fact) => (scope.__rctDeviceEventEmitter as { emit: Emit }).emit(event, fact);
  const sockets = new NativeSockets(emit);
  const modules: Readonly<Record<string, unknown>> = {
    WebSocketModule: sockets,
    PlatformConstants: { getConstants: () => ({}) },
  };
  scope.__turboModuleProxy = (name: string) => modules[name];
  scope.nativeModuleProxy = {};
  runInContext(LACKS, context);
  runInContext(bundle, context, { filename: 'app.bundle.js' });
  return (text) => runInContext(text, context);
}
