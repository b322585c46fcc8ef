/**
 * A transport with no network behind it: the test is the peer.
 *
 * Owns: the factory that hands out `FakeConnection`s, and the record of them. Must not know: the chart, the
 * api, or any policy. What one connection does is in fakeConnection.ts.
 */
import {
  type DialRequest,
  TRANSPORT_FEATURES,
  type TransportFactory,
  type TransportFeature,
  type TransportObserver,
} from '../port/index.js';
import { type AutoAnswer, FakeConnection } from './fakeConnection.js';

/** What a fake transport is made with. All optional. */
export interface FakeTransportOptions {
  /** Which options it claims to honour. Default: all of them. */
  readonly supports?: readonly TransportFeature[] | undefined;
  /** What new connections do with writes, see {@link FakeConnection.holdWrites}. Default false. */
  readonly holdWrites?: boolean | undefined;
  /** How new connections answer `askLiveness()`, see {@link FakeConnection.autoAnswer}. Default `'byTraffic'`. */
  readonly autoAnswer?: AutoAnswer | undefined;
}

/** A `TransportFactory` that remembers every dial. */
export interface FakeTransport extends TransportFactory {
  /** Every dial ever made, the first one first. */
  readonly dials: readonly FakeConnection[];
  /** The newest dial. @throws Error where nothing was dialled yet */
  readonly last: FakeConnection;
  /** The dials and connections that have neither failed, ended nor been destroyed. */
  readonly live: readonly FakeConnection[];
  /** The value that the following dials start with. */
  holdWrites: boolean;
  /** The value that the following dials start with. */
  autoAnswer: AutoAnswer;
  /** Starts one dial; nothing happens until the test drives it. Throws never. */
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
