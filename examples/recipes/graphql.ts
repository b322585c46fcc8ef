/**
 * Subscriptions over the protocol graphql-transport-ws: `connection_init` and its ack before the connection is open, and
 * all active subscriptions again on each new connection. `graphql.demo.ts` runs it. The protocol:
 * https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md
 *
 * In a project of your own: npm install recker, and import from 'recker'.
 */
import {
  defaultShouldReconnect,
  ReckerWebSocket,
  type Session,
  SessionError,
  type WebSocketOptions,
} from '../../src/index.js';

export interface Sink {
  next(result: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

interface Subscription {
  readonly payload: { readonly query: string; readonly variables?: Record<string, unknown> };
  readonly sink: Sink;
}

/** Bad request, unauthorized, forbidden, wrong subprotocol, same id twice, second `connection_init`. */
const FINAL = [4400, 4401, 4403, 4406, 4409, 4429];

export class GraphQLSocket {
  readonly socket: ReckerWebSocket;
  readonly #subscriptions = new Map<string, Subscription>();
  /** The newest connection that was acknowledged. It may have ended: what is sent on it is then refused. */
  #session: Session | undefined;
  #lastId = 0;

  /** @param connectionParams the payload of `connection_init`, made for each connection, e.g. with a fresh token */
  constructor(url: string, connectionParams: () => Promise<unknown>, options: WebSocketOptions = {}) {
    this.socket = new ReckerWebSocket(url, {
      reconnect: true,
      autoConnect: true,
      shouldReconnect: (failure) => !FINAL.includes(failure.code ?? 0) && defaultShouldReconnect(failure),
      ...options,
      protocols: 'graphql-transport-ws',
      // Nothing waits for a later connection: that one subscribes anew.
      sendQueue: false,
      prepare: (session) => this.#initialise(session, connectionParams),
    });
    this.socket.on('message', ({ data }) => this.#receive(JSON.parse(String(data))));
    this.socket.on('close', (code, reason, { willReconnect, error }) => {
      if (!willReconnect) this.#end(error ?? new Error(`The connection was closed: ${code} ${reason}`));
    });
  }

  /** Events that happen while there is no connection are missed. @returns ends the subscription */
  subscribe(payload: Subscription['payload'], sink: Sink): () => void {
    const id = `${++this.#lastId}`;
    this.#subscriptions.set(id, { payload, sink });
    this.#send({ id, type: 'subscribe', payload });
    return () => {
      if (this.#subscriptions.delete(id)) this.#send({ id, type: 'complete' });
    };
  }

  async #initialise(session: Session, connectionParams: () => Promise<unknown>): Promise<void> {
    session.sendJSON({ type: 'connection_init', payload: await connectionParams() });
    for (let isAcknowledged = false; !isAcknowledged; ) {
      const { type } = JSON.parse(String((await session.next()).data));
      if (type === 'ping') session.sendJSON({ type: 'pong' });
      else if (type !== 'pong' && type !== 'connection_ack')
        throw new SessionError(`Unexpected message: ${type}`);
      isAcknowledged = type === 'connection_ack';
    }
    this.#session = session;
    for (const [id, { payload }] of this.#subscriptions) this.#send({ id, type: 'subscribe', payload });
  }

  #send(message: { type: string; id?: string; payload?: unknown }): void {
    const session = this.#session;
    session?.sendJSON(message).catch((error) => {
      // The connection is full, or it has ended and the next one subscribes.
      if (!session.signal.aborted && message.type === 'subscribe') this.#take(message.id)?.error(error);
    });
  }

  #receive({ type, id, payload }: { type: string; id?: string; payload?: unknown }): void {
    if (type === 'ping') this.#send({ type: 'pong' });
    if (type === 'next') this.#subscriptions.get(id ?? '')?.sink.next(payload);
    if (type === 'error') this.#take(id)?.error(payload);
    if (type === 'complete') this.#take(id)?.complete();
  }

  #take(id = ''): Sink | undefined {
    const sink = this.#subscriptions.get(id)?.sink;
    this.#subscriptions.delete(id);
    return sink;
  }

  #end(error: Error): void {
    for (const id of [...this.#subscriptions.keys()]) this.#take(id)?.error(error);
  }
}
