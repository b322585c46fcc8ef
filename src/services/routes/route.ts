/**
 * What every route to a server offers to the engine.
 */
import type { ClientOptions } from 'ws';

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
