/**
 * The common part of the routes through proxies: a tunnel is opened through the proxy, inside it TLS with the server is
 * negotiated where the URL is `wss:`, and `ws` uses the resulting socket.
 *
 * Owns the sockets of all stages. Must not know how the tunnel is requested.
 */
import type { Socket } from 'node:net';
import type { DialRequest } from '../../../port/index.js';
import { connectionError } from '../../failures/index.js';
import type { Created, Route } from '../route.js';
import { type Target, targetOf } from '../target.js';
import type { ChosenProxy } from './proxySelection.js';
import { TunnelSockets } from './tunnelSockets.js';

/** Opens a tunnel to `target`. Rejects with errors of this library; every socket it opens is one of `sockets`. */
export type OpenTunnel = (sockets: TunnelSockets, target: Target) => Promise<Socket>;

export function tunnelRoute(request: DialRequest, proxy: ChosenProxy, open: OpenTunnel): Route {
  const target = targetOf(request.url);
  const sockets = new TunnelSockets(request.addresses);
  const dial = async (): Promise<Socket> => {
    const tunnel = await open(sockets, target);
    if (!target.secure) return tunnel;
    return sockets.tls(tunnel, target, proxy.requestTls ?? request.tls, 'server', request.client);
  };
  return {
    options: {
      // https://nodejs.org/api/http.html#agentcreateconnectionoptions-callback: no socket returned means that
      // the callback will get it.
      createConnection: ((_options: unknown, created: Created) => {
        dial().then((socket) => created(null, socket), created);
      }) as never,
    },
    destroy: () => sockets.destroy(),
    // A failure before the tunnel is open is an error of this library already, which names its hop.
    explain(cause) {
      sockets.blame(cause);
      return connectionError(cause, 'server', false, !target.secure);
    },
    opened: () => sockets.opened(),
  };
}
