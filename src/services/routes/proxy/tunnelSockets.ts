/**
 * Every socket that one dial through a proxy opens, at every stage: TCP, the proxy's answer, TLS.
 *
 * Owns them until they close, so that a dial can be ended at any stage; the libraries that use them offer no method to
 * end a wait for the proxy. Must not know the protocols. Has no deadline: that belongs to the chart.
 */
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { type AddressSettings, ConnectionError, type Hop, ignore, ReckerError } from '../../../port/index.js';
import { connectionError } from '../../failures/index.js';
import { type Begin, type Ended, NO_SETTINGS, Race, socketAttempts } from '../addresses/index.js';
import { connectTcp } from '../tcp.js';
import { type CheckedTls, connectTls, type TlsPeer } from '../tls/index.js';

export class TunnelSockets {
  readonly #addresses: AddressSettings;
  readonly #open = new Set<Ended>();
  /** The races that have been won, until it is known whether the dial succeeds. */
  readonly #races = new Set<Race>();
  #ended = false;

  constructor(addresses: AddressSettings = NO_SETTINGS) {
    this.#addresses = addresses;
  }

  /** Opens TCP, to the first address of the name that answers. Rejects with a `ConnectionError` that names the hop. */
  async tcp(peer: TlsPeer, hop: Hop): Promise<Socket> {
    const { port } = peer;
    const localAddress = this.#addresses.localAddress;
    const attempts = socketAttempts((host) => this.#own(connectTcp(host, port, localAddress)));
    try {
      return await this.race(peer, this.#addresses, attempts);
    } catch (cause) {
      throw connectionError(cause, hop);
    }
  }

  /** Dials the addresses of `peer`. Rejects with what the attempts and the lookup reported. */
  race(peer: TlsPeer, addresses: AddressSettings, begin: Begin, via?: string): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const done = (cause: Error | null, socket?: Socket): void => {
        this.#open.delete(race);
        if (cause !== null) reject(cause);
        else {
          this.#races.add(race);
          resolve(socket as Socket);
        }
      };
      const race = new Race(peer, addresses, begin, done, via);
      this.#open.add(race);
      if (this.#ended) race.destroy();
      else race.start();
    });
  }

  /** A part of these sockets that can be destroyed separately. */
  branch(): TunnelSockets {
    const branch = new TunnelSockets(this.#addresses);
    if (this.#ended) branch.destroy();
    else this.#open.add(branch);
    return branch;
  }

  /** The peer has answered: later failures are not those of its address. */
  opened(): void {
    for (const race of this.#races) race.opened();
    this.#races.clear();
  }

  /** The dial has failed by `cause`, after a connection was open. */
  blame(cause: unknown): void {
    // A refusal is an answer: another address would give the same one.
    const hasAnswered = cause instanceof ReckerError && cause.code.startsWith('ERR_RECKER_');
    for (const race of this.#races) {
      if (hasAnswered) race.opened();
      else race.blame();
    }
    this.#races.clear();
  }

  /** Opens TLS over an open socket. `client`: whose session is resumed. */
  tls(
    over: Socket,
    peer: TlsPeer,
    settings: CheckedTls | undefined,
    hop: Hop,
    client?: object,
  ): Promise<TLSSocket> {
    let socket: TLSSocket;
    try {
      socket = connectTls(peer, settings, { socket: over }, hop, client);
    } catch (cause) {
      return Promise.reject(cause);
    }
    return this.#secured(socket, hop);
  }

  /** Destroys all of them at once, and every later one. Idempotent. */
  destroy(): void {
    this.#ended = true;
    for (const race of this.#races) race.destroy();
    this.#races.clear();
    for (const each of [...this.#open]) each.destroy();
    this.#open.clear();
  }

  /** Until it closes. */
  #own<Kind extends Socket>(socket: Kind): Kind {
    this.#open.add(socket);
    // Between two stages there is no other listener, and an error without one would end the process.
    socket.on('error', ignore);
    socket.once('close', () => this.#open.delete(socket));
    if (this.#ended) socket.destroy();
    return socket;
  }

  #secured(socket: TLSSocket, hop: Hop): Promise<TLSSocket> {
    this.#own(socket);
    return new Promise((resolve, reject) => {
      const settle = () => {
        socket.off('secureConnect', ready).off('error', fail).off('close', gone);
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
      socket.once('secureConnect', ready).once('error', fail).once('close', gone);
    });
  }
}
