/**
 * The interface of every route to a server.
 */
import type { Socket } from 'node:net';
import type { ClientOptions } from 'ws';

/** The callback that Node's http client passes to `createConnection()`: it takes the socket, once there is one. */
export type Created = (cause: Error | null, socket?: Socket) => void;

/** A route to the server, for one dial. */
export interface Route {
  /** The options by which `ws` uses this route. */
  readonly options: Pick<ClientOptions, 'agent' | 'createConnection'>;
  /** The upgrade has succeeded: frees what only the dial needed. */
  opened?(): void;
  /** Destroys every raw socket that this dial opened, a proxy's too. Idempotent. */
  destroy(): void;
  /** Converts an error of this route into one of this library, which names the hop. */
  explain(cause: Error): Error;
}
