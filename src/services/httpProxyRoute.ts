/**
 * Through an HTTP proxy, by CONNECT (RFC 9110 §9.3.6), for `ws:` as for `wss:`: a proxy that forwards plain
 * requests may drop the Upgrade.
 *
 * Node's own http client speaks to the proxy over a socket that we opened. The libraries that exist for this do
 * not fit: undici's `ProxyAgent` drops the headers of a refusal, keeps its own deadlines, gives no handle on a
 * proxy that hangs, and in 7 asks one that hangs up again without end (https://github.com/nodejs/undici/issues/3897);
 * `https-proxy-agent` buffers a CONNECT answer without a bound.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { HandshakeError } from '../machine/errors.js';
import type { DialRequest } from '../machine/port.js';
import { connectionError } from './failures.js';
import { type ChosenProxy, proxyAuthorization } from './proxySelection.js';
import type { Route } from './routes.js';
import { authority, type Target } from './target.js';
import { tunnelRoute } from './tunnelRoute.js';
import { UNSET_REQUEST } from './unset.js';

/** Bytes of headers that a proxy's answer may have; Node's own default, whatever the process was started with. */
const MAX_HEADERS = 16_384;

export function httpProxyRoute(request: DialRequest, proxy: ChosenProxy): Route {
  return tunnelRoute(request, proxy, async (sockets, target) => {
    const plain = await sockets.tcp(proxy, 'proxy');
    const socket =
      proxy.protocol === 'https:' ? await sockets.tls(plain, proxy, proxy.proxyTls, 'proxy') : plain;
    return connectThrough(socket, proxy, target);
  });
}

function connectThrough(socket: Socket, proxy: ChosenProxy, target: Target): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const path = authority(target);
    const headers: Record<string, string> = {
      Host: path,
      'Proxy-Connection': 'Keep-Alive',
      ...proxy.headers,
    };
    const authorization = proxyAuthorization(proxy);
    if (authorization !== undefined) headers['Proxy-Authorization'] = authorization;
    const connect = httpRequest({
      ...UNSET_REQUEST,
      ...UNSET,
      method: 'CONNECT',
      path,
      headers,
      createConnection: () => socket,
      maxHeaderSize: MAX_HEADERS,
      setHost: false,
    });
    // `Connection: close` is Node's default without an agent; here it would contradict the tunnel.
    connect.removeHeader('Connection');
    connect.once('connect', (answer: IncomingMessage, tunnel: Socket, head: Buffer) => {
      const status = answer.statusCode ?? 0;
      if (status < 200 || status > 299) {
        reject(
          new HandshakeError(`The proxy answered CONNECT with ${status}`, {
            status,
            headers: answer.headers,
            hop: 'proxy',
          }),
        );
        return;
      }
      if (head.length > 0) tunnel.unshift(head);
      resolve(tunnel);
    });
    connect.once('error', (cause) => reject(connectionError(cause, 'proxy')));
    connect.end();
  });
}

/** What a request to a socket that is given must not name. `agent` above all: it would be asked for the socket. */
const UNSET = Object.freeze({
  agent: undefined,
  host: undefined,
  hostname: undefined,
  port: undefined,
  protocol: undefined,
  socketPath: undefined,
  timeout: undefined,
});
