/**
 * The connection of a component, as a store for `useSyncExternalStore`.
 *
 * React may render a component and throw the result away, so rendering makes a `Connection` and nothing else. The client is
 * made when React subscribes, which it does for mounted components only, and never on a server. Another URL or another option
 * is another `Connection`: the state of a former client cannot appear in it.
 */
import {
  ConfigurationError,
  type ConnectionState,
  ReckerWebSocket,
  type WebSocketMessage,
  type WebSocketOptions,
} from 'recker';
import { type EventName, HANDLERS, type Listener, listen, optionNames, unlisten } from './handlers.js';
import type { Owner } from './owner.js';
import type { Given, UseWebSocketResult } from './types.js';
import { isClient, isSame, liveMember } from './values.js';

/** What a component may read. */
interface Values {
  ws: ReckerWebSocket | null;
  state: ConnectionState;
  lastMessage: WebSocketMessage | undefined;
}

export class Connection {
  readonly owner: Owner;
  /** The values that the client is made of. */
  readonly #given: Given;
  /** Of the newest render that React has committed: its functions are the ones that are called. */
  #latest: Given;
  /** A client that was made elsewhere is there from the beginning, and never closed. */
  #client: ReckerWebSocket | null;
  /** The listeners that the client has from here; undefined while the connection is not in use. */
  #attached: Map<EventName, Listener> | undefined;
  #lastMessage: WebSocketMessage | undefined;
  /** React's: undefined while it is not subscribed. */
  #onChange: (() => void) | undefined;
  readonly #isRead: Record<keyof Values, boolean> = { ws: false, state: false, lastMessage: false };
  #shown: Values;
  #result: UseWebSocketResult;

  /** The snapshot for the server, and for hydration, which has to render the same. */
  readonly readOnServer: () => UseWebSocketResult;

  constructor(owner: Owner, given: Given) {
    this.owner = owner;
    this.#given = given;
    this.#latest = given;
    this.#client = isClient(given.url) ? (given.url as ReckerWebSocket) : null;
    this.#shown = { ws: this.#client, state: 'idle', lastMessage: undefined };
    const first = this.#view(this.#shown);
    this.#result = first;
    this.readOnServer = () => first;
  }

  /** Whether a render that gives this needs no other connection. */
  fits({ url, options }: Given): boolean {
    return isSame(this.#given.url, url) && isSame(valuesOf(this.#given.options), valuesOf(options));
  }

  /** React has committed a render. */
  commit(given: Given): void {
    this.#latest = given;
    this.#attach();
  }

  /** The client that is in use. */
  get client(): ReckerWebSocket | null {
    return this.#attached === undefined ? null : this.#client;
  }

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.#onChange = onChange;
    this.open();
    return () => {
      this.#onChange = undefined;
      this.leave();
    };
  };

  /**
   * Ends the connection, unless React is subscribed by then. StrictMode and fast refresh subscribe again at once: the connection
   * stays. And an effect that is cleaned up can still send.
   */
  leave(): void {
    void Promise.resolve().then(() => {
      if (this.#onChange === undefined) this.#close();
    });
  }

  /** The snapshot: another object where a value that the component reads is another one. */
  readonly read = (): UseWebSocketResult => {
    const now: Values = {
      ws: this.#client,
      state: this.#client?.state ?? 'idle',
      lastMessage: this.#lastMessage,
    };
    const names = Object.keys(now) as (keyof Values)[];
    if (names.some((name) => this.#isRead[name] && now[name] !== this.#shown[name])) {
      this.#shown = now;
      this.#result = this.#view(now);
    } else {
      // Values that nobody has read yet: who reads them gets the present ones.
      Object.assign(this.#shown, now);
    }
    return this.#result;
  };

  /** Makes the client, unless there is one or the URL is null. */
  open(): ReckerWebSocket | null {
    const { url, options } = this.#given;
    const names = optionNames(options);
    if (isClient(url)) {
      const [refused] = names.filter((name) => options?.[name as keyof WebSocketOptions] !== undefined);
      if (refused !== undefined) {
        throw new ConfigurationError(
          refused,
          `useWebSocket(): ${refused} is an option of the client, which is made already`,
        );
      }
    } else if (this.#client === null && url !== null) {
      const live = () => this.#latest;
      const own = Object.fromEntries(
        names.map((name) => [name, liveMember(() => live().options ?? {}, name)]),
      );
      this.#client = new ReckerWebSocket(liveMember(live, 'url') as string, {
        ...own,
        autoConnect: options?.autoConnect ?? true,
      });
    }
    this.#attached ??= new Map();
    this.#attach();
    this.#onChange?.();
    return this.#client;
  }

  /** Ends the connection, or the use of a client that was made elsewhere. No handler is called any more. */
  #close(): void {
    const [client, attached] = [this.#client, this.#attached];
    this.#attached = undefined;
    this.#lastMessage = undefined;
    if (client === null) return;
    const isOwn = client !== this.#given.url;
    for (const [event, listener] of attached ?? []) {
      // What is refused now would be lost without a word.
      if (!isOwn || event !== 'undelivered') unlisten(client, event, listener);
    }
    if (!isOwn) return;
    this.#client = null;
    void client.close();
  }

  /** Listens to the events that have a handler or are read, and to no others: what is not listened to is unheard. */
  #attach(): void {
    const [client, attached] = [this.#client, this.#attached];
    if (client === null || attached === undefined) return;
    for (const event of Object.keys(HANDLERS) as EventName[]) {
      const listener = attached.get(event);
      if (this.#isWanted(event)) {
        if (listener !== undefined) continue;
        const added: Listener = (...args) => this.#onEvent(event, args);
        attached.set(event, added);
        listen(client, event, added);
      } else if (listener !== undefined) {
        attached.delete(event);
        unlisten(client, event, listener);
      }
    }
  }

  #isWanted(event: EventName): boolean {
    if (event === 'state' && this.#isRead.state) return true;
    if (event === 'message' && this.#isRead.lastMessage) return true;
    return this.#latest.options?.[HANDLERS[event]] !== undefined;
  }

  #onEvent(event: EventName, args: unknown[]): void {
    if (event === 'message' && this.#isRead.lastMessage) {
      this.#lastMessage = args[0] as WebSocketMessage;
      this.#onChange?.();
    }
    if (event === 'state') this.#onChange?.();
    const handlers = this.#latest.options as Readonly<Record<string, Listener | undefined>> | undefined;
    handlers?.[HANDLERS[event]]?.(...args);
  }

  #view(shown: Values): UseWebSocketResult {
    const { send, sendJSON } = this.owner;
    const take = <Name extends keyof Values>(name: Name): Values[Name] => {
      this.#onRead(name);
      return shown[name];
    };
    return {
      send,
      sendJSON,
      get ws() {
        return take('ws');
      },
      get state() {
        return take('state');
      },
      get lastMessage() {
        return take('lastMessage');
      },
    };
  }

  /** From now on this value makes the component render. Rendering must change nothing outside, so the listener comes later. */
  #onRead(name: keyof Values): void {
    if (this.#isRead[name]) return;
    this.#isRead[name] = true;
    void Promise.resolve().then(() => {
      this.#attach();
      this.#onChange?.();
    });
  }
}

/** The options without the handlers. */
const valuesOf = (options: object | undefined): object =>
  Object.fromEntries(optionNames(options).map((name) => [name, (options as Record<string, unknown>)[name]]));
