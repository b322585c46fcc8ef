/** Faults that are planted by hand, one in each part: the explorer must find every one. */
import { ReckerWebSocket, type WebSocketEvents } from '../../src/index.js';
import { UNIT } from './configurations.js';
import type { Plant } from './world.js';

/** An event is emitted twice, after one of the ways to an end. */
class ClosesTwice extends ReckerWebSocket {
  override emit<Name extends keyof WebSocketEvents>(event: Name, ...args: WebSocketEvents[Name]): boolean {
    if (event === 'close' && args[0] === 1001) super.emit(event, ...args);
    return super.emit(event, ...args);
  }
}

/** A promise of `connect()` that joined a dial which is to come never settles. */
class Forgets extends ReckerWebSocket {
  override connect(): Promise<void> {
    const isForgotten = this.state === 'backoff';
    const connected = super.connect();
    return isForgotten ? new Promise(() => {}) : connected;
  }
}

/** A message is handed to the socket once more when the connection opens again. */
class SendsTwice extends ReckerWebSocket {
  override send(data: string): Promise<void> {
    if (this.state === 'backoff') super.send(data).catch(() => {});
    return super.send(data);
  }
}

/** Waking dials at once, whatever the server asked for. */
class WakesTooEarly extends ReckerWebSocket {
  override wake(): void {
    if (this.state === 'backoff') this.reconnect().catch(() => {});
    else super.wake();
  }
}

export interface PlantedFault {
  readonly name: string;
  readonly configuration: string;
  readonly plant: Plant;
  /** What the finding says. */
  readonly says: RegExp;
}

export const PLANTED: readonly PlantedFault[] = [
  {
    name: 'close is emitted twice',
    configuration: 'reconnect 1',
    plant: { make: (url, options) => new ClosesTwice(url, options) },
    says: /close/,
  },
  {
    name: 'a promise of connect() never settles',
    configuration: 'reconnect 1',
    plant: { make: (url, options) => new Forgets(url, options) },
    says: /a connect\(\) waits/,
  },
  {
    name: 'a message is sent twice',
    configuration: 'reconnect 1',
    plant: { make: (url, options) => new SendsTwice(url, options) },
    says: /sent twice|are queued/,
  },
  {
    name: 'wake() overrules a Retry-After',
    configuration: 'reconnect 1',
    plant: { make: (url, options) => new WakesTooEarly(url, options) },
    says: /before a Retry-After is over/,
  },
  {
    name: 'a timer is not cleared',
    configuration: 'no reconnect, heartbeat',
    plant: { keepsTimersOf: 2 * UNIT },
    says: /timers/,
  },
  {
    name: 'the chart does not hear that a connection is gone',
    configuration: 'reconnect 1',
    plant: { loses: (event, path) => event === 'socket.closed' && path === 'session.open.unwatched' },
    says: /sockets in open/,
  },
  {
    name: 'the chart does not hear close() while it dials',
    configuration: 'reconnect 1',
    plant: { loses: (event, path) => event === 'close' && path === 'session.connecting' },
    says: /close\(\) waits/,
  },
];

/** It breaks no rule of a moment: what must happen in the end does not. */
export const WEDGED: PlantedFault = {
  name: 'the chart waits for an answer that it does not hear',
  configuration: 'no reconnect, heartbeat',
  plant: { loses: (event) => event === 'socket.answered' },
  says: /silence is noticed, and ends: but it stays in session.open.awaitingPong.asked/,
};
