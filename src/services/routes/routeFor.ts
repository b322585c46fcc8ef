/**
 * Chooses the route of a dial: direct, through a proxy, or through a dispatcher.
 *
 * All routes are imported from the start, because an `import()` at a dial may fail for good. Only the library for
 * SOCKS is loaded later (socksLibrary.ts).
 */
import type { DialRequest } from '../../port/index.js';
import { directRoute } from './directRoute.js';
import { dispatcherRoute } from './dispatcher/index.js';
import { chooseProxy, httpProxyRoute, socksRoute } from './proxy/index.js';
import type { Route } from './route.js';

/**
 * The route of a request. The environment is read for each dial: it may have changed.
 *
 * @throws ConfigurationError where the option `proxy` or the environment cannot be used
 */
export function routeFor(request: DialRequest): Route | Promise<Route> {
  if (request.dispatcher !== undefined) return dispatcherRoute(request);
  if (request.proxy === undefined) return directRoute(request);
  const { proxy, requestTls } = chooseProxy(request.proxy, request.url, process.env);
  if (proxy === undefined) return directRoute(request, requestTls ?? request.tls);
  return proxy.protocol === 'http:' || proxy.protocol === 'https:'
    ? httpProxyRoute(request, proxy)
    : socksRoute(request, proxy);
}
