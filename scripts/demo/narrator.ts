/**
 * Tells on a timeline what a client does, and keeps the tally for the summary.
 *
 * Only listens: everything that it tells, any user of the library can hear.
 */
import { type ConnectionState, HandshakeError, type ReckerWebSocket, TimeoutError } from '../../src/index.js';
import { count, duration, type Timeline } from './timeline.js';

/** Resolves when the client is in `state`. Unlike `events.once()` it takes no offence at an `error`. */
export function reached(ws: ReckerWebSocket, state: ConnectionState): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (ws.state !== state) return;
      ws.off('state', look);
      resolve();
    };
    ws.on('state', look);
    look();
  });
}

/** Errors tell more than there is room for in a column. */
function inShort(error: Error): string {
  if (error instanceof HandshakeError) return `answered ${error.status}`;
  if (error instanceof TimeoutError) return 'not open within connectTimeout';
  return error.message;
}

export class Narrator {
  readonly #ws: ReckerWebSocket;
  readonly #timeline: Timeline;
  readonly #roundTrips: number[] = [];
  readonly #outages: number[] = [];
  #lostAt: number | undefined;
  #dialledAt = 0;
  #attempt = 0;
  /** Whether the state before the present one had a connection. */
  #wasConnected = false;
  #lastTold: Error | undefined;

  constructor(ws: ReckerWebSocket, timeline: Timeline) {
    this.#ws = ws;
    this.#timeline = timeline;
    this.#listen();
  }

  /** The rows that every summary has. */
  rows(): [name: string, value: string][] {
    const { dials, opens } = this.#ws.stats();
    if (this.#lostAt !== undefined) this.#endOutage();
    const downtime = this.#outages.reduce((sum, each) => sum + each, 0);
    const longest = Math.max(0, ...this.#outages);
    const trips = [...this.#roundTrips].sort((a, b) => a - b);
    const median = trips[Math.floor(trips.length / 2)];
    const reconnects = Math.max(0, opens - 1);
    return [
      ['reconnects', `${reconnects}  (${count(dials, 'dial')}, ${opens} of them successful)`],
      [
        'downtime',
        this.#outages.length === 0
          ? 'none'
          : `${duration(downtime)} in ${count(this.#outages.length, 'outage')}, the longest ${duration(longest)}`,
      ],
      [
        'round trips',
        median === undefined
          ? 'none measured'
          : `${duration(median)} median, ${duration(trips.at(-1) ?? 0)} worst, of ${count(trips.length, 'Ping')}`,
      ],
    ];
  }

  #listen(): void {
    const ws = this.#ws;
    const timeline = this.#timeline;
    const tell = timeline.event.bind(timeline);

    ws.on('state', (state, previous) => {
      this.#wasConnected = previous === 'open' || previous === 'closing';
      if (state === 'connecting' || state === 'reconnecting') {
        this.#dialledAt = timeline.elapsed;
        // ws.url may hold a token in its query; what toJSON() gives is for everybody's eyes.
        const which = state === 'connecting' ? ws.toJSON().url : `attempt ${this.#attempt}`;
        tell(state, 'dial', which, 'quiet');
      } else if (state === 'closing') tell(state, 'state', 'the closing handshake is under way', 'quiet');
      else if (previous === 'open') this.#lostAt = timeline.elapsed;
    });
    ws.on('open', ({ reconnected, attempt, downtime }) => {
      const after = duration(timeline.elapsed - this.#dialledAt);
      if (this.#lostAt !== undefined) this.#endOutage();
      if (reconnected || attempt > 0) {
        tell(ws.state, 'open', `back at attempt ${attempt}, after ${duration(downtime)}`, 'good');
      } else tell(ws.state, 'open', `connected in ${after}`, 'good');
    });
    ws.on('pong', (rtt) => {
      this.#roundTrips.push(rtt);
      tell(ws.state, 'pong', `↔ round trip ${duration(rtt)}`);
    });
    ws.on('close', (code, reason, { wasClean, error, willReconnect }) => {
      // A dial that failed has been told as such; here it would be the same once more.
      if (error !== undefined && this.#lastTold === error) return;
      if (!this.#wasConnected) {
        tell(ws.state, 'close', `${code}, there was no connection`, 'quiet');
        return;
      }
      const how = wasClean ? (reason === '' ? 'clean' : `clean: ${reason}`) : 'cut off, no Close frame came';
      const next = willReconnect ? '' : ', no reconnection';
      tell(ws.state, 'close', `${code}, ${how}${wasClean ? '' : next}`, wasClean ? 'good' : 'bad');
    });
    ws.on('heartbeat-timeout', () => {
      tell(ws.state, 'heartbeat-timeout', 'no Pong in time: the peer is dead', 'bad');
    });
    ws.on('reconnecting', (attempt, delay) => {
      this.#attempt = attempt;
      tell(ws.state, 'reconnecting', `attempt ${attempt} in ${duration(delay)}`);
    });
    ws.on('reconnect-error', (error) => this.#tellFailure('reconnect-error', error));
    ws.on('error', (error) => this.#tellFailure('error', error));
    ws.on('max-reconnect-attempts', () => tell(ws.state, 'max-reconnect-attempts', 'given up', 'bad'));
  }

  #tellFailure(event: string, error: Error): void {
    this.#lastTold = error;
    const isFinal = this.#ws.state === 'closed';
    const answer = inShort(error);
    this.#timeline.event(this.#ws.state, event, isFinal ? `${answer}: no more attempts` : answer, 'bad');
  }

  #endOutage(): void {
    this.#outages.push(this.#timeline.elapsed - (this.#lostAt ?? 0));
    this.#lostAt = undefined;
  }
}
