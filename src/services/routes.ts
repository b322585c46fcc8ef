/**
 * How the TCP connection under a WebSocket is made: directly, through a proxy, or through a dispatcher.
 * One file for each way; the ones with a dependency of their own are loaded only when asked for.
 */
import type { ClientOptions } from 'ws';
import type { DialRequest } from '../machine/port.js';
import { directRoute } from './directRoute.js';

/** One way to the server, for one dial. */
export interface Route {
  /** What `ws` needs to take this way. */
  readonly options: Pick<ClientOptions, 'agent' | 'createConnection'>;
  /** Destroys every raw socket that this dial opened, a proxy's too. Idempotent. */
  destroy(): void;
  /** What an error of this route means, e.g. which hop spoke; undefined where it has nothing to add. */
  explain?(cause: Error): Error | undefined;
}

/** The route that a request asks for. */
export function routeFor(request: DialRequest): Route | Promise<Route> {
  return directRoute(request.url.startsWith('wss:'));
}
