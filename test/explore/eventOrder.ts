/**
 * The documented order of events: what may follow each `state`, up to the next one. By hand, from the contract.
 *
 * Must not know who announces the events. `message`, `pong` and `undelivered` may come at any place.
 */
import type { CloseInfo, ConnectionState } from '../../src/index.js';
import { broken } from '../support/invariants.js';

const END = /^(heartbeat-timeout |error |reconnect-error )?close $/;

const WITHOUT_A_CONNECTION: ReadonlySet<ConnectionState> = new Set(['idle', 'backoff', 'exhausted']);

/** After the change from one state to another. */
function grammarOf(previous: ConnectionState, state: ConnectionState, isAborted: boolean): RegExp {
  switch (state) {
    case 'open':
      return /^open $/;
    case 'connecting':
      return previous === 'closing' ? /^close $/ : /^$/;
    case 'reconnecting':
      if (previous === 'backoff') return /^$/;
      return previous === 'closing' ? /^(error |reconnect-error )?close $/ : /^close $/;
    case 'backoff':
      return /^(heartbeat-timeout |error |reconnect-error )?close reconnecting $/;
    case 'exhausted':
      return /^(heartbeat-timeout |error |reconnect-error )?close error max-reconnect-attempts $/;
    case 'closed':
      if (!WITHOUT_A_CONNECTION.has(previous)) return END;
      // An abort ends no connection there, and announces none.
      return isAborted ? /^(close )?$/ : /^close $/;
    default:
      return /^$/;
  }
}

/** Dropped where their state was left before they were delivered. */
const PASSING: Partial<Record<ConnectionState, string>> = { open: 'open ', backoff: 'reconnecting ' };
const ANYWHERE: ReadonlySet<string> = new Set(['message', 'pong', 'undelivered']);
/** Each `close` says whether another dial follows; so it does in these states, and in no other. */
const DIALS_AGAIN: ReadonlySet<ConnectionState> = new Set(['connecting', 'reconnecting', 'backoff']);

export class EventOrder {
  isAborted = false;
  #state: ConnectionState = 'idle';
  #previous: ConnectionState = 'idle';
  #heard = '';
  #isChecked = true;

  heard(event: string, args: readonly unknown[], present: ConnectionState): void {
    if (ANYWHERE.has(event)) return;
    if (event === 'state') {
      this.#close(true);
      [this.#state, this.#previous] = args as [ConnectionState, ConnectionState];
      this.#heard = '';
      this.#isChecked = false;
      return;
    }
    this.#heard += `${event} `;
    if (this.#isChecked) broken(`${event} without a state before it, in ${this.#state}`);
    if (PASSING[this.#state] === `${event} ` && present !== this.#state)
      broken(`${event} was delivered in ${present}`);
    if (event === 'close') {
      const { willReconnect } = args[2] as CloseInfo;
      if (willReconnect !== DIALS_AGAIN.has(this.#state))
        broken(`close says willReconnect ${willReconnect}, on the change to ${this.#state}`);
    }
  }

  /** Everything that was announced has been delivered. */
  settled(): void {
    this.#close(false);
  }

  #close(isLeft: boolean): void {
    if (this.#isChecked) return;
    this.#isChecked = true;
    const grammar = grammarOf(this.#previous, this.#state, this.isAborted);
    const whole = this.#heard + (PASSING[this.#state] ?? '');
    if (grammar.test(this.#heard) || (isLeft && grammar.test(whole))) return;
    broken(
      `from ${this.#previous} to ${this.#state} came [${this.#heard.trim()}], which is not the documented order`,
    );
  }
}
