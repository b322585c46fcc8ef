/**
 * The direct route to the server. Owns the socket from the beginning, so that a dial can be ended while it looks up the
 * name, connects or negotiates TLS.
 */
import type { Socket } from 'node:net';
import type { DialRequest } from '../../port/index.js';
import { connectionError } from '../failures/index.js';
import { NO_SETTINGS, Race, socketAttempts } from './addresses/index.js';
import type { Created, Route } from './route.js';
import { targetOf } from './target.js';
import { connectTcp } from './tcp.js';
import { type CheckedTls, connectTls } from './tls/index.js';

/** @param tls the server's, where the URL is a `wss:` one */
export function directRoute(request: DialRequest, tls: CheckedTls | undefined = request.tls): Route {
  return new DirectRoute(request, tls);
}

/** A class, because it exists as long as its connection, and closures would need more memory. */
class DirectRoute implements Route {
  #request: DialRequest | undefined;
  #tls: CheckedTls | undefined;
  /** Until the connection is open. */
  #race: Race | undefined;
  #socket: Socket | undefined;

  constructor(request: DialRequest, tls: CheckedTls | undefined) {
    this.#request = request;
    this.#tls = tls;
  }

  get options(): Route['options'] {
    const createConnection = (_: unknown, created: Created): void => this.#connect(created);
    return { createConnection: createConnection as never };
  }

  opened(): void {
    this.#race?.opened();
    this.#race = undefined;
  }

  destroy(): void {
    this.#race?.destroy();
    this.#race = undefined;
    this.#socket?.destroy();
  }

  explain(cause: Error): Error {
    this.#race?.blame();
    return connectionError(
      cause,
      'server',
      false,
      this.#socket !== undefined && !('encrypted' in this.#socket),
    );
  }

  #connect(created: Created): void {
    const { url, addresses = NO_SETTINGS, client } = this.#request as DialRequest;
    const tls = this.#tls;
    this.#request = undefined;
    this.#tls = undefined;
    const target = targetOf(url);
    const { localAddress } = addresses;
    const attempts = socketAttempts((address) =>
      target.secure
        ? connectTls(target, tls, { host: address, localAddress }, 'server', client)
        : connectTcp(address, target.port, localAddress),
    );
    this.#race = new Race(target, addresses, attempts, (cause, socket) => {
      this.#socket = socket;
      created(cause, socket);
    });
    this.#race.start();
  }
}
