/**
 * How the TCP connection under a WebSocket is made: directly, through a proxy, or through a dispatcher.
 * One file for each way. All are loaded from the start, since an `import()` at a dial may fail for good; what is heavy
 * is in socksLibrary.ts.
 */
import type { DialRequest } from '../../port/index.js';
import { directRoute } from './directRoute.js';
import { dispatcherRoute } from './dispatcher/index.js';
import { chooseProxy, httpProxyRoute, socksRoute } from './proxy/index.js';
import type { Route } from './route.js';

/**
 * The route that a request asks for. The environment is read here, for each dial: it may have changed since the last.
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
