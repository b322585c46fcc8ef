/**
 * Opens TCP connections.
 */
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { shielding } from '../../port/index.js';
import { UNSET_SOCKET } from '../node/index.js';

/**
 * As `net.connect()`.
 *
 * @param host an address
 * @param localAddress the address of this machine to connect from. Undefined: the system's choice
 */
export function connectTcp(host: string, port: number, localAddress: string | undefined): Socket {
  return connect({ ...shielding(UNSET_SOCKET), host, port, localAddress } as NetConnectOpts);
}
