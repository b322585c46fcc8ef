/**
 * The sessions of a client with the option `prepare`, one at a time.
 *
 * Owns when `prepare` is called, and what becomes of messages that arrive before the connection is open. Must not decide
 * what follows: the chart does. Nothing of this is made where the option is not given.
 */
import type { ConnectionState } from '../../machine/index.js';
import type { ReceiveBounds } from '../options/index.js';
import { afterIo } from '../platform.js';
import type { Session, WebSocketMessage } from '../types.js';
import { LiveSession, type SessionClient, type SessionFacts, type SessionLink } from './liveSession.js';

/** What the sessions need of the client, beside what each of them needs. */
export interface SessionsClient extends SessionClient {
  readonly announcer: { add(delivery: () => void): void; addPassing(delivery: () => void): void };
  readonly link: SessionLink | undefined;
  readonly protocol: string;
  readonly hub: SessionClient['hub'] & {
    readonly isPaused: boolean;
    give(message: WebSocketMessage, bytes: number): boolean;
  };
  /** A message for readers and listeners. @param isRead whether a reader takes it */
  onReceived(message: WebSocketMessage, isRead: boolean): void;
  /** Reading is to pause, or to go on. */
  onPressure(isPaused: boolean): void;
}

export class Sessions {
  /** Whether messages that arrive now are for the session, and not for readers and listeners. */
  takes = false;
  readonly #client: SessionsClient;
  readonly #prepare: (session: Session) => unknown;
  readonly #bounds: ReceiveBounds;
  #present: LiveSession | undefined;
  #messagesOut = 0;
  #bytesOut = 0;

  constructor(client: SessionsClient, prepare: (session: Session) => unknown, bounds: ReceiveBounds) {
    this.#client = client;
    this.#prepare = prepare;
    this.#bounds = bounds;
  }

  /** Whether what is held pauses reading. */
  get isPaused(): boolean {
    return this.#present?.held.isPaused === true;
  }

  /** Of what was sent by sessions before their connections were open. */
  get messagesOut(): number {
    return this.#messagesOut + (this.#present?.messagesOut ?? 0);
  }

  get bytesOut(): number {
    return this.#bytesOut + (this.#present?.bytesOut ?? 0);
  }

  /** The upgrade succeeded. `prepare` is called when that has been announced, if it is still to be. */
  begin(facts: Omit<SessionFacts, 'protocol'>): void {
    const { link, protocol, announcer } = this.#client;
    if (link === undefined) return;
    const session = new LiveSession(link, this.#client, this.#bounds);
    this.#present = session;
    this.takes = true;
    announcer.addPassing(() => session.run(this.#prepare, { ...facts, protocol }));
  }

  /** The kernel took bytes: messages of the session may have drained. */
  flush(): void {
    this.#present?.flush();
  }

  receive(message: WebSocketMessage, bytes: number): void {
    this.#present?.held.receive(message, bytes);
  }

  /** Another state was entered, and is not announced yet. */
  onState(state: ConnectionState): void {
    const session = this.#present;
    if (session === undefined || state === 'preparing') return;
    if (state === 'open') {
      session.open();
      // Those who wait for the connection to be open may begin to listen first.
      if (session.held.isEmpty) this.#release(session);
      else afterIo(() => this.#deliver(session));
      return;
    }
    session.end();
    this.#client.announcer.add(() => session.abort());
    // While a connection closes, what has arrived on it is still delivered.
    if (state === 'closing') return;
    this.#deliver(session);
    this.#messagesOut += session.messagesOut;
    this.#bytesOut += session.bytesOut;
    this.#present = undefined;
    this.takes = false;
  }

  #deliver(session: LiveSession): void {
    const { hub } = this.#client;
    for (let held = session.held.shift(); held !== undefined; held = session.held.shift())
      this.#client.onReceived(held.message, hub.give(held.message, held.bytes));
    this.#release(session);
  }

  /**
   * Nothing is held for readers any more: from here on they say whether reading pauses. What a session that failed still
   * receives is for nobody.
   */
  #release(session: LiveSession): void {
    if (session !== this.#present || !this.takes || session.hasFailed) return;
    this.takes = false;
    const { isPaused } = this.#client.hub;
    if (isPaused !== session.held.isPaused) this.#client.onPressure(isPaused);
  }
}
