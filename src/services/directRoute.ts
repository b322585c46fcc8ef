/**
 * Straight to the server. Owns the raw socket from its first moment, so that a dial can be ended while it
 * still looks up the name, connects or negotiates TLS.
 */
import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { DialRequest } from '../machine/port.js';
import { connectionError } from './failures.js';
import type { Route } from './routes.js';
import { targetOf } from './target.js';
import { type CheckedTls, type TlsPeer, tlsOptions } from './tlsOptions.js';
import { UNSET_SOCKET } from './unset.js';

/** @param tls the server's, where the URL is a `wss:` one */
export function directRoute(request: DialRequest, tls: CheckedTls | undefined = request.tls): Route {
  const target = targetOf(request.url);
  return new DirectRoute(() => (target.secure ? dialTls(target, tls) : dialTcp(target)));
}

/** A class, since it lives as long as its connection: closures cost more memory. */
class DirectRoute implements Route {
  #socket: Socket | undefined;
  #dial: (() => Socket) | undefined;

  /** @param dial opens the socket; called once, and then let go of */
  constructor(dial: () => Socket) {
    this.#dial = dial;
  }

  get options(): Route['options'] {
    return { createConnection: (() => this.#connect()) as unknown as typeof connectTcp };
  }

  destroy(): void {
    this.#socket?.destroy();
  }

  explain(cause: Error): Error {
    return connectionError(cause, 'server');
  }

  #connect(): Socket | undefined {
    this.#socket = this.#dial?.();
    this.#dial = undefined;
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
