/**
 * The public types of the hooks. Types only.
 */
import type {
  ConnectionState,
  Provider,
  ReckerWebSocket,
  SendData,
  SendOptions,
  WebSocketEvents,
  WebSocketMessage,
  WebSocketOptions,
} from 'recker';

/** The part of `URL` that is used; any `URL` fits. */
interface URLLike {
  readonly href: string;
  readonly searchParams: object;
}

/**
 * What `useWebSocket()` connects to: a `ws:` or `wss:` URL (in a page also a path), a function that returns one for each dial,
 * a client that was made elsewhere, or `null` for no connection.
 */
export type WebSocketTarget = string | URLLike | Provider<string | URLLike> | ReckerWebSocket | null;

/** `max-reconnect-attempts` → `MaxReconnectAttempts`. */
type Capitals<Name extends string> = Name extends `${infer Word}-${infer Rest}`
  ? `${Capitalize<Word>}${Capitals<Rest>}`
  : Capitalize<Name>;

/** The name of the handler of an event: `onMessage` of `message`. */
export type HandlerName<Event extends keyof WebSocketEvents> = `on${Capitals<Event>}`;

/**
 * A handler for each event: `onOpen` for `open`, `onReconnectError` for `reconnect-error`, and so on, with the arguments of the
 * event. The newest function is called. A handler counts as a listener of its event.
 */
export type WebSocketHandlers = {
  [Event in keyof WebSocketEvents as HandlerName<Event>]?:
    | ((...args: WebSocketEvents[Event]) => void)
    | undefined;
};

/** The options of `useWebSocket()`: those of `recker`, and the handlers. `autoConnect` is true by default. */
export interface UseWebSocketOptions extends WebSocketOptions, WebSocketHandlers {}

/** What `useWebSocket()` returns. Reading `ws`, `state` or `lastMessage` makes the component render when it changes. */
export interface UseWebSocketResult {
  /** The client; `null` while there is none: for the URL `null`, on the server, and until the component is mounted. */
  readonly ws: ReckerWebSocket | null;
  /** The state of the client; `idle` while there is none. */
  readonly state: ConnectionState;
  /** The newest message of this client. Messages that arrive together make one render: `onMessage` gets each of them. */
  readonly lastMessage: WebSocketMessage | undefined;
  /**
   * `ws.send()` of the present client. Always the same function. Rejects with a `StateError` where there is no client: for the
   * URL `null`, before the component is mounted, and after it was unmounted.
   */
  readonly send: (data: SendData, options?: SendOptions) => Promise<void>;
  /** `ws.sendJSON()` of the present client, as `send`. */
  readonly sendJSON: (value: unknown, options?: SendOptions) => Promise<void>;
}

/** What the component gave in one render. */
export interface Given {
  readonly url: WebSocketTarget;
  readonly options: UseWebSocketOptions | undefined;
}
