/** A server that opens the connection as RFC 6455 has it, and then does what a day writes. For what `ws` never does. */
import type { Socket } from 'node:net';
import { acceptOf, rawServer } from '../../test/support/rawServer.js';
import type { Tools } from './tools.js';

/** @returns the URL. @param opened called with each connection that is open, counted from 1 */
export async function rawPeer(tools: Tools, opened: (socket: Socket, nth: number) => void): Promise<string> {
  let nth = 0;
  const server = await rawServer((socket, head) => {
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptOf(head)}\r\n\r\n`,
    );
    nth += 1;
    opened(socket, nth);
  });
  tools.atEnd(() => server.stop());
  return `ws://127.0.0.1:${server.port}/`;
}

/** A Close frame of a server: at most 123 bytes of reason. */
export function closeBytes(code: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  return Buffer.concat([Buffer.from([0x88, text.length + 2, code >> 8, code & 255]), text]);
}
