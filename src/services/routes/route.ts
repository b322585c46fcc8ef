/**
 * What every route to a server offers to the engine.
 */
import type { Socket } from 'node:net';
import type { ClientOptions } from 'ws';

/** The callback that Node's http client passes to `createConnection()`: it takes the socket, once there is one. */
export type Created = (cause: Error | null, socket?: Socket) => void;

/** One way to the server, for one dial. */
export interface Route {
  /** What `ws` needs to take this way. */
  readonly options: Pick<ClientOptions, 'agent' | 'createConnection'>;
  /** The upgrade has succeeded. What was kept for the dial alone can go. */
  opened?(): void;
  /** Destroys every raw socket that this dial opened, a proxy's too. Idempotent. */
  destroy(): void;
  /** What an error of this route means, e.g. which hop spoke. */
  explain(cause: Error): Error;
}
