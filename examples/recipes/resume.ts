/**
 * A feed of numbered events that continues after a loss where it stopped. Each event is reported exactly once and in
 * order; what the server no longer has is reported as a gap. `resume.demo.ts` runs it.
 *
 * In a project of your own: npm install recker, and import from 'recker'.
 */
import {
  ReckerWebSocket,
  type Session,
  SessionError,
  type TextMessage,
  type WebSocketMessage,
  type WebSocketOptions,
} from '../../src/index.js';

export interface FeedEvent {
  /** From 1, without a gap. */
  readonly id: number;
  readonly data: unknown;
}

export interface EventFeedOptions {
  /** The cursor: the last event that an earlier run has seen. Default: begin with the next event of the server. */
  readonly after?: number | undefined;
  onEvent(event: FeedEvent): void;
  /** The events `from` to `to`, both included, are lost: the server no longer has them. */
  onGap(from: number, to: number): void;
}

export class EventFeed {
  readonly socket: ReckerWebSocket;
  readonly #options: EventFeedOptions;
  #last: number | undefined;

  constructor(url: string, options: EventFeedOptions, socketOptions: WebSocketOptions = {}) {
    this.#options = options;
    this.#last = options.after;
    this.socket = new ReckerWebSocket(url, {
      reconnect: true,
      autoConnect: true,
      ...socketOptions,
      prepare: (session) => this.#resume(session),
    });
    // A listener sees each message at once. An iterator may lag behind, and the cursor with it.
    this.socket.on('message', ({ data }) => this.#receive(JSON.parse(String(data)) as FeedEvent));
  }

  /** The last event that was reported. Store it to continue in another process. */
  get last(): number | undefined {
    return this.#last;
  }

  async #resume(session: Session): Promise<void> {
    session.sendJSON({ type: 'resume', after: this.#last });
    const answer = await session.next(isResumed);
    // The first event that the server sends on this connection. Those that are here already wait until `open`.
    const { first } = JSON.parse(answer.data) as { first: number };
    const expected = this.#last === undefined ? first : this.#last + 1;
    if (first < expected) throw new SessionError('The server numbers its events anew', { final: true });
    this.#last = first - 1;
    if (first > expected) this.#options.onGap(expected, first - 1);
  }

  #receive(event: FeedEvent): void {
    this.#last = event.id;
    this.#options.onEvent(event);
  }
}

const isResumed = (message: WebSocketMessage): message is TextMessage =>
  !message.isBinary && JSON.parse(message.data).type === 'resumed';
