/**
 * Every raw socket that one dial opens, at every stage of it: TCP, the proxy's answer, TLS.
 *
 * Owns them until they close, so that a dial can be ended whatever it waits for; the libraries that speak over
 * them give no handle while a proxy hangs. Must not know what is spoken, and has no deadline: that is the chart's.
 */
import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ConnectionError, type Hop } from '../machine/errors.js';
import { connectionError } from './failures.js';
import { type CheckedTls, type TlsPeer, tlsOptions } from './tlsOptions.js';
import { UNSET_SOCKET } from './unset.js';

export class OwnedSockets {
  readonly #open = new Set<Socket>();
  #ended = false;

  /** Opens TCP. Node tries every address of the name (RFC 8305). Rejects with a `ConnectionError` that names the hop. */
  tcp(peer: TlsPeer, hop: Hop): Promise<Socket> {
    const { host, port } = peer;
    return this.#ready(connectTcp({ ...UNSET_SOCKET, host, port } as NetConnectOpts), 'connect', hop);
  }

  /** Speaks TLS over an open socket. */
  tls(over: Socket, peer: TlsPeer, settings: CheckedTls | undefined, hop: Hop): Promise<TLSSocket> {
    const options = { ...tlsOptions(peer, settings), socket: over };
    let socket: TLSSocket;
    try {
      socket = connectTls(options);
    } catch (cause) {
      // A key that cannot be read, a cipher that does not exist: no later dial will fare better.
      return Promise.reject(connectionError(cause, hop, true));
    }
    return this.#ready(socket, 'secureConnect', hop);
  }

  /** Destroys all of them, now, and every one that comes later. Idempotent. */
  destroy(): void {
    this.#ended = true;
    for (const socket of [...this.#open]) socket.destroy();
  }

  #ready<Kind extends Socket>(socket: Kind, event: 'connect' | 'secureConnect', hop: Hop): Promise<Kind> {
    this.#open.add(socket);
    // Between the stages nobody else listens, and an error without a listener would end the process.
    socket.on('error', ignore);
    socket.once('close', () => this.#open.delete(socket));
    if (this.#ended) socket.destroy();
    return new Promise((resolve, reject) => {
      const settle = () => {
        socket.off(event, ready).off('error', fail).off('close', gone);
      };
      const ready = () => {
        settle();
        resolve(socket);
      };
      const fail = (cause: Error) => {
        settle();
        reject(connectionError(cause, hop));
      };
      const gone = () => fail(new ConnectionError('The connection was closed', { code: 'ECONNRESET', hop }));
      socket.once(event, ready).once('error', fail).once('close', gone);
    });
  }
}

function ignore(): void {}
