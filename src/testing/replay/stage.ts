/**
 * What a replay acts on: a client, the peer of its connections, its time and its surroundings.
 *
 * Owns: how each act is done. Must not know: why, or when.
 */
import type { ReckerError } from '../../machine/index.js';
import { ignore, RUNTIME_FACT } from '../../port/index.js';
import type { PathClient } from '../fakePathDriver.js';
import type { FakeTransport } from '../fakeTransport.js';
import type { VirtualClock } from '../virtualClock.js';
import type { Act, Cue } from './cues.js';
import { errorOf } from './failures.js';

/** The message that answers a heartbeat by message. */
export const HEARTBEAT = 'heartbeat';
export const HEARTBEAT_REPLY = 'heartbeat reply';

/** A message that is no answer. */
export const MESSAGE = 'a message';

/** More bytes than a replay ever takes one by one. */
const MANY = 1_000_000;

/** What the functions return that were given to the client. */
export interface Surroundings {
  /** Of `random`. */
  chance: number;
  /** Of `shouldReconnect`, where the recorded one decided. */
  decision: boolean | number;
  /** ms by which the client's time is ahead of the virtual clock, because the machine slept. */
  slept: number;
}

export interface Stage {
  readonly client: PathClient;
  readonly transport: FakeTransport;
  readonly clock: VirtualClock;
  readonly surroundings: Surroundings;
  /** Whether heartbeats are messages. */
  readonly hasHeartbeatMessage: boolean;
  /** Runs `act` in a runtime that says it has no network. */
  offline(act: () => void): void;
  abort(): void;
  /** The newest `prepare` is done, or has failed. */
  prepared(error?: ReckerError): void;
}

/** Sets what the functions return from here on. */
export function prepareFor({ chance, decision }: Cue, { surroundings }: Stage): void {
  if (chance !== undefined) surroundings.chance = chance;
  if (decision !== undefined) surroundings.decision = decision;
}

/** Does everything but a delay. What the client's calls return is settled by later steps. */
export function perform(act: Act, stage: Stage): void {
  Promise.resolve(result(act, stage)).catch(ignore);
}

function result(act: Act, stage: Stage): unknown {
  const { client, transport } = stage;
  switch (act.do) {
    case 'connect':
      return client.connect();
    case 'reconnect':
      return client.reconnect();
    case 'terminate':
      return client.terminate();
    case 'close':
      return client.close(act.code as number, '');
    case 'abort':
      return stage.abort();
    case 'awake':
      return client.wake();
    case 'online':
      return goOnline(client);
    case 'prepared':
      return stage.prepared();
    case 'unprepared':
      return stage.prepared(errorOf(act.error));
    case 'open':
      return transport.last.open();
    case 'fail':
      return transport.last.fail(errorOf(act.error), act.sentCode);
    case 'pong':
      return stage.hasHeartbeatMessage ? transport.last.message(HEARTBEAT_REPLY) : transport.last.pong();
    case 'answer':
      return transport.last.answer(act.alive);
    case 'fill':
      return transport.last.fill(MANY);
    case 'hear':
      return transport.last.message(MESSAGE);
    case 'take':
      return transport.last.take(act.all ? undefined : 1);
    case 'peerClose':
      return transport.last.peerClose(act.code);
    case 'peerErr':
      return transport.last.peerErr(errorOf(act.error), act.sentCode);
    case 'end': {
      const { code, wasClean, error: failure } = act.end;
      const error = failure && errorOf(failure);
      return transport.last.end(act.isPlain ? { error } : { code, wasClean, error });
    }
    case 'delay':
      return undefined;
  }
}

/**
 * Reports to one client what a page reports to all: the network is back.
 *
 * @param client a `ReckerWebSocket`; of anything else an `Error` is thrown
 * @example
 * ```ts
 * import { ReckerWebSocket } from 'recker';
 * import { fakeTransport, goOnline, VirtualClock } from 'recker/testing';
 *
 * const transport = fakeTransport();
 * const ws = new ReckerWebSocket('wss://example.com', { transport, clock: new VirtualClock(), reconnect: true });
 * ws.connect();
 * transport.last.open();
 * transport.last.end(); // ws.state: 'backoff'
 * goOnline(ws); // ws.state: 'reconnecting'
 * ```
 */
export function goOnline(client: object): void {
  const { [RUNTIME_FACT]: report } = client as Pick<PathClient, typeof RUNTIME_FACT>;
  if (report === undefined) throw new Error('Only a ReckerWebSocket can be given runtime.online');
  report.call(client, { type: 'runtime.online' });
}
