/**
 * Straight to the server. Owns the raw socket from its first moment, so that a dial can be ended while it
 * still looks up the name, connects or negotiates TLS.
 */
import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { DialRequest } from '../machine/port.js';
import { connectionError } from './failures.js';
import type { Route } from './routes.js';
import { type Target, targetOf } from './target.js';
import { type CheckedTls, type TlsPeer, tlsOptions } from './tlsOptions.js';
import { UNSET_SOCKET } from './unset.js';

/** @param tls the server's, where the URL is a `wss:` one */
export function directRoute(request: DialRequest, tls: CheckedTls | undefined = request.tls): Route {
  return new DirectRoute(targetOf(request.url), tls);
}

/** A class, since it lives as long as its connection: closures would cost each one a quarter of a KiB. */
class DirectRoute implements Route {
  #socket: Socket | undefined;
  readonly #target: Target;
  readonly #tls: CheckedTls | undefined;

  constructor(target: Target, tls: CheckedTls | undefined) {
    this.#target = target;
    this.#tls = tls;
  }

  get options(): Route['options'] {
    return { createConnection: (() => this.#dial()) as unknown as typeof connectTcp };
  }

  destroy(): void {
    this.#socket?.destroy();
  }

  explain(cause: Error): Error {
    return connectionError(cause, 'server');
  }

  #dial(): Socket {
    this.#socket = this.#target.secure ? dialTls(this.#target, this.#tls) : dialTcp(this.#target);
    return this.#socket;
  }
}

function dialTcp({ host, port }: TlsPeer): Socket {
  return connectTcp({ ...UNSET_SOCKET, host, port } as NetConnectOpts);
}

function dialTls(target: TlsPeer, tls: CheckedTls | undefined): Socket {
  try {
    return connectTls(tlsOptions(target, tls));
  } catch (cause) {
    // A key that cannot be read, a cipher that does not exist: no later dial will fare better.
    throw connectionError(cause, 'server', true);
  }
}
