/**
 * A changing set of topics, all of which are subscribed to again on each new connection. `topics.demo.ts` runs it.
 *
 * In a project of your own: npm install recker, and import from 'recker'.
 */
import type { Session, TextMessage, WebSocketMessage } from '../../src/index.js';

export class Topics {
  readonly #topics = new Set<string>();
  /** The newest connection. It may have ended: what is sent on it is then refused, and changes nothing. */
  #session: Session | undefined;

  /** The option `prepare`: the connection is open when the server has confirmed all topics. */
  readonly prepare = async (session: Session): Promise<void> => {
    // From here on a change is sent on this connection, also before it is open.
    this.#session = session;
    session.sendJSON({ action: 'subscribe', topics: [...this.#topics] });
    await session.next(isConfirmation);
  };

  /** In any state: without a connection, the next one subscribes. */
  add(topic: string): void {
    this.#topics.add(topic);
    this.#send(topic);
  }

  delete(topic: string): void {
    this.#topics.delete(topic);
    this.#send(topic);
  }

  #send(topic: string): void {
    const session = this.#session;
    const action = this.#topics.has(topic) ? 'subscribe' : 'unsubscribe';
    session?.sendJSON({ action, topics: [topic] }).then(
      () => {
        // It waited in the client's queue, left on a later connection, and may be out of date.
        if (session !== this.#session) this.#send(topic);
      },
      // The connection has ended. The next one begins with the present set.
      () => {},
    );
  }
}

const isConfirmation = (message: WebSocketMessage): message is TextMessage =>
  !message.isBinary && JSON.parse(message.data).type === 'subscribed';
