/**
 * Straight to the server. Owns the raw socket from its first moment, so that a dial can be ended while it
 * still looks up the name, connects or negotiates TLS.
 */
import { connect as connectTcp, isIP, type NetConnectOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Route } from './routes.js';

/** What Node's http client gives to `createConnection`. */
interface DialOptions {
  readonly host?: string;
  readonly servername?: string;
}

/** @param secure whether TLS is spoken, i.e. the URL is a `wss:` one */
export function directRoute(secure: boolean): Route {
  let socket: Socket | undefined;
  return {
    options: {
      createConnection: ((options: DialOptions) => {
        socket = secure ? dialTls(options) : dialTcp(options);
        return socket;
      }) as unknown as typeof connectTcp,
    },
    destroy() {
      socket?.destroy();
    },
  };
}

/** `path` would mean a Unix socket to `net`; here it is the request's. */
function dialTcp(options: DialOptions): Socket {
  return connectTcp({ ...options, path: undefined } as unknown as NetConnectOpts);
}

function dialTls(options: DialOptions): Socket {
  const { host = '' } = options;
  return connectTls({
    ...options,
    path: undefined,
    // RFC 6066 §3: a server name is no IP address.
    servername: options.servername ?? (isIP(host) ? '' : host),
  } as ConnectionOptions);
}
