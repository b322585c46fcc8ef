/**
 * What stays the same for a component through all its connections: `send` and `sendJSON`.
 */
import { type ReckerWebSocket, StateError } from 'recker';
import type { Given, UseWebSocketResult } from './types.js';

/** The connection of the newest render that React has committed. */
interface Committed {
  /** The client that is in use. */
  readonly client: ReckerWebSocket | null;
  commit(given: Given): void;
  open(): ReckerWebSocket | null;
  /** Ends the connection, unless React is subscribed: then it will unsubscribe. */
  leave(): void;
}

export class Owner {
  #connection: Committed | undefined;
  #isMounted = false;

  readonly send: UseWebSocketResult['send'] = (data, options) =>
    this.#use((client) => client.send(data, options));

  readonly sendJSON: UseWebSocketResult['sendJSON'] = (value, options) =>
    this.#use((client) => client.sendJSON(value, options));

  /** React has mounted the component. @returns what to do when it unmounts it */
  enter(): () => void {
    this.#isMounted = true;
    return () => {
      this.#isMounted = false;
      this.#connection?.leave();
    };
  }

  /** React has committed a render. No effect has run yet, not even one of a component inside. */
  commit(connection: Committed, given: Given): void {
    // One that was hidden has no subscription, but may have sent.
    if (connection !== this.#connection) this.#connection?.leave();
    this.#connection = connection;
    connection.commit(given);
  }

  /** Effects of components inside run before React subscribes: what they send must not be lost, so sending makes the client. */
  #use(call: (client: ReckerWebSocket) => Promise<void>): Promise<void> {
    const connection = this.#connection;
    const client = connection?.client ?? (this.#isMounted ? connection?.open() : undefined);
    if (client) return call(client);
    const refused = Promise.reject(
      new StateError(
        'useWebSocket() has no client: its URL is null, or the component is not mounted',
        'idle',
      ),
    );
    // As with `ws.send()`: it need not be awaited.
    refused.catch(() => {});
    return refused;
  }
}
