/**
 * The class of the standard (https://websockets.spec.whatwg.org/#the-websocket-interface): its interface, with the
 * conversions and checks of its arguments. What happens is in connection.ts.
 */
import type { ReckerWebSocket, WebSocketOptions } from '../api/index.js';
import { Connection, type SendCallback } from './connection.js';
import { closeArguments, sendable } from './conversions.js';
import { domException, EventTarget } from './globals.js';
import { EventHandlers } from './handlers.js';
import { allowManyListeners, BINARY_TYPES } from './platform.js';
import { Dialler, readAddress } from './request.js';
import type { ReadyState, WebSocketConstructor } from './types.js';

/** The diallers of classes that `webSocketClass()` has made. */
const diallers = new WeakMap<object, Dialler>();

/** That of a class without options, made when it is first needed. */
let unbound: Dialler | undefined;

/** The dialler of a class: its own, or that of the class it extends. */
function diallerOf(target: object): Dialler {
  for (let each: object | null = target; each !== null; each = Object.getPrototypeOf(each)) {
    const found = diallers.get(each);
    if (found !== undefined) return found;
  }
  unbound ??= new Dialler();
  return unbound;
}

/** Members of the interface, which Web IDL makes enumerable. */
const MEMBERS = [
  'url',
  'readyState',
  'bufferedAmount',
  'onopen',
  'onerror',
  'onclose',
  'extensions',
  'protocol',
  'onmessage',
  'binaryType',
  'close',
  'send',
];

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

class StandardWebSocket extends EventTarget {
  readonly #connection: Connection;
  readonly #url: string;
  #handlers: EventHandlers | undefined;

  constructor(url: unknown, protocols: unknown = undefined, init: unknown = undefined) {
    super();
    // biome-ignore lint/complexity/noArguments: an argument that is left out differs from one that is undefined.
    if (arguments.length === 0) throw new TypeError('WebSocket needs a URL');
    const { href, origin } = readAddress(url);
    const dialler = diallerOf(new.target);
    const client = dialler.make(href, protocols, init);
    this.#url = href;
    allowManyListeners(this);
    this.#connection = new Connection(this, client, origin, dialler.reconnects);
  }

  get url(): string {
    return this.#url;
  }

  get readyState(): ReadyState {
    return this.#connection.readyState;
  }

  get bufferedAmount(): number {
    return this.#connection.bufferedAmount;
  }

  get extensions(): string {
    return this.#connection.client.extensions;
  }

  get protocol(): string {
    return this.#connection.client.protocol;
  }

  get binaryType(): string {
    return this.#connection.binaryType;
  }

  set binaryType(type: unknown) {
    const connection = this.#connection;
    const name = `${type}`;
    if (BINARY_TYPES.includes(name)) connection.binaryType = name;
  }

  get onopen(): object | null {
    return this.#handler('open');
  }

  set onopen(handler: unknown) {
    this.#handle('open', handler);
  }

  get onerror(): object | null {
    return this.#handler('error');
  }

  set onerror(handler: unknown) {
    this.#handle('error', handler);
  }

  get onclose(): object | null {
    return this.#handler('close');
  }

  set onclose(handler: unknown) {
    this.#handle('close', handler);
  }

  get onmessage(): object | null {
    return this.#handler('message');
  }

  set onmessage(handler: unknown) {
    this.#handle('message', handler);
  }

  /** The client behind it. */
  get client(): ReckerWebSocket {
    return this.#connection.client;
  }

  send(given: unknown, ...rest: unknown[]): void {
    const connection = this.#connection;
    // biome-ignore lint/complexity/noArguments: an argument that is left out differs from one that is undefined.
    if (arguments.length === 0) throw new TypeError('send() needs data');
    const data = sendable(given);
    if (connection.refusesToSend) {
      throw domException('send() is not possible before the connection is open', 'InvalidStateError');
    }
    const last = rest.at(-1);
    connection.send(data, typeof last === 'function' ? (last as SendCallback) : undefined);
  }

  close(code: unknown = undefined, reason: unknown = undefined): void {
    const connection = this.#connection;
    const checked = closeArguments(code, reason);
    connection.close(checked.code, checked.reason);
  }

  terminate(): void {
    this.#connection.terminate();
  }

  ping(): void {
    this.#connection.client.ping();
  }

  override addEventListener(type: string, listener: unknown, options?: unknown): void {
    // It has no effect, and Node warns of it.
    if (listener === null || listener === undefined) return;
    if (`${type}` === 'message') this.#connection.listenToMessages();
    super.addEventListener(type, listener, options);
  }

  #handler(type: string): object | null {
    return this.#handlers?.get(type) ?? null;
  }

  #handle(type: string, handler: unknown): void {
    if (type === 'message') this.#connection.listenToMessages();
    this.#handlers ??= new EventHandlers(this);
    this.#handlers.set(type, handler);
  }

  [INSPECT](_depth: number, _options: unknown, inspect?: (value: unknown) => string): string {
    const shown = this.#connection.client.toJSON();
    return `WebSocket ${inspect === undefined ? JSON.stringify(shown) : inspect(shown)}`;
  }
}

const { prototype } = StandardWebSocket;
for (const name of MEMBERS) Object.defineProperty(prototype, name, { enumerable: true });
for (const [name, value] of Object.entries({ CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })) {
  for (const holder of [StandardWebSocket, prototype]) {
    Object.defineProperty(holder, name, { value, enumerable: true });
  }
}
Object.defineProperty(prototype, Symbol.toStringTag, { value: 'WebSocket', configurable: true });
Object.defineProperty(StandardWebSocket, 'name', { value: 'WebSocket', configurable: true });

/**
 * The WHATWG interface over a {@link ReckerWebSocket}, for libraries that take a WebSocket class.
 *
 * @example
 * import { WebSocket } from 'recker/websocket';
 *
 * const socket = new WebSocket('wss://chat.example.com/room', 'chat');
 * socket.onopen = () => socket.send('Hello, server!');
 * socket.onmessage = ({ data }) => console.log(data);
 */
export const WebSocket = StandardWebSocket as unknown as WebSocketConstructor;

/**
 * A subclass of {@link WebSocket} with options bound to it, because a library calls `new Impl(url, protocols)` itself.
 *
 * @param options see `WebSocketOptions` of `recker`. With `reconnect: true` an instance comes back after a loss: `close`
 *   is fired for each loss, `open` for each return
 * @throws ConfigurationError at once, for options that can never work
 *
 * @example
 * import { webSocketClass } from 'recker/websocket';
 *
 * const Impl = webSocketClass({ proxy: 'env', heartbeatInterval: 20_000 });
 * const socket = new Impl('wss://chat.example.com/room');
 */
export function webSocketClass(options: WebSocketOptions = {}): WebSocketConstructor {
  const dialler = new Dialler(options);
  const Bound = class extends StandardWebSocket {};
  Object.defineProperty(Bound, 'name', { value: 'WebSocket', configurable: true });
  Object.defineProperty(Bound, 'length', { value: 1, configurable: true });
  diallers.set(Bound, dialler);
  return Bound as unknown as WebSocketConstructor;
}
