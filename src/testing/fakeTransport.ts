/**
 * A transport with no network behind it: the test is the peer.
 *
 * Owns: the factory of `FakeConnection`s, and the record of them. Must not know: the chart, the
 * api, or any policy. What one connection does is in fakeConnection.ts.
 */
import {
  type DialRequest,
  TRANSPORT_FEATURES,
  type TransportFactory,
  type TransportFeature,
  type TransportObserver,
} from '../port/index.js';
import { FakeConnection } from './fakeConnection.js';
import type { AutoAnswer } from './peerActions.js';

/** The options of `fakeTransport()`. All optional. */
export interface FakeTransportOptions {
  /** Which options of the client it supports; another one is a `ConfigurationError`. Default: all. */
  readonly supports?: readonly TransportFeature[] | undefined;
  /** Whether new connections hold writes: {@link FakeConnection.holdWrites}. Default false. */
  readonly holdWrites?: boolean | undefined;
  /** How new connections answer the question whether the peer is alive: {@link AutoAnswer}. Default `'byTraffic'`. */
  readonly autoAnswer?: AutoAnswer | undefined;
}

/** A transport for the client's option `transport` that records every dial. */
export interface FakeTransport extends TransportFactory {
  /** Every dial so far, in order. */
  readonly dials: readonly FakeConnection[];
  /** The newest dial. Throws an `Error` where nothing was dialled yet. */
  readonly last: FakeConnection;
  /** The dials and connections that have not failed, ended or been destroyed. */
  readonly live: readonly FakeConnection[];
  /** Whether the following dials hold writes. */
  holdWrites: boolean;
  /** How the following dials answer the question whether the peer is alive. */
  autoAnswer: AutoAnswer;
  /** Called by the client: starts one dial, which waits until the test drives it. Never throws. */
  dial(request: DialRequest, observer: TransportObserver): FakeConnection;
}

/**
 * Makes a transport for the client's `transport` option whose connections the test drives by hand.
 *
 * @example
 * ```ts
 * import { fakeTransport } from 'recker/testing';
 *
 * const transport = fakeTransport();
 * // Hand `transport` to the code under test. Once it has dialled:
 * function greet(): void {
 *   const connection = transport.last;
 *   connection.open({ protocol: 'chat' });
 *   connection.message('hello');
 *   connection.peerClose(1001, 'going away');
 *   connection.end();
 * }
 * ```
 */
export function fakeTransport(options: FakeTransportOptions = {}): FakeTransport {
  const dials: FakeConnection[] = [];
  const transport: FakeTransport = {
    name: 'fake',
    supports: Object.freeze([...(options.supports ?? TRANSPORT_FEATURES)]),
    dials,
    holdWrites: options.holdWrites ?? false,
    autoAnswer: options.autoAnswer ?? 'byTraffic',
    get last() {
      const connection = dials.at(-1);
      if (connection === undefined)
        throw new Error('Nothing was dialled yet, so there is no last connection');
      return connection;
    },
    get live() {
      return dials.filter(({ phase }) => phase === 'dialling' || phase === 'open');
    },
    // Not `this`: the client may take `dial` off the factory.
    dial(request, observer) {
      const connection = new FakeConnection(request, observer);
      connection.holdWrites = transport.holdWrites;
      connection.autoAnswer = transport.autoAnswer;
      dials.push(connection);
      return connection;
    },
  };
  return transport;
}
