/**
 * How the TCP connection under a WebSocket is made: directly, through a proxy, or through a dispatcher.
 * One file for each way; all but the direct one are loaded only when asked for.
 */
import type { ClientOptions } from 'ws';
import type { DialRequest } from '../machine/port.js';
import { directRoute } from './directRoute.js';

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

/** The route that a request asks for. Does not throw; a promise may reject. */
export function routeFor(request: DialRequest): Route | Promise<Route> {
  if (request.dispatcher !== undefined) return dispatched(request);
  return request.proxy === undefined ? directRoute(request) : proxied(request);
}

async function dispatched(request: DialRequest): Promise<Route> {
  const { dispatcherRoute } = await import('./dispatcherRoute.js');
  return dispatcherRoute(request);
}

/** The environment is read here, for each dial: it may have changed since the last one. */
async function proxied(request: DialRequest): Promise<Route> {
  const { chooseProxy } = await import('./proxySelection.js');
  const { proxy, requestTls } = chooseProxy(request.proxy, request.url, process.env);
  if (proxy === undefined) return directRoute(request, requestTls ?? request.tls);
  if (proxy.protocol === 'http:' || proxy.protocol === 'https:') {
    const { httpProxyRoute } = await import('./httpProxyRoute.js');
    return httpProxyRoute(request, proxy);
  }
  const { socksRoute } = await import('./socksRoute.js');
  return socksRoute(request, proxy);
}
